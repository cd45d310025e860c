#include "pipe_input.hpp"
#include "sound_file.hpp"
#include "tail_of_file.hpp"
#include "wav_stream.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
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

} // namespace

struct m4_reader {
    SNDFILE* file = nullptr;
    int descriptor = -1;
    bool owns_descriptor = false;
    std::int32_t channels = 0;
    std::int64_t length = -1; // -1: unknown, as in a pipe
    std::int64_t frames_left = -1;
    bool has_no_length = false;
    std::unique_ptr<m4::tail_of_file> tail;
    std::int64_t cut_off = 0; // bytes that the header of a file promises and the file does not hold
    std::vector<float> interleaved;

    // A pipe, and the headerless samples in it.
    m4::pipe_input pipe;
    bool is_pipe = false;
    std::int64_t frame_bytes = 1;
    std::int64_t bytes_promised = -1;
    std::int64_t bytes_read = 0;

    m4_ring* ring = nullptr;
    std::thread thread;
    std::atomic<std::int32_t> outcome{M4_OK};
    std::atomic<std::int64_t> frames_missing{0};
    std::atomic<std::int64_t> bytes_over{0}; // of a frame that is not whole

    m4_reader() = default;
    m4_reader(const m4_reader&) = delete;
    m4_reader& operator=(const m4_reader&) = delete;

