#include "sound_file.hpp"
#include "wav_stream.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

// Whether the frames that are announced stay within a WAV file's 32-bit lengths.
bool fits_wav(const m4_audio_format& format) {
    constexpr std::int64_t most_bytes = INT64_C(0xFFF00000);
    const std::int64_t bytes_per_frame = format.channels * m4::bytes_per_sample_of(format.encoding);
    return format.frames > 0 && format.frames <= most_bytes / bytes_per_frame;
}

// Whether the header that goes into a pipe can say what follows it.
bool fits_streaming_wav(const m4_audio_format& format) {
    return format.container == M4_CONTAINER_WAV && format.encoding != M4_ENCODING_ULAW &&
           format.encoding != M4_ENCODING_ALAW;
}

} // namespace

struct m4_writer {
    SNDFILE* file = nullptr;
    int descriptor = -1;
    bool owns_descriptor = false;
    bool keeps_header = false;
    bool has_peak = false; // a chunk with the time of writing
    std::int32_t channels = 0;
    std::int32_t sample_rate = 0;
    sf_count_t bytes_written = 0; // of samples, to standard output
    std::int64_t frames_written = 0;
    std::int64_t most_frames = INT64_MAX; // what was announced, where the file was laid out for it
    std::int32_t failure = M4_OK;         // the first failure; nothing is written after it
    std::vector<float> interleaved;

    m4_ring* ring = nullptr;
    std::thread thread;
    std::atomic<std::int32_t> outcome{M4_OK};

    m4_writer() = default;
    m4_writer(const m4_writer&) = delete;
    m4_writer& operator=(const m4_writer&) = delete;

    ~m4_writer() {
        m4_ring_destroy(ring);
        if (file != nullptr) {
            sf_close(file);
        }
        if (owns_descriptor && descriptor >= 0) {
            close(descriptor);
        }
    }

    std::int32_t open(const char* path, bool is_raw, const m4_audio_format& format) {
        SF_INFO info{};
        info.channels = format.channels;
        info.samplerate = format.sample_rate;
        info.format = is_raw ? m4::raw_format_of(format.container, format.encoding)
                             : m4::sndfile_format_of(format.container, format.encoding);
        owns_descriptor = !m4::is_standard_stream(path);
        if (info.format == 0 || sf_format_check(&info) == SF_FALSE ||
            (!owns_descriptor && !is_raw && !fits_streaming_wav(format))) {
            return M4_UNSUPPORTED;
        }
        if (!is_raw && format.container == M4_CONTAINER_WAV) {
            // Into a pipe libsndfile writes only headerless samples: the header is ours. In a file RF64 has 64-bit
            // lengths; with the downgrade below it comes out as plain WAV where less is written after all.
            const int type = !owns_descriptor ? SF_FORMAT_RAW : fits_wav(format) ? SF_FORMAT_WAV : SF_FORMAT_RF64;
            info.format = (info.format & ~SF_FORMAT_TYPEMASK) | type;
            most_frames = type == SF_FORMAT_WAV ? format.frames : INT64_MAX;
            has_peak = type == SF_FORMAT_RF64 &&
                       (format.encoding == M4_ENCODING_FLOAT32 || format.encoding == M4_ENCODING_FLOAT64);
        }
        descriptor = owns_descriptor ? ::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : STDOUT_FILENO;
        if (descriptor < 0) {
            return m4::result_of_errno(errno);
        }
        channels = format.channels;
        sample_rate = format.sample_rate;
        keeps_header = owns_descriptor && !is_raw && format.container != M4_CONTAINER_OGG;
        interleaved.resize(m4::scratch_samples / static_cast<std::size_t>(channels) *
                           static_cast<std::size_t>(channels));
        if (!owns_descriptor && !is_raw) {
            const auto header = m4::streaming_wav_header(format);
            const auto length = static_cast<sf_count_t>(header.size());
            if (write_all(header.data(), length) != length) {
                return m4::result_of_errno(errno);
            }
            bytes_written = 0;
        }
        errno = 0;
        file = owns_descriptor ? sf_open_fd(descriptor, SFM_WRITE, &info, SF_FALSE)
                               : sf_open_virtual(standard_output(), SFM_WRITE, &info, this);
        if (file == nullptr) {
            return errno != 0 ? m4::result_of_errno(errno) : static_cast<std::int32_t>(M4_IO_ERROR);
        }
        sf_command(file, SFC_SET_CLIPPING, nullptr, SF_TRUE);
        sf_command(file, SFC_RF64_AUTO_DOWNGRADE, nullptr, SF_TRUE);
        // A float WAV otherwise carries the time of writing in its PEAK chunk: the same sound would give other bytes.
        // (RF64 does not listen, and has its time cleared at the end.)
        sf_command(file, SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);
        return M4_OK;
    }

