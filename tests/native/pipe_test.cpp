// Sound through pipes: every format, whole or cut.
#include "math4ai_sound.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

class Pipe : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "math4ai-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder = name;
    }

    void TearDown() override {
        m4_reader_close(reader);
        fs::remove_all(folder);
        unsetenv("MATH4AI_SPOOL_BYTES");
    }

    // A file of 3000 frames of two channels, each sample a value of its own.
    std::string written(std::int32_t container, std::int32_t encoding) {
        const std::string path = (folder / "x").string();
        m4_audio_format wanted{0, 2, 8000, container, encoding};
        m4_writer* writer = nullptr;
        EXPECT_EQ(m4_writer_open(path.c_str(), &wanted, &writer), M4_OK);
        std::vector<float> block(6000);
        for (std::size_t i = 0; i < block.size(); ++i) {
            block[i] = value(static_cast<std::int64_t>(i));
        }
        EXPECT_EQ(m4_writer_write(writer, block.data(), 3000, 3000), M4_OK);
        EXPECT_EQ(m4_writer_finish(writer), M4_OK);
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    static float value(std::int64_t i) { return static_cast<float>(i % 251 - 125) / 128.0F; }

    // Opens a named pipe through which the bytes come, a few at a time.
    std::int32_t open(const std::string& bytes, const m4_audio_format* raw = nullptr) {
        const std::string path = (folder / "pipe").string();
        EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
        std::thread sender([&] {
            std::ofstream pipe(path, std::ios::binary);
            for (std::size_t at = 0; at < bytes.size(); at += 1000) {
                pipe.write(bytes.data() + at,
                           static_cast<std::streamsize>(std::min<std::size_t>(1000, bytes.size() - at)));
                pipe.flush();
            }
        });
        const std::int32_t result = raw == nullptr ? m4_reader_open(path.c_str(), &reader, &format)
                                                   : m4_reader_open_raw(path.c_str(), raw, &reader);
        if (result == M4_OK) {
            samples.assign(8000, 0.0F);
            end = m4_reader_read(reader, samples.data(), 4000, 4000, &frames);
        }
        sender.join();
        m4_reader_missing(reader, &missing, &over);
        return result;
    }

    fs::path folder;
    m4_reader* reader = nullptr;
    m4_audio_format format{};
    std::vector<float> samples;
    std::int64_t frames = -1, missing = -1, over = -1;
    std::int32_t end = -1;
};

} // namespace

TEST_F(Pipe, Every_lossless_format_comes_through_whole) {
    const std::pair<std::int32_t, std::int32_t> kinds[] = {
        {M4_CONTAINER_WAV, M4_ENCODING_FLOAT32}, {M4_CONTAINER_WAV, M4_ENCODING_FLOAT64},
        {M4_CONTAINER_WAV, M4_ENCODING_PCM8},    {M4_CONTAINER_WAV, M4_ENCODING_PCM16},
        {M4_CONTAINER_WAV, M4_ENCODING_PCM24},   {M4_CONTAINER_FLAC, M4_ENCODING_PCM16},
        {M4_CONTAINER_AIFF, M4_ENCODING_PCM24}};
    for (const auto& [container, encoding] : kinds) {
        ASSERT_EQ(open(written(container, encoding)), M4_OK);
        EXPECT_EQ(end, M4_OK);
        EXPECT_EQ(frames, 3000) << container << " " << encoding;
        EXPECT_EQ(samples[2999], value(2999)) << container << " " << encoding;
        EXPECT_EQ(samples[4000], value(3000)) << container << " " << encoding;
        EXPECT_EQ(missing, 0);
        m4_reader_close(reader);
        reader = nullptr;
        fs::remove(folder / "pipe");
    }
}

TEST_F(Pipe, A_wav_that_ends_early_says_what_is_missing) {
    const std::string whole = written(M4_CONTAINER_WAV, M4_ENCODING_PCM16);
    ASSERT_EQ(open(whole.substr(0, whole.size() - 1002)), M4_OK);
    EXPECT_EQ(end, M4_DAMAGED);
    EXPECT_EQ(frames, 3000 - 251);
    EXPECT_EQ(missing, 251);
    EXPECT_EQ(over, 2);
}

TEST_F(Pipe, A_wav_without_a_length_lasts_until_the_end) {
    for (const char byte : {'\0', '\xFF'}) {
        std::string whole = written(M4_CONTAINER_WAV, M4_ENCODING_PCM16);
        const std::size_t at = whole.find("data") + 4;
        whole.replace(at, 4, std::string(4, byte));
        ASSERT_EQ(open(whole), M4_OK);
        EXPECT_EQ(end, M4_OK);
        EXPECT_EQ(frames, 3000);
        m4_reader_close(reader);
        reader = nullptr;
        fs::remove(folder / "pipe");
    }
}

TEST_F(Pipe, Chunks_behind_the_sound_are_no_sound) {
    ASSERT_EQ(open(written(M4_CONTAINER_WAV, M4_ENCODING_PCM16) + "LIST" + std::string("\x40\0\0\0", 4) +
                   std::string(64, 'x')),
              M4_OK);
    EXPECT_EQ(frames, 3000);
    EXPECT_EQ(end, M4_OK);
}

TEST_F(Pipe, Headerless_samples_that_end_within_a_frame_say_so) {
    const m4_audio_format raw{-1, 2, 8000, M4_CONTAINER_WAV, M4_ENCODING_PCM16};
    ASSERT_EQ(open(std::string(403, 'x'), &raw), M4_OK);
    EXPECT_EQ(frames, 100);
    EXPECT_EQ(end, M4_DAMAGED);
    EXPECT_EQ(over, 3);
}

TEST_F(Pipe, What_is_longer_than_the_limit_of_a_temporary_file_is_refused) {
    setenv("MATH4AI_SPOOL_BYTES", "1000", 1);
    EXPECT_EQ(open(written(M4_CONTAINER_FLAC, M4_ENCODING_PCM16)), M4_TOO_LARGE);
}

TEST_F(Pipe, What_is_no_sound_is_no_sound_in_a_pipe_either) {
    EXPECT_EQ(open("hello"), M4_NOT_AUDIO);
}

TEST_F(Pipe, An_empty_pipe_is_empty) {
    EXPECT_EQ(open(""), M4_EMPTY_FILE);
}

TEST_F(Pipe, A_file_without_a_length_is_read_to_its_end) {
    std::string whole = written(M4_CONTAINER_WAV, M4_ENCODING_PCM16);
    whole.replace(whole.find("data") + 4, 4, std::string(4, '\0'));
    std::ofstream((folder / "zero.wav").string(), std::ios::binary) << whole;
    ASSERT_EQ(m4_reader_open((folder / "zero.wav").c_str(), &reader, &format), M4_OK);
    EXPECT_EQ(m4_reader_has_no_length(reader), 1);
    EXPECT_EQ(format.frames, 3000);
    ASSERT_EQ(m4_reader_seek(reader, 2999), M4_OK);
    float last[2] = {};
    ASSERT_EQ(m4_reader_read(reader, last, 1, 1, &frames), M4_OK);
    EXPECT_EQ(last[0], value(2999));
}
