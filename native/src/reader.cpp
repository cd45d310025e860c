#include "sound_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
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
    std::int64_t frames_left = -1; // -1: unknown, as in a pipe
    bool cut_short = false;
    std::vector<float> interleaved;

    m4_reader() = default;
    m4_reader(const m4_reader&) = delete;
    m4_reader& operator=(const m4_reader&) = delete;

    ~m4_reader() {
        if (file != nullptr) {
            sf_close(file);
        }
        if (owns_descriptor && descriptor >= 0) {
            close(descriptor);
        }
    }

    std::int32_t open(const char* path, m4_audio_format& format) {
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
        file = sf_open_fd(descriptor, SFM_READ, &info, SF_FALSE);
        if (file == nullptr) {
            return result_of_open_failure();
        }
        if (info.channels < 1 || info.channels > M4_MAX_CHANNELS || info.samplerate < 1 ||
            info.samplerate > highest_rate || info.frames < 0) {
            return M4_DAMAGED;
        }
        channels = info.channels;
        frames_left = S_ISREG(status.st_mode) ? info.frames : -1;
        cut_short = S_ISREG(status.st_mode) && is_cut_short(file);
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
};

std::int32_t m4_reader_open(const char* path, m4_reader** reader, m4_audio_format* format) {
    if (path == nullptr || path[0] == '\0' || reader == nullptr || format == nullptr) {
        return M4_INVALID_ARGUMENT;
    }
    *reader = nullptr;
    *format = m4_audio_format{};
    try {
        auto* opened = new m4_reader;
        const std::int32_t result = opened->open(path, *format);
        if (result != M4_OK) {
            delete opened;
            return result;
        }
        *reader = opened;
        return M4_OK;
    } catch (const std::bad_alloc&) {
        return M4_OUT_OF_MEMORY;
    }
}

std::int32_t m4_reader_read(m4_reader* reader, float* samples, std::int64_t stride, std::int64_t frames,
                            std::int64_t* frames_read) {
    if (frames_read == nullptr) {
        return M4_INVALID_ARGUMENT;
    }
    *frames_read = 0;
    if (reader == nullptr || samples == nullptr || frames < 0 || (reader->channels > 1 && stride < frames)) {
        return M4_INVALID_ARGUMENT;
    }
    return reader->read(samples, stride, frames, *frames_read);
}

void m4_reader_close(m4_reader* reader) {
    delete reader;
}
