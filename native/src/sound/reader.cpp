#include "sound_file.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr int highest_rate = 1000000;

std::int32_t result_of_open_failure() {
    switch (sf_error(nullptr)) {
    case SF_ERR_SYSTEM:
        return m4::result_of_errno(errno);
    case SF_ERR_MALFORMED_FILE:
        return M4_DAMAGED;
    case SF_ERR_UNSUPPORTED_ENCODING:
        return M4_UNSUPPORTED;
    default:
        return M4_NOT_AUDIO;
    }
}

// libsndfile reads what is left of a WAV or AIFF file that was cut short, and notes the difference only in its log.
// Writers of streams put a length of about 2 GiB or more where they do not know it: that is no promise.
bool is_cut_short(SNDFILE* file) {
    char log[8192] = {};
    sf_command(file, SFC_GET_LOG_INFO, log, static_cast<int>(sizeof(log)));
    for (const char* chunk : {"data : ", "SSND : "}) {
        const char* line = std::strstr(log, chunk);
        long long promised = 0;
        long long held = 0;
        if (line != nullptr && std::sscanf(line + 7, "%lld (should be %lld)", &promised, &held) == 2) {
            return held < promised && promised < 0x7FFF0000;
        }
    }
    return false;
}

} // namespace

struct m4_reader {
    SNDFILE* file = nullptr;
    int descriptor = -1;
    bool owns_descriptor = false;
    std::int32_t channels = 0;
    std::int64_t length = -1; // -1: unknown, as in a pipe
    std::int64_t frames_left = -1;
    bool cut_short = false;
    std::vector<float> interleaved;

    m4_ring* ring = nullptr;
    std::thread thread;
    std::atomic<bool> stopped{false};
    std::atomic<std::int32_t> outcome{M4_OK};
    std::atomic<int> owners{1};

    m4_reader() = default;
    m4_reader(const m4_reader&) = delete;
    m4_reader& operator=(const m4_reader&) = delete;

    ~m4_reader() {
        m4_ring_destroy(ring);
        if (file != nullptr) {
            sf_close(file);
        }
        if (owns_descriptor && descriptor >= 0) {
            close(descriptor);
        }
    }

    std::int32_t open(const char* path, bool is_raw, m4_audio_format& format) {
        owns_descriptor = !m4::is_standard_stream(path);
        descriptor = owns_descriptor ? ::open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
        if (descriptor < 0) {
            return m4::result_of_errno(errno);
        }
        struct stat status {};
        if (fstat(descriptor, &status) != 0) {
            return m4::result_of_errno(errno);
        }
        if (S_ISDIR(status.st_mode)) {
            return M4_NOT_AUDIO;
        }
        if (S_ISREG(status.st_mode) && status.st_size == 0) {
            return M4_EMPTY_FILE;
        }
        SF_INFO info{};
        if (is_raw) {
            info.channels = format.channels;
            info.samplerate = format.sample_rate;
            info.format = m4::raw_format_of(format.encoding);
        }
        file = sf_open_fd(descriptor, SFM_READ, &info, SF_FALSE);
        if (file == nullptr) {
            return result_of_open_failure();
        }
        if (info.channels < 1 || info.channels > M4_MAX_CHANNELS || info.samplerate < 1 ||
            info.samplerate > highest_rate || info.frames < 0) {
            return M4_DAMAGED;
        }
        channels = info.channels;
        length = S_ISREG(status.st_mode) ? info.frames : -1;
        frames_left = length;
        cut_short = S_ISREG(status.st_mode) && !is_raw && is_cut_short(file);
        interleaved.resize(m4::scratch_samples / static_cast<std::size_t>(channels) *
                           static_cast<std::size_t>(channels));
        format.frames = frames_left;
        format.channels = info.channels;
        format.sample_rate = info.samplerate;
        format.container = m4::container_of(info.format);
        format.encoding = m4::encoding_of(info.format);
        return M4_OK;
    }

    // One scratch buffer's worth: reads, and lays the channels out in planes.
    std::int64_t read_piece(float* samples, std::int64_t stride, std::int64_t frames) {
        const std::int64_t most = static_cast<std::int64_t>(interleaved.size()) / channels;
        const std::int64_t count = sf_readf_float(file, interleaved.data(), std::min(frames, most));
        for (std::int32_t c = 0; c < channels; ++c) {
            const float* source = interleaved.data() + c;
            float* target = samples + c * stride;
            for (std::int64_t i = 0; i < count; ++i) {
                target[i] = source[i * channels];
            }
        }
        return count;
    }

    std::int32_t read(float* samples, std::int64_t stride, std::int64_t frames, std::int64_t& total) {
        while (total < frames) {
            const std::int64_t count = read_piece(samples + total, stride, frames - total);
            if (count <= 0) {
                break;
            }
            total += count;
        }
        if (frames_left >= 0) {
            frames_left -= total;
        }
        if (total < frames) {
            if (sf_error(file) == SF_ERR_SYSTEM) {
                return M4_IO_ERROR;
            }
            return sf_error(file) != SF_ERR_NO_ERROR || frames_left > 0 || cut_short ? M4_DAMAGED : M4_OK;
        }
        return M4_OK;
    }

