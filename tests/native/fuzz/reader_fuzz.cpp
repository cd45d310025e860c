// Any bytes as an audio file, opened by path and through a pipe on standard input, read with any block and capacity.
#include "math4ai_sound.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

// libsndfile 1.2 forgets what the Vorbis and Ogg libraries allocate where a file of theirs is damaged: not ours to
// mend.
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libvorbis\nleak:libogg";
}

namespace {

void read_to_the_end(m4_reader* reader, std::int32_t channels, std::int64_t block) {
    std::vector<float> samples(static_cast<std::size_t>(channels) * static_cast<std::size_t>(block));
    std::int64_t count = 0;
    for (int blocks = 0; blocks < 1000; ++blocks) {
        if (m4_reader_read(reader, samples.data(), block, block, &count) != M4_OK || count < block) {
            break;
        }
    }
}

void read_by_thread(m4_reader* reader, std::int64_t capacity, std::int64_t block) {
    m4_ring* ring = nullptr;
    if (m4_reader_start(reader, capacity, block, &ring) != M4_OK) {
        return;
    }
    const float* samples = nullptr;
    for (int blocks = 0; blocks < 1000 && m4_ring_wait_readable(ring, 1, 1000000000) == M4_OK; ++blocks) {
        const std::int64_t count = m4_ring_acquire_read(ring, block, &samples);
        if (count < 1 || m4_ring_pushed_at(ring, count) < 0 || m4_ring_release(ring, count) != M4_OK) {
            abort();
        }
    }
}

std::int32_t open(const char* path, bool is_raw, m4_audio_format& format, m4_reader*& reader) {
    return is_raw ? m4_reader_open_raw(path, &format, &reader) : m4_reader_open(path, &reader, &format);
}

void use(const char* path, bool is_raw, m4_audio_format format, std::int64_t capacity, std::int64_t block,
         bool threaded) {
    m4_reader* reader = nullptr;
    if (open(path, is_raw, format, reader) != M4_OK) {
        if (reader != nullptr) {
            abort();
        }
        return;
    }
    if (format.channels < 1 || format.channels > M4_MAX_CHANNELS || format.sample_rate < 1) {
        abort();
    }
    if (threaded) {
        read_by_thread(reader, capacity, block);
    } else if (block > 0) {
        read_to_the_end(reader, format.channels, block);
        const std::int64_t frame = capacity % (format.frames < 1 ? 1 : format.frames);
        if (m4_reader_seek(reader, frame) == M4_OK) {
            read_to_the_end(reader, format.channels, block);
        }
    }
    m4_reader_close(reader);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t head = 8;
    constexpr std::size_t most_in_pipe = 60000;
    if (size < head || size > most_in_pipe) {
        return 0;
    }
    const bool piped = (data[0] & 1) != 0, is_raw = (data[0] & 2) != 0, threaded = (data[0] & 4) != 0;
    const std::int64_t block = data[1] - 2, capacity = std::int64_t{data[2]} * data[3];
    const m4_audio_format format{-1, data[4] - 1, (data[5] - 1) * 8000, M4_CONTAINER_WAV, data[6] % 10};
    const auto* content = data + head;
    const std::size_t length = size - head;
    if (piped) {
        int ends[2];
        if (pipe(ends) != 0 || write(ends[1], content, length) != static_cast<ssize_t>(length)) {
            abort();
        }
        close(ends[1]);
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        use("-", is_raw, format, capacity, block, threaded);
        return 0;
    }
    const int file = memfd_create("fuzz", 0);
    if (file < 0 || write(file, content, length) != static_cast<ssize_t>(length)) {
        abort();
    }
    use(("/proc/self/fd/" + std::to_string(file)).c_str(), is_raw, format, capacity, block, threaded);
    close(file);
    return 0;
}