    // Standard output may be a pipe, a terminal or a file that others have written to: it is written from where it
    // stands, and nothing else is asked of it.
    static SF_VIRTUAL_IO* standard_output() {
        static SF_VIRTUAL_IO calls = [] {
            SF_VIRTUAL_IO io{};
            io.get_filelen = [](void* writer) { return static_cast<m4_writer*>(writer)->bytes_written; };
            io.seek = [](sf_count_t, int, void* writer) { return static_cast<m4_writer*>(writer)->bytes_written; };
            io.read = [](void*, sf_count_t, void*) { return sf_count_t{0}; };
            io.write = [](const void* bytes, sf_count_t count, void* writer) {
                return static_cast<m4_writer*>(writer)->write_all(static_cast<const unsigned char*>(bytes), count);
            };
            io.tell = [](void* writer) { return static_cast<m4_writer*>(writer)->bytes_written; };
            return io;
        }();
        return &calls;
    }

    sf_count_t write_all(const unsigned char* bytes, sf_count_t count) {
        sf_count_t done = 0;
        while (done < count) {
            const ssize_t written = ::write(descriptor, bytes + done, static_cast<std::size_t>(count - done));
            if (written < 0 && errno != EINTR) {
                break;
            }
            done += std::max<ssize_t>(written, 0);
        }
        bytes_written += done;
        return done;
    }

    std::int32_t write_piece(const float* samples, std::int64_t stride, std::int64_t frames) {
        for (std::int32_t c = 0; c < channels; ++c) {
            const float* source = samples + c * stride;
            float* target = interleaved.data() + c;
            for (std::int64_t i = 0; i < frames; ++i) {
                target[i * channels] = source[i];
            }
        }
        errno = 0;
        if (sf_writef_float(file, interleaved.data(), frames) != frames || sf_error(file) != SF_ERR_NO_ERROR) {
            return errno != 0 ? m4::result_of_errno(errno) : static_cast<std::int32_t>(M4_IO_ERROR);
        }
        return M4_OK;
    }

    std::int32_t write(const float* samples, std::int64_t stride, std::int64_t frames) {
        if (frames > most_frames - frames_written) {
            return M4_INVALID_ARGUMENT;
        }
        frames_written += frames;
        const std::int64_t most = static_cast<std::int64_t>(interleaved.size()) / channels;
        for (std::int64_t done = 0; done < frames && failure == M4_OK;) {
            const std::int64_t count = std::min(frames - done, most);
            failure = write_piece(samples + done, stride, count);
            done += count;
        }
        return failure;
    }

    // The thread: writes what the ring holds, until it is closed and empty, or a write fails.
    void drain() {
        const std::int64_t most = static_cast<std::int64_t>(interleaved.size()) / channels;
        std::int64_t since_header = 0;
        for (;;) {
            const float* samples = nullptr;
            const std::int64_t count = m4_ring_acquire_read(ring, most, &samples);
            if (count == 0) {
                if (m4_ring_wait_readable(ring, 1, -1) != M4_OK) {
                    return;
                }
                continue;
            }
            const std::int32_t result = write(samples, m4_ring_capacity(ring), count);
            m4_ring_release(ring, count);
            if (result != M4_OK) {
                outcome.store(result, std::memory_order_release);
                m4_ring_close(ring);
                return;
            }
            // Once a second of sound the header says what is there: a process that is killed leaves a file that plays.
            since_header += count;
            // (Ogg has no such header: the command would begin another stream in the middle of the file.)
            if (keeps_header && since_header >= sample_rate) {
                sf_command(file, SFC_UPDATE_HEADER_NOW, nullptr, 0);
                since_header = 0;
            }
        }
    }