    std::int32_t seek(std::int64_t frame) {
        if (length < 0) {
            return M4_UNSUPPORTED;
        }
        if (frame < 0 || frame > length) {
            return M4_INVALID_ARGUMENT;
        }
        // Where the next read would begin anyway, nothing has to be decoded again.
        if (length - frames_left != frame && sf_seek(file, frame, SEEK_SET) != frame) {
            return sf_error(file) == SF_ERR_SYSTEM ? M4_IO_ERROR : M4_DAMAGED;
        }
        frames_left = length - frame;
        return M4_OK;
    }

    // The thread: decodes straight into the ring.
    void read_ahead(std::int64_t block) {
        constexpr std::int64_t patience_ns = 50000000;
        while (!stopped.load(std::memory_order_acquire)) {
            if (m4_ring_wait_writable(ring, block, patience_ns) != M4_OK) {
                continue;
            }
            float* samples = nullptr;
            const std::int64_t wanted = m4_ring_acquire_write(ring, block, &samples);
            std::int64_t count = 0;
            const std::int32_t result = read(samples, m4_ring_capacity(ring), wanted, count);
            m4_ring_commit(ring, count);
            if (result != M4_OK || count < wanted) {
                outcome.store(result, std::memory_order_release);
                break;
            }
        }
        m4_ring_close(ring);
        release();
    }

    // The reader is gone when its thread and its user are done with it. A thread that waits for a pipe to say something
    // cannot be woken, whatever its name: its user leaves, and it follows when the pipe speaks or closes.
    void release() {
        if (owners.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            delete this;
        }
    }

    void leave() {
        stopped.store(true, std::memory_order_release);
        if (thread.joinable()) {
            if (length >= 0) {
                thread.join();
            } else {
                thread.detach();
            }
        }
        release();
    }
};

namespace {

std::int32_t open_reader(const char* path, bool is_raw, m4_reader** reader, m4_audio_format* format) {
    *reader = nullptr;
    try {
        auto opened = std::make_unique<m4_reader>();
        const std::int32_t result = opened->open(path, is_raw, *format);
        if (result == M4_OK) {
            *reader = opened.release();
        }
        return result;
    } catch (const std::bad_alloc&) {
        return M4_OUT_OF_MEMORY;
    }
}

} // namespace

std::int32_t m4_reader_open(const char* path, m4_reader** reader, m4_audio_format* format) {
    if (path == nullptr || path[0] == '\0' || reader == nullptr || format == nullptr) {
        return M4_INVALID_ARGUMENT;
    }
    *format = m4_audio_format{};
    return open_reader(path, false, reader, format);
}

std::int32_t m4_reader_open_raw(const char* path, const m4_audio_format* format, m4_reader** reader) {
    if (path == nullptr || path[0] == '\0' || reader == nullptr || format == nullptr || format->channels < 1 ||
        format->channels > M4_MAX_CHANNELS || format->sample_rate < 1 || format->sample_rate > highest_rate) {
        return M4_INVALID_ARGUMENT;
    }
    *reader = nullptr;
    if (m4::raw_format_of(format->encoding) == 0) {
        return M4_UNSUPPORTED;
    }
    m4_audio_format found = *format;
    return open_reader(path, true, reader, &found);
}

std::int32_t m4_reader_start(m4_reader* reader, std::int64_t capacity, std::int64_t block, m4_ring** ring) {
    if (reader == nullptr || ring == nullptr || reader->ring != nullptr || block < 1 || capacity < block) {
        return M4_INVALID_ARGUMENT;
    }
    const std::int32_t result = m4_ring_create(reader->channels, capacity, &reader->ring);
    if (result != M4_OK) {
        return result;
    }
    reader->owners.store(2);
    try {
        reader->thread = std::thread(&m4_reader::read_ahead, reader, block);
    } catch (const std::exception&) { // no thread, or no memory for one
        reader->owners.store(1);
        return M4_OUT_OF_MEMORY;
    }
    *ring = reader->ring;
    return M4_OK;
}

std::int32_t m4_reader_result(const m4_reader* reader) {
    return reader == nullptr ? static_cast<std::int32_t>(M4_INVALID_ARGUMENT)
                             : reader->outcome.load(std::memory_order_acquire);
}

std::int32_t m4_reader_read(m4_reader* reader, float* samples, std::int64_t stride, std::int64_t frames,
                            std::int64_t* frames_read) {
    if (frames_read == nullptr) {
        return M4_INVALID_ARGUMENT;
    }
    *frames_read = 0;
    if (reader == nullptr || samples == nullptr || frames < 0 || reader->ring != nullptr ||
        (reader->channels > 1 && stride < frames)) {
        return M4_INVALID_ARGUMENT;
    }
    return reader->read(samples, stride, frames, *frames_read);
}

std::int32_t m4_reader_seek(m4_reader* reader, std::int64_t frame) {
    return reader == nullptr || reader->ring != nullptr ? static_cast<std::int32_t>(M4_INVALID_ARGUMENT)
                                                        : reader->seek(frame);
}

void m4_reader_close(m4_reader* reader) {
    if (reader != nullptr) {
        reader->leave();
    }
}
