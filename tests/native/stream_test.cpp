#include "math4ai_sound.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

constexpr m4_audio_format stereo{0, 2, 8000, M4_CONTAINER_WAV, M4_ENCODING_FLOAT32};
constexpr std::int64_t second = 1'000'000'000;

class Stream : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "math4ai-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder = name;
    }

    void TearDown() override { fs::remove_all(folder); }

    std::string path(const char* name) const { return (folder / name).string(); }

    fs::path folder;
};

float sample_of(std::int64_t frame, std::int32_t channel) {
    return static_cast<float>((frame * 2 + channel) % 1999) / 2048.0F;
}

// Sends frames through a writer's ring, in blocks of 64, as a live source would.
std::int32_t send(m4_writer* writer, std::int64_t frames) {
    m4_ring* ring = nullptr;
    std::int32_t result = m4_writer_start(writer, 1024, &ring);
    for (std::int64_t sent = 0; result == M4_OK && sent < frames;) {
        if (m4_ring_wait_writable(ring, 64, second) != M4_OK) {
            break;
        }
        float* samples = nullptr;
        const std::int64_t count = std::min(m4_ring_acquire_write(ring, 64, &samples), frames - sent);
        for (std::int32_t c = 0; c < 2; ++c) {
            for (std::int64_t i = 0; i < count; ++i) {
                samples[c * m4_ring_capacity(ring) + i] = sample_of(sent + i, c);
            }
        }
        m4_ring_commit(ring, count);
        sent += count;
    }
    const std::int32_t finished = m4_writer_finish(writer);
    return result == M4_OK ? finished : result;
}

// Takes all that a reader's thread decodes, and says how many frames came, -1 where one was wrong.
std::int64_t receive(m4_reader* reader, std::int64_t block) {
    m4_ring* ring = nullptr;
    if (m4_reader_start(reader, 512, block, &ring) != M4_OK) {
        return -2;
    }
    std::int64_t received = 0;
    while (m4_ring_wait_readable(ring, 1, second) == M4_OK) {
        const float* samples = nullptr;
        const std::int64_t count = m4_ring_acquire_read(ring, 100, &samples);
        for (std::int32_t c = 0; c < 2; ++c) {
            for (std::int64_t i = 0; i < count; ++i) {
                if (samples[c * m4_ring_capacity(ring) + i] != sample_of(received + i, c)) {
                    return -1;
                }
            }
        }
        m4_ring_release(ring, count);
        received += count;
    }
    return received;
}

} // namespace