    std::int32_t finish() {
        if (thread.joinable()) {
            m4_ring_close(ring);
            thread.join();
        }
        // sf_close() reports no failed write: the codec's last block and the header are pushed out before it, where
        // the number of bytes that arrive can be compared with the errors that libsndfile notes.
        errno = 0;
        sf_write_sync(file);
        if (failure == M4_OK && sf_error(file) != SF_ERR_NO_ERROR) {
            failure = m4::result_of_errno(errno);
        }
        errno = 0;
        const int closed = sf_close(file);
        file = nullptr;
        if (failure == M4_OK && (closed != 0 || is_disk_error(errno))) {
            failure = m4::result_of_errno(errno);
        }
        if (has_peak) {
            clear_peak_time();
        }
        if (owns_descriptor) {
            errno = 0;
            if (close(descriptor) != 0 && failure == M4_OK) {
                failure = m4::result_of_errno(errno);
            }
            descriptor = -1;
        }
        return failure;
    }

private:
    void clear_peak_time() {
        struct stat status {};
        std::array<char, 512> head{};
        constexpr std::array<char, 4> name{'P', 'E', 'A', 'K'};
        constexpr std::array<char, 4> sound{'d', 'a', 't', 'a'};
        // The descriptor is for writing alone.
        std::array<char, 32> path{};
        std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", descriptor);
        const bool is_file = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
        const int reading = is_file ? ::open(path.data(), O_RDONLY | O_CLOEXEC) : -1;
        if (reading < 0) {
            return;
        }
        const ssize_t count = pread(reading, head.data(), head.size(), 0);
        close(reading);
        const auto end =
            std::search(head.begin(), head.begin() + std::max<ssize_t>(count, 0), sound.begin(), sound.end());
        const auto found = std::search(head.begin(), end, name.begin(), name.end());
        // After the name the length and the version, of four bytes each.
        if (end - found >= 16) {
            const std::array<char, 4> none{};
            static_cast<void>(pwrite(descriptor, none.data(), none.size(), found - head.begin() + 12));
        }
    }

    static bool is_disk_error(int error) {
        return m4::result_of_errno(error) == M4_NO_SPACE || error == EPIPE || error == EIO;
    }
};

namespace {

std::int32_t open_writer(const char* path, bool is_raw, const m4_audio_format* format, m4_writer** writer) {
    if (writer != nullptr) {
        *writer = nullptr;
    }
    if (path == nullptr || path[0] == '\0' || writer == nullptr || format == nullptr || format->channels < 1 ||
        format->channels > M4_MAX_CHANNELS || format->sample_rate < 1) {
        return M4_INVALID_ARGUMENT;
    }
    try {
        auto opened = std::make_unique<m4_writer>();
        const std::int32_t result = opened->open(path, is_raw, *format);
        if (result == M4_OK) {
            *writer = opened.release();
        }
        return result;
    } catch (const std::bad_alloc&) {
        return M4_OUT_OF_MEMORY;
    }
}

} // namespace

std::int32_t m4_writer_open(const char* path, const m4_audio_format* format, m4_writer** writer) {
    return open_writer(path, false, format, writer);
}

std::int32_t m4_writer_open_raw(const char* path, const m4_audio_format* format, m4_writer** writer) {
    return open_writer(path, true, format, writer);
}

std::int32_t m4_writer_start(m4_writer* writer, std::int64_t capacity, m4_ring** ring) {
    if (writer == nullptr || ring == nullptr || writer->ring != nullptr) {
        return M4_INVALID_ARGUMENT;
    }
    const std::int32_t result = m4_ring_create(writer->channels, capacity, &writer->ring);
    if (result != M4_OK) {
        return result;
    }
    try {
        writer->thread = std::thread(&m4_writer::drain, writer);
    } catch (const std::exception&) { // no thread, or no memory for one
        return M4_OUT_OF_MEMORY;
    }
    *ring = writer->ring;
    return M4_OK;
}

std::int32_t m4_writer_result(const m4_writer* writer) {
    return writer == nullptr ? static_cast<std::int32_t>(M4_INVALID_ARGUMENT)
                             : writer->outcome.load(std::memory_order_acquire);
}

std::int32_t m4_writer_write(m4_writer* writer, const float* samples, std::int64_t stride, std::int64_t frames) {
    if (writer == nullptr || samples == nullptr || frames < 0 || writer->ring != nullptr ||
        (writer->channels > 1 && stride < frames)) {
        return M4_INVALID_ARGUMENT;
    }
    return writer->write(samples, stride, frames);
}

std::int32_t m4_writer_finish(m4_writer* writer) {
    if (writer == nullptr) {
        return M4_INVALID_ARGUMENT;
    }
    const std::int32_t result = writer->finish();
    delete writer;
    return result;
}
