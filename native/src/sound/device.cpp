/*
 * Sound devices, through PortAudio where it was there at build time. The callback moves frames to or from a ring and
 * counts what is missing, nothing else. A watch closes the ring of a device that has begun and then fallen silent for a
 * second, or changed its rate: PortAudio does not always say so.
 */
#include "math4ai_sound.h"

#include <cstdint>

#if !defined(MATH4AI_HAS_PORTAUDIO)

std::int32_t m4_has_devices(void) {
    return 0;
}

std::int32_t m4_device_open(const char*, std::int32_t, std::int32_t*, std::int32_t, std::int64_t, std::int64_t,
                            std::int32_t, m4_device**, m4_ring**) {
    return M4_NO_DEVICES_BUILT;
}

std::int32_t m4_device_result(const m4_device*) {
    return M4_INVALID_ARGUMENT;
}

void m4_device_counts(const m4_device*, m4_device_stats*) {}

void m4_device_close(m4_device*) {}

#else

#include "loss_meter.hpp"
#include "portaudio_use.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <thread>

struct m4_device {
    PaStream* stream = nullptr;
    m4_ring* ring = nullptr;
    std::int32_t channels = 0;
    bool is_output = false;
    bool fills_gaps = false;
    std::int64_t block_frames = 0;
    std::int64_t sample_rate = 1;
    double latency = 0.0;
    std::atomic<std::int32_t> outcome{M4_OK};

    // Of the callback alone.
    m4::loss_meter meter{1, 1};
    std::int64_t owed = 0; // frames of silence that are still to be pushed
    bool is_full = false;  // the ring was, and is not yet half empty
    bool is_owed = false;  // what is dropped now is made up for by silence
    std::int64_t since_full = INT64_MAX / 2;
    bool has_begun = false; // to play

    // Written by the callback, read by everybody.
    std::atomic<std::int64_t> callbacks{0};
    std::atomic<std::int64_t> moved{0};
    std::atomic<std::int64_t> expected{0};
    std::atomic<std::int64_t> lost{0};
    std::atomic<std::int64_t> flagged{0};
    std::atomic<std::int64_t> dropped{0};
    std::atomic<std::int64_t> filled{0};
    std::atomic<std::int64_t> silent{0};
    std::atomic<std::int64_t> gaps{0};
    std::atomic<std::int64_t> last_ns{0};
    std::atomic<double> changed_rate{0.0};

    std::thread watch;
    std::mutex watching;
    std::condition_variable wake;
    bool closing = false;

    m4_device() = default;
    m4_device(const m4_device&) = delete;
    m4_device& operator=(const m4_device&) = delete;
    ~m4_device() { m4_ring_destroy(ring); }

    static int call(const void* input, void* output, unsigned long frames, const PaStreamCallbackTimeInfo*,
                    PaStreamCallbackFlags flags, void* user) {
        auto& self = *static_cast<m4_device*>(user);
        const auto count = static_cast<std::int64_t>(frames);
        const bool is_flagged = (flags & (self.is_output ? paOutputUnderflow : paInputOverflow)) != 0;
        const std::int64_t now =
            std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
                .count();
        const std::int64_t missing = self.meter.moved(now, count, is_flagged);
        self.last_ns.store(now, std::memory_order_relaxed);
        add(self.flagged, is_flagged ? 1 : 0);
        add(self.lost, missing);
        add(self.moved, count);
        self.expected.store(static_cast<std::int64_t>(self.meter.expected(now)), std::memory_order_relaxed);
        self.changed_rate.store(self.meter.changed_rate(), std::memory_order_relaxed);
        if (self.is_output) {
            self.play(static_cast<float*>(output), count);
        } else {
            self.owed += self.fills_gaps ? missing : 0;
            self.record(static_cast<const float*>(input), count);
        }
        add(self.callbacks, 1);
        return paContinue;
    }

