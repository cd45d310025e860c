// Waiting for a ring: a short look, then sleep until the other side strikes.
#include "ring.hpp"
#include "waiting.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace {

// Waits that are usually over within the first time are looked for during the
// second, without sleep.
constexpr std::int64_t short_wait_ns = 10000;
constexpr std::int64_t longest_look_ns = 20000;

void pause_briefly() {
#if defined(__x86_64__)
    _mm_pause();
#endif
}

// Waits until ready() says something else than M4_TIMED_OUT; `target` is the
// other side's counter from then on.
template <typename Ready>
std::int32_t wait(m4::bell& bell, std::uint64_t target, std::int64_t timeout_ns, Ready ready) {
    std::int32_t result = ready();
    if (result != M4_TIMED_OUT || timeout_ns == 0) {
        return result;
    }
    const std::int64_t start = m4::nanoseconds();
    const std::int64_t usual = bell.usual_ns.load(std::memory_order_relaxed);
    std::int64_t waited = 0;
    while (result == M4_TIMED_OUT && (timeout_ns < 0 || waited < timeout_ns)) {
        if (usual < short_wait_ns && waited < longest_look_ns) {
            pause_briefly();
        } else {
            const std::uint32_t seen = bell.strokes.load(std::memory_order_seq_cst);
            bell.wanted.store(target, std::memory_order_seq_cst);
            m4::order_everywhere();
            result = ready();
            if (result == M4_TIMED_OUT) {
                m4::sleep_while(bell.strokes, seen, timeout_ns < 0 ? -1 : timeout_ns - waited);
            }
            bell.wanted.store(m4::bell::nobody, std::memory_order_seq_cst);
        }
        result = result == M4_TIMED_OUT ? ready() : result;
        waited = m4::nanoseconds() - start;
    }
    bell.usual_ns.store(usual + (std::min<std::int64_t>(waited, 1000000) - usual) / 8, std::memory_order_relaxed);
    return result;
}

} // namespace

void m4::bell::strike() {
    wanted.store(nobody, std::memory_order_seq_cst);
    strokes.fetch_add(1, std::memory_order_seq_cst);
    wake_all(strokes);
}

std::int32_t m4_ring_wait_readable(m4_ring* ring, std::int64_t frames, std::int64_t timeout_ns) {
    if (ring == nullptr || frames < 1 || frames > m4_ring_capacity(ring)) {
        return M4_INVALID_ARGUMENT;
    }
    const std::uint64_t target = ring->read.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(frames);
    return wait(ring->reader_bell, target, timeout_ns, [=]() -> std::int32_t {
        // Before the counter: frames that were pushed before close() are then never
        // taken for missing.
        const bool closed = ring->closed.load(std::memory_order_seq_cst);
        if (ring->abandoned.load(std::memory_order_seq_cst)) {
            return M4_ABANDONED;
        }
        if (ring->written.load(std::memory_order_seq_cst) >= target) {
            return M4_OK;
        }
        return closed ? M4_END_OF_STREAM : M4_TIMED_OUT;
    });
}

std::int32_t m4_ring_wait_writable(m4_ring* ring, std::int64_t frames, std::int64_t timeout_ns) {
    if (ring == nullptr || frames < 1 || frames > m4_ring_capacity(ring)) {
        return M4_INVALID_ARGUMENT;
    }
    // There is room for `frames` when the reader has come to written + frames -
    // capacity; below zero, there is now.
    const std::uint64_t end = ring->written.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(frames);
    const std::uint64_t target = end - std::min(end, ring->capacity);
    return wait(ring->writer_bell, target, timeout_ns, [=]() -> std::int32_t {
        if (ring->abandoned.load(std::memory_order_seq_cst)) {
            return M4_ABANDONED;
        }
        if (ring->closed.load(std::memory_order_seq_cst)) {
            return M4_END_OF_STREAM;
        }
        return ring->read.load(std::memory_order_seq_cst) >= target ? M4_OK : M4_TIMED_OUT;
    });
}