    ~m4_reader() {
        if (thread.joinable()) {
            m4_ring_abandon(ring);
            if (is_pipe) {
                pipe.stop();
            }
            thread.join();
        }
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
            info.format = m4::raw_format_of(format.container, format.encoding);
            frame_bytes = m4::bytes_per_sample_of(format.encoding) * format.channels;
            bytes_over.store(S_ISREG(status.st_mode) ? status.st_size % frame_bytes : 0);
        }
        is_pipe = !S_ISREG(status.st_mode);
        std::int32_t result = is_pipe ? open_pipe(info, is_raw) : static_cast<std::int32_t>(M4_OK);
        if (result == M4_OK && file == nullptr) {
            file = sf_open_fd(descriptor, SFM_READ, &info, SF_FALSE);
            result = file == nullptr ? m4::result_of_open_failure() : static_cast<std::int32_t>(M4_OK);
        }
        if (result != M4_OK) {
            return result;
        }
        if (info.channels < 1 || info.channels > M4_MAX_CHANNELS || info.samplerate < 1 ||
            info.samplerate > highest_rate || info.frames < 0) {
            return M4_DAMAGED;
        }
        if (!is_raw && !is_pipe && info.frames == 0) {
            result = open_without_length(info);
            if (result != M4_OK) {
                return result;
            }
        }
        channels = info.channels;
        length = is_pipe ? -1 : info.frames;
        frames_left = length;
        format.frames = frames_left;
        format.channels = info.channels;
        format.sample_rate = info.samplerate;
        format.container =
            is_pipe || tail != nullptr ? static_cast<std::int32_t>(M4_CONTAINER_WAV) : m4::container_of(info.format);
        format.encoding = m4::encoding_of(info.format);
        if (!is_pipe && !is_raw) {
            cut_off = m4::bytes_cut_off(file);
            frame_bytes = m4::bytes_per_sample_of(format.encoding) * channels;
        }
        interleaved.resize(m4::scratch_samples / static_cast<std::size_t>(channels) *
                           static_cast<std::size_t>(channels));
        return M4_OK;
    }

    // A WAV file and headerless samples are read as they come; what needs to go back and forth becomes a file first.
    std::int32_t open_pipe(SF_INFO& info, bool is_raw) {
        std::int32_t result = pipe.open(descriptor);
        if (result != M4_OK) {
            return result;
        }
        m4::wav_stream stream;
        if (!is_raw && m4::read_wav_header(pipe, stream)) {
            info.channels = stream.channels;
            info.samplerate = stream.sample_rate;
            info.format = stream.sndfile_format;
            frame_bytes = stream.frame_bytes;
            bytes_promised = stream.data_bytes;
        } else if (!is_raw) {
            return open_spooled();
        }
        file = sf_open_virtual(bytes_of_pipe(), SFM_READ, &info, this);
        return file == nullptr ? m4::result_of_open_failure() : static_cast<std::int32_t>(M4_OK);
    }

    std::int32_t open_spooled() {
        int spooled = -1;
        const std::int32_t result = pipe.spool(spooled);
        if (result != M4_OK) {
            return result;
        }
        if (owns_descriptor) {
            close(descriptor);
        }
        descriptor = spooled;
        owns_descriptor = true;
        is_pipe = false;
        struct stat status {};
        return fstat(descriptor, &status) == 0 && status.st_size == 0 ? M4_EMPTY_FILE : M4_OK;
    }

    // A WAV file whose header says 0 because its writer could not go back to it: all that follows is sound.
    std::int32_t open_without_length(SF_INFO& info) {
        m4::pipe_input whole;
        m4::wav_stream stream;
        if (lseek(descriptor, 0, SEEK_SET) != 0 || whole.open(descriptor) != M4_OK ||
            !m4::read_wav_header(whole, stream) || stream.data_bytes >= 0) {
            return M4_OK;
        }
        SF_INFO raw{};
        raw.channels = stream.channels;
        raw.samplerate = stream.sample_rate;
        raw.format = stream.sndfile_format;
        // Where the descriptor stands, the samples begin.
        tail = std::make_unique<m4::tail_of_file>(descriptor, lseek(descriptor, 0, SEEK_CUR));
        SNDFILE* const samples = sf_open_virtual(m4::tail_of_file::calls(), SFM_READ, &raw, tail.get());
        if (samples == nullptr) {
            return m4::result_of_open_failure();
        }
        sf_close(file);
        file = samples;
        has_no_length = raw.frames > 0;
        info = raw;
        return M4_OK;
    }

    // Headerless samples without an end, as far as libsndfile is concerned.
    static SF_VIRTUAL_IO* bytes_of_pipe() {
        static SF_VIRTUAL_IO calls = [] {
            SF_VIRTUAL_IO io{};
            io.get_filelen = [](void*) { return sf_count_t{1} << 60; };
            io.seek = [](sf_count_t, int, void* reader) { return static_cast<m4_reader*>(reader)->bytes_read; };
            io.read = [](void* bytes, sf_count_t count, void* reader) {
                auto& self = *static_cast<m4_reader*>(reader);
                const sf_count_t most = self.bytes_promised < 0 ? count : self.bytes_promised - self.bytes_read;
                const std::int64_t came = self.pipe.read(bytes, std::min(count, most));
                self.bytes_read += came;
                return sf_count_t{came};
            };
            io.write = [](const void*, sf_count_t, void*) { return sf_count_t{0}; };
            io.tell = [](void* reader) { return static_cast<m4_reader*>(reader)->bytes_read; };
            return io;
        }();
        return &calls;
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
        return total < frames ? result_at_end() : static_cast<std::int32_t>(M4_OK);
    }

    std::int32_t result_at_end() {
        if (is_pipe && pipe.failure() != M4_OK) {
            return pipe.failure();
        }
        if (sf_error(file) == SF_ERR_SYSTEM) {
            return M4_IO_ERROR;
        }
        if (is_pipe) {
            bytes_over.store(bytes_read % frame_bytes);
            frames_missing.store(bytes_promised < 0 ? 0 : bytes_promised / frame_bytes - bytes_read / frame_bytes);
        } else {
            frames_missing.store(frames_left > 0 ? frames_left : (cut_off + frame_bytes - 1) / frame_bytes);
        }
        const bool is_whole = sf_error(file) == SF_ERR_NO_ERROR && frames_missing.load() == 0 && bytes_over.load() == 0;
        return is_whole ? M4_OK : M4_DAMAGED;
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

    // The thread: decodes straight into the ring, until the end or until nobody wants any more.
    void read_ahead(std::int64_t block) {
        while (m4_ring_wait_writable(ring, block, -1) == M4_OK) {
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
    if (m4::raw_format_of(format->container, format->encoding) == 0) {
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
    try {
        reader->thread = std::thread(&m4_reader::read_ahead, reader, block);
    } catch (const std::exception&) { // no thread, or no memory for one
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

void m4_reader_missing(const m4_reader* reader, std::int64_t* frames, std::int64_t* bytes) {
    if (frames != nullptr) {
        *frames = reader == nullptr ? 0 : reader->frames_missing.load();
    }
    if (bytes != nullptr) {
        *bytes = reader == nullptr ? 0 : reader->bytes_over.load();
    }
}

std::int32_t m4_reader_has_no_length(const m4_reader* reader) {
    return reader != nullptr && reader->has_no_length ? 1 : 0;
}

void m4_reader_close(m4_reader* reader) {
    delete reader;
}