    // One thread writes: no read-modify-write is needed.
    static void add(std::atomic<std::int64_t>& counter, std::int64_t count) {
        counter.store(counter.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }

    void play(float* samples, std::int64_t count) {
        const std::int64_t played = m4_ring_read_interleaved(ring, samples, count);
        std::fill(samples + played * channels, samples + count * channels, 0.0F);
        if (played < count && has_begun && m4_ring_is_closed(ring) == 0) {
            add(silent, count - played);
            add(gaps, 1);
        }
        has_begun = has_begun || played > 0;
    }

    // Frames stand in the ring in their order, silence in the place of those that are lost.
    void record(const float* samples, std::int64_t count) {
        since_full += since_full < INT64_MAX / 2 ? count : 0;
        if (is_full && m4_ring_writable(ring) >= m4_ring_capacity(ring) / 2) {
            is_full = false;
        }
        if (is_full || !push_silence()) {
            drop(count);
            return;
        }
        const std::int64_t pushed = m4_ring_write_interleaved(ring, samples, count);
        if (pushed < count) {
            // Silence keeps the time after a stall of the reader; for a reader that is too slow it would only take the
            // room of sound.
            is_owed = fills_gaps && since_full >= m4_ring_capacity(ring);
            is_full = true;
            since_full = 0;
            drop(count - pushed);
        }
    }

    void drop(std::int64_t count) {
        add(dropped, count);
        owed += is_owed || owed > 0 ? count : 0;
    }

    // Returns whether all that is owed was pushed.
    bool push_silence() {
        constexpr std::int64_t samples = 4096;
        static const std::array<float, samples> zeros{};
        while (owed > 0) {
            const std::int64_t most =
                std::min({owed, std::max<std::int64_t>(1, samples / channels), m4_ring_writable(ring)});
            const std::int64_t pushed = most == 0 ? 0 : m4_ring_write_interleaved(ring, zeros.data(), most);
            if (pushed == 0) {
                return false;
            }
            owed -= pushed;
            add(filled, pushed);
        }
        return true;
    }

    // Only a device that has begun can fall silent: some take seconds to begin. One that plays asks for its buffers to
    // be filled before that, which is over within a look or two.
    void look() {
        // Twentieths of a second: a whole one, or four blocks; for the first callback two minutes.
        constexpr int start_patience = 2400;
        const int patience = static_cast<int>(std::max<std::int64_t>(20, 80 * block_frames / sample_rate));
        const int looks_to_begin = is_output ? 4 : 1;
        int moved_looks = 0;
        std::int64_t seen = 0;
        std::unique_lock<std::mutex> lock(watching);
        for (int quiet_looks = 0; !wake.wait_for(lock, std::chrono::milliseconds(50), [this] { return closing; });) {
            const std::int64_t now = callbacks.load(std::memory_order_relaxed);
            quiet_looks = now == seen ? quiet_looks + 1 : 0;
            moved_looks += now == seen ? 0 : 1;
            seen = now;
            const bool is_gone = quiet_looks >= (moved_looks < looks_to_begin ? start_patience : patience);
            if (is_gone || changed_rate.load(std::memory_order_relaxed) > 0.0) {
                outcome.store(is_gone ? M4_DEVICE_LOST : M4_DEVICE_RATE, std::memory_order_release);
                m4_ring_close(ring);
                return;
            }
        }
    }

    std::int32_t open(const char* name, std::int32_t& wanted, std::int32_t rate, std::int64_t block,
                      std::int64_t capacity) {
        const PaDeviceIndex index = m4::find_device(name, is_output, std::max(wanted, 1));
        if (index == paNoDevice) {
            return M4_NO_DEVICE;
        }
        const PaDeviceInfo& info = *Pa_GetDeviceInfo(index);
        channels = wanted > 0 ? wanted : std::min(m4::channels_of(info, is_output), 2);
        if (channels < 1 || channels > m4::channels_of(info, is_output)) {
            return M4_DEVICE_FORMAT;
        }
        const std::int32_t created = m4_ring_create(channels, capacity, &ring);
        if (created != M4_OK) {
            return created;
        }
        PaStreamParameters parameters{};
        block_frames = block;
        sample_rate = rate;
        meter = m4::loss_meter(rate, block);
        parameters.device = index;
        parameters.channelCount = channels;
        parameters.sampleFormat = paFloat32;
        parameters.suggestedLatency = is_output ? info.defaultLowOutputLatency : info.defaultLowInputLatency;
        PaError error = Pa_OpenStream(&stream, is_output ? nullptr : &parameters, is_output ? &parameters : nullptr,
                                      rate, static_cast<unsigned long>(block), paDitherOff, call, this);
        if (error == paNoError) {
            error = Pa_StartStream(stream);
        }
        if (error != paNoError) {
            return m4::result_of_portaudio(error);
        }
        const PaStreamInfo* opened = Pa_GetStreamInfo(stream);
        latency = opened == nullptr ? 0.0 : is_output ? opened->outputLatency : opened->inputLatency;
        try {
            watch = std::thread(&m4_device::look, this);
        } catch (const std::exception&) { // no thread, or no memory for one
            return M4_OUT_OF_MEMORY;
        }
        wanted = channels;
        return M4_OK;
    }

    void end_watch() {
        {
            const std::lock_guard<std::mutex> lock(watching);
            closing = true;
        }
        wake.notify_all();
        if (watch.joinable()) {
            watch.join();
        }
    }

    void shut() {
        end_watch();
        if (stream != nullptr) {
            Pa_AbortStream(stream);
            Pa_CloseStream(stream);
        }
    }
};

std::int32_t m4_has_devices(void) {
    return 1;
}

void m4_device_counts(const m4_device* device, m4_device_stats* stats) {
    if (device == nullptr || stats == nullptr) {
        return;
    }
    stats->moved = device->moved.load(std::memory_order_relaxed);
    stats->expected = device->expected.load(std::memory_order_relaxed);
    stats->lost = device->lost.load(std::memory_order_relaxed);
    stats->flagged = device->flagged.load(std::memory_order_relaxed);
    stats->dropped = device->dropped.load(std::memory_order_relaxed);
    stats->filled = device->filled.load(std::memory_order_relaxed);
    stats->silent = device->silent.load(std::memory_order_relaxed);
    stats->gaps = device->gaps.load(std::memory_order_relaxed);
    stats->last_ns = device->last_ns.load(std::memory_order_relaxed);
    stats->latency = device->latency;
    stats->rate = device->changed_rate.load(std::memory_order_relaxed);
}

std::int32_t m4_device_open(const char* name, std::int32_t is_output, std::int32_t* channels, std::int32_t sample_rate,
                            std::int64_t block, std::int64_t capacity, std::int32_t fills_gaps, m4_device** device,
                            m4_ring** ring) {
    if (name == nullptr || channels == nullptr || device == nullptr || ring == nullptr || *channels < 0 ||
        *channels > M4_MAX_CHANNELS || sample_rate < 1 || block < 1 || capacity < block) {
        return M4_INVALID_ARGUMENT;
    }
    *device = nullptr;
    *ring = nullptr;
    std::unique_ptr<m4_device> opened(new (std::nothrow) m4_device);
    if (opened == nullptr) {
        return M4_OUT_OF_MEMORY;
    }
    const std::lock_guard<std::mutex> lock(m4::portaudio());
    const m4::quiet hush;
    const PaError begun = Pa_Initialize();
    if (begun != paNoError) {
        return m4::result_of_portaudio(begun);
    }
    opened->is_output = is_output != 0;
    opened->fills_gaps = fills_gaps != 0;
    const std::int32_t result = opened->open(name, *channels, sample_rate, block, capacity);
    if (result != M4_OK) {
        opened->shut();
        Pa_Terminate();
        return result;
    }
    *ring = opened->ring;
    *device = opened.release();
    return M4_OK;
}

std::int32_t m4_device_result(const m4_device* device) {
    return device == nullptr ? static_cast<std::int32_t>(M4_INVALID_ARGUMENT)
                             : device->outcome.load(std::memory_order_acquire);
}

void m4_device_close(m4_device* device) {
    if (device == nullptr) {
        return;
    }
    m4_ring_close(device->ring);
    if (device->outcome.load(std::memory_order_acquire) == M4_DEVICE_LOST) {
        // PortAudio 19.6 may wait for ever for a device that is gone: its stream is left as it is.
        device->end_watch();
        return;
    }
    const std::lock_guard<std::mutex> lock(m4::portaudio());
    const m4::quiet hush;
    device->shut();
    delete device;
    Pa_Terminate();
}

#endif