TEST_F(Stream, What_one_thread_writes_another_reads) {
    m4_writer* writer = nullptr;
    ASSERT_EQ(m4_writer_open(path("x.wav").c_str(), &stereo, &writer), M4_OK);
    ASSERT_EQ(send(writer, 50'001), M4_OK);
    for (const std::int64_t block : {1, 64, 512}) {
        m4_reader* reader = nullptr;
        m4_audio_format format{};
        ASSERT_EQ(m4_reader_open(path("x.wav").c_str(), &reader, &format), M4_OK);
        EXPECT_EQ(format.frames, 50'001);
        EXPECT_EQ(receive(reader, block), 50'001);
        EXPECT_EQ(m4_reader_result(reader), M4_OK);
        m4_reader_close(reader);
    }
}

TEST_F(Stream, Headerless_samples_go_out_and_come_back) {
    for (const auto& [encoding, container] :
         {std::pair{M4_ENCODING_FLOAT32, M4_CONTAINER_WAV}, std::pair{M4_ENCODING_FLOAT64, M4_CONTAINER_WAV},
          std::pair{M4_ENCODING_PCM24, M4_CONTAINER_WAV}, std::pair{M4_ENCODING_PCM24, M4_CONTAINER_AIFF},
          std::pair{M4_ENCODING_FLOAT32, M4_CONTAINER_AIFF}}) {
        m4_audio_format format = stereo;
        format.encoding = encoding;
        format.container = container;
        m4_writer* writer = nullptr;
        ASSERT_EQ(m4_writer_open_raw(path("x.raw").c_str(), &format, &writer), M4_OK);
        ASSERT_EQ(send(writer, 3000), M4_OK);
        const std::uintmax_t width = encoding == M4_ENCODING_FLOAT64 ? 8 : encoding == M4_ENCODING_PCM24 ? 3 : 4;
        EXPECT_EQ(fs::file_size(path("x.raw")), 3000 * 2 * width);
        m4_reader* reader = nullptr;
        ASSERT_EQ(m4_reader_open_raw(path("x.raw").c_str(), &format, &reader), M4_OK);
        EXPECT_EQ(receive(reader, 64), 3000);
        m4_reader_close(reader);
    }
}

// The sample 1/2 in all of them; in the tables of G.711 the codes of 1/2 stand for a little more.
TEST_F(Stream, Headerless_samples_of_any_byte_order_and_law_are_what_their_bytes_say) {
    struct known {
        std::int32_t encoding, container;
        std::vector<unsigned char> bytes;
        float sample;
    };
    for (const known& each : {known{M4_ENCODING_PCM16, M4_CONTAINER_WAV, {0x00, 0x40}, 0.5F},
                              known{M4_ENCODING_PCM16, M4_CONTAINER_AIFF, {0x40, 0x00}, 0.5F},
                              known{M4_ENCODING_PCM24, M4_CONTAINER_AIFF, {0x40, 0x00, 0x00}, 0.5F},
                              known{M4_ENCODING_FLOAT32, M4_CONTAINER_AIFF, {0x3F, 0x00, 0x00, 0x00}, 0.5F},
                              known{M4_ENCODING_ULAW, M4_CONTAINER_WAV, {0x8F}, 16764.0F / 32768.0F},
                              known{M4_ENCODING_ALAW, M4_CONTAINER_WAV, {0xA5}, 16896.0F / 32768.0F}}) {
        std::ofstream(path("x.raw"), std::ios::binary)
            .write(reinterpret_cast<const char*>(each.bytes.data()), static_cast<std::streamsize>(each.bytes.size()));
        const m4_audio_format format{-1, 1, 8000, each.container, each.encoding};
        m4_reader* reader = nullptr;
        ASSERT_EQ(m4_reader_open_raw(path("x.raw").c_str(), &format, &reader), M4_OK);
        float sample = 0.0F;
        std::int64_t count = 0;
        EXPECT_EQ(m4_reader_read(reader, &sample, 1, 1, &count), M4_OK);
        EXPECT_EQ(count, 1);
        EXPECT_EQ(sample, each.sample) << each.encoding << " " << each.container;
        m4_reader_close(reader);
    }
}

TEST_F(Stream, A_reader_can_be_left_in_the_middle) {
    m4_writer* writer = nullptr;
    ASSERT_EQ(m4_writer_open(path("x.wav").c_str(), &stereo, &writer), M4_OK);
    ASSERT_EQ(send(writer, 50'000), M4_OK);
    m4_reader* reader = nullptr;
    m4_audio_format format{};
    m4_ring* ring = nullptr;
    ASSERT_EQ(m4_reader_open(path("x.wav").c_str(), &reader, &format), M4_OK);
    ASSERT_EQ(m4_reader_start(reader, 512, 64, &ring), M4_OK);
    ASSERT_EQ(m4_ring_wait_readable(ring, 512, second), M4_OK);
    std::int64_t none = 0;
    float sample = 0;
    EXPECT_EQ(m4_reader_start(reader, 512, 64, &ring), M4_INVALID_ARGUMENT) << "it is started";
    EXPECT_EQ(m4_reader_read(reader, &sample, 1, 1, &none), M4_INVALID_ARGUMENT) << "its thread reads";
    m4_reader_close(reader);
}

TEST_F(Stream, A_damaged_file_gives_what_it_has_and_its_reason) {
    m4_writer* writer = nullptr;
    m4_audio_format announced = stereo;
    announced.frames = 5000;
    ASSERT_EQ(m4_writer_open(path("x.wav").c_str(), &announced, &writer), M4_OK);
    ASSERT_EQ(send(writer, 5000), M4_OK);
    fs::resize_file(path("x.wav"), fs::file_size(path("x.wav")) - 2000 * 8);
    m4_reader* reader = nullptr;
    m4_audio_format format{};
    ASSERT_EQ(m4_reader_open(path("x.wav").c_str(), &reader, &format), M4_OK);
    EXPECT_EQ(receive(reader, 64), 3000);
    EXPECT_EQ(m4_reader_result(reader), M4_DAMAGED);
    m4_reader_close(reader);
}

TEST_F(Stream, A_full_disk_closes_the_ring_and_what_was_written_plays) {
    const m4_audio_format format = stereo;
    m4_writer* writer = nullptr;
    ASSERT_EQ(m4_writer_open(path("x.wav").c_str(), &format, &writer), M4_OK);
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit small = before;
    small.rlim_cur = 100'000;
    auto* const handler = signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    const std::int32_t result = send(writer, 200'000);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    EXPECT_EQ(result, M4_NO_SPACE);
    m4_reader* reader = nullptr;
    m4_audio_format found{};
    ASSERT_EQ(m4_reader_open(path("x.wav").c_str(), &reader, &found), M4_OK);
    EXPECT_GT(receive(reader, 64), 10'000);
    m4_reader_close(reader);
}

TEST_F(Stream, A_header_is_kept_up_while_the_writer_runs) {
    m4_writer* writer = nullptr;
    m4_ring* ring = nullptr;
    ASSERT_EQ(m4_writer_open(path("x.wav").c_str(), &stereo, &writer), M4_OK);
    ASSERT_EQ(m4_writer_start(writer, 32'768, &ring), M4_OK);
    const std::vector<float> block(2 * 20'000, 0.25F);
    ASSERT_EQ(m4_ring_write_planar(ring, block.data(), 20'000, 20'000), 20'000);
    ASSERT_EQ(m4_ring_wait_writable(ring, 32'768, second), M4_OK);
    // As another process would find it, were this one killed now.
    std::int64_t held = 0;
    for (int attempt = 0; attempt < 100 && held == 0; ++attempt) {
        m4_reader* reader = nullptr;
        m4_audio_format format{};
        if (m4_reader_open(path("x.wav").c_str(), &reader, &format) == M4_OK) {
            held = format.frames;
            m4_reader_close(reader);
        }
        usleep(10'000);
    }
    EXPECT_GE(held, 16'000);
    EXPECT_EQ(m4_writer_finish(writer), M4_OK);
}

TEST_F(Stream, Ogg_through_a_ring_is_one_stream_however_long_it_is) {
    m4_audio_format format = stereo;
    format.container = M4_CONTAINER_OGG;
    format.encoding = M4_ENCODING_VORBIS;
    m4_writer* writer = nullptr;
    ASSERT_EQ(m4_writer_open(path("x.ogg").c_str(), &format, &writer), M4_OK);
    const std::int64_t frames = 4 * std::int64_t{format.sample_rate};
    ASSERT_EQ(send(writer, frames), M4_OK);
    m4_reader* reader = nullptr;
    m4_audio_format found{};
    ASSERT_EQ(m4_reader_open(path("x.ogg").c_str(), &reader, &found), M4_OK);
    EXPECT_EQ(found.frames, frames);
    std::vector<float> samples(static_cast<std::size_t>(2 * (frames + 1)));
    std::int64_t read = 0;
    EXPECT_EQ(m4_reader_read(reader, samples.data(), frames + 1, frames + 1, &read), M4_OK);
    EXPECT_EQ(read, frames);
    m4_reader_close(reader);
}

TEST_F(Stream, The_same_sound_gives_the_same_bytes_whenever_it_is_written) {
    std::array<std::string, 2> contents;
    for (std::string& content : contents) {
        m4_audio_format format = stereo;
        format.encoding = M4_ENCODING_FLOAT32;
        m4_writer* writer = nullptr;
        ASSERT_EQ(m4_writer_open(path("x.wav").c_str(), &format, &writer), M4_OK);
        ASSERT_EQ(send(writer, 1000), M4_OK);
        std::ifstream file(path("x.wav"), std::ios::binary);
        content.assign(std::istreambuf_iterator<char>(file), {});
        // The clock that a time in the file would be of counts seconds.
        usleep(1'100'000);
    }
    EXPECT_EQ(contents[0], contents[1]);
}

TEST(StreamFormat, What_headerless_samples_cannot_be_is_refused) {
    m4_reader* reader = nullptr;
    m4_audio_format format = stereo;
    format.encoding = M4_ENCODING_VORBIS;
    EXPECT_EQ(m4_reader_open_raw("/dev/null", &format, &reader), M4_UNSUPPORTED);
    format = stereo;
    format.channels = 0;
    EXPECT_EQ(m4_reader_open_raw("/dev/null", &format, &reader), M4_INVALID_ARGUMENT);
    format = stereo;
    format.sample_rate = 2'000'000;
    EXPECT_EQ(m4_reader_open_raw("/dev/null", &format, &reader), M4_INVALID_ARGUMENT);
    EXPECT_EQ(m4_reader_start(nullptr, 64, 64, nullptr), M4_INVALID_ARGUMENT);
    EXPECT_EQ(m4_writer_start(nullptr, 64, nullptr), M4_INVALID_ARGUMENT);
}

// A pipe that says nothing: the user leaves at once, the thread follows when the pipe closes.
TEST(StreamPipe, A_reader_that_waits_for_a_silent_pipe_can_be_left) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const int saved = dup(STDIN_FILENO);
    ASSERT_EQ(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    m4_reader* reader = nullptr;
    m4_ring* ring = nullptr;
    ASSERT_EQ(m4_reader_open_raw("-", &stereo, &reader), M4_OK);
    ASSERT_EQ(m4_reader_start(reader, 512, 64, &ring), M4_OK);
    std::vector<float> block(128, 0.5F);
    ASSERT_EQ(write(ends[1], block.data(), 512), 512);
    EXPECT_EQ(m4_ring_wait_readable(ring, 64, second), M4_OK) << "a block comes through as soon as it is whole";
    m4_reader_close(reader);
    close(ends[1]);
    usleep(50'000);
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(ends[0]);
}
