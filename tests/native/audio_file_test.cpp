#include "math4ai_sound.h"

#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

constexpr m4_audio_format stereo_float{0, 2, 48000, M4_CONTAINER_WAV, M4_ENCODING_FLOAT32};

class AudioFile : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "math4ai-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder = name;
    }

    void TearDown() override { fs::remove_all(folder); }

    std::string path(const std::string& name) const { return (folder / name).string(); }

    std::string write_bytes(const std::string& name, const std::string& bytes) const {
        std::ofstream(path(name), std::ios::binary) << bytes;
        return path(name);
    }

    static std::string bytes_of(const std::string& file) {
        std::ifstream stream(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    fs::path folder;
};

std::vector<float> tones(std::int32_t channels, std::int64_t frames) {
    std::vector<float> samples;
    for (std::int32_t c = 0; c < channels; ++c) {
        for (std::int64_t i = 0; i < frames; ++i) {
            samples.push_back(static_cast<float>(0.5 * std::sin(0.01 * (c + 1) * static_cast<double>(i))));
        }
    }
    return samples;
}

std::int32_t write_all(const std::string& file, const m4_audio_format& format, const std::vector<float>& samples) {
    m4_writer* writer = nullptr;
    const auto frames = static_cast<std::int64_t>(samples.size()) / std::max(format.channels, 1);
    m4_audio_format announced = format;
    announced.frames = frames;
    const std::int32_t opened = m4_writer_open(file.c_str(), &announced, &writer);
    if (opened != M4_OK) {
        return opened;
    }
    const std::int32_t written = m4_writer_write(writer, samples.data(), frames, frames);
    const std::int32_t finished = m4_writer_finish(writer);
    return written != M4_OK ? written : finished;
}

struct contents {
    std::int32_t result = M4_OK;
    m4_audio_format format{};
    std::vector<float> samples; // planar
    std::int64_t frames = 0;
};

contents read_all(const std::string& file, std::int64_t longest = 1 << 20) {
    contents read;
    m4_reader* reader = nullptr;
    read.result = m4_reader_open(file.c_str(), &reader, &read.format);
    if (read.result == M4_OK) {
        read.samples.resize(static_cast<std::size_t>(longest * read.format.channels));
        read.result = m4_reader_read(reader, read.samples.data(), longest, longest, &read.frames);
        m4_reader_close(reader);
    }
    return read;
}

std::int32_t open_result(const std::string& file) {
    m4_reader* reader = nullptr;
    m4_audio_format format{};
    const std::int32_t result = m4_reader_open(file.c_str(), &reader, &format);
    m4_reader_close(reader);
    return result;
}

} // namespace

TEST_F(AudioFile, Float_samples_come_back_to_the_bit) {
    const std::vector<float> samples = tones(2, 100'003);
    ASSERT_EQ(write_all(path("a.wav"), stereo_float, samples), M4_OK);
    const contents read = read_all(path("a.wav"), 100'003);
    EXPECT_EQ(read.result, M4_OK);
    EXPECT_EQ(read.format.frames, 100'003);
    EXPECT_EQ(read.format.channels, 2);
    EXPECT_EQ(read.format.sample_rate, 48000);
    EXPECT_EQ(read.format.container, M4_CONTAINER_WAV);
    EXPECT_EQ(read.format.encoding, M4_ENCODING_FLOAT32);
    EXPECT_EQ(read.samples, samples);
}

TEST_F(AudioFile, The_file_depends_on_the_samples_alone_and_not_on_the_time_of_day) {
    ASSERT_EQ(write_all(path("a.wav"), stereo_float, tones(2, 1000)), M4_OK);
    const std::string bytes = bytes_of(path("a.wav"));
    EXPECT_EQ(bytes.substr(0, 4), "RIFF");
    EXPECT_EQ(bytes.find("PEAK"), std::string::npos) << "this chunk holds the time of writing";
    EXPECT_EQ(bytes.size(), bytes.find("data") + 8 + 2 * 1000 * sizeof(float));
}

TEST_F(AudioFile, Samples_that_spell_the_name_of_a_chunk_are_samples) {
    for (const bool is_announced : {true, false}) {
        m4_audio_format format = stereo_float;
        format.channels = 1;
        format.encoding = M4_ENCODING_PCM16;
        format.frames = is_announced ? 40 : 0;
        std::vector<float> samples(40);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            samples[i] = static_cast<float>(1000 + i) / 32768.0F;
        }
        samples[10] = static_cast<float>(0x4550) / 32768.0F; // "PE"
        samples[11] = static_cast<float>(0x4B41) / 32768.0F; // "AK"
        m4_writer* writer = nullptr;
        ASSERT_EQ(m4_writer_open(path("a.wav").c_str(), &format, &writer), M4_OK);
        EXPECT_EQ(m4_writer_write(writer, samples.data(), 40, 40), M4_OK);
        EXPECT_EQ(m4_writer_finish(writer), M4_OK);
        const contents read = read_all(path("a.wav"), 40);
        ASSERT_EQ(read.frames, 40);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            EXPECT_NEAR(read.samples[i], samples[i], 1.0F / 32768.0F);
        }
    }
}

TEST_F(AudioFile, A_length_that_was_not_announced_is_no_obstacle_and_one_that_was_is_a_promise) {
    for (const std::int64_t announced : {std::int64_t{0}, std::int64_t{10}}) {
        m4_audio_format format = stereo_float;
        format.frames = announced;
        m4_writer* writer = nullptr;
        ASSERT_EQ(m4_writer_open(path("a.wav").c_str(), &format, &writer), M4_OK);
        const std::vector<float> samples = tones(2, 20);
        EXPECT_EQ(m4_writer_write(writer, samples.data(), 20, 20), announced == 0 ? M4_OK : M4_INVALID_ARGUMENT);
        EXPECT_EQ(m4_writer_finish(writer), M4_OK);
        EXPECT_EQ(read_all(path("a.wav"), 30).frames, announced == 0 ? 20 : 0);
    }
}

TEST_F(AudioFile, Every_container_holds_what_was_written_within_its_precision) {
    struct row {
        std::int32_t container, encoding;
        double error;
    };
    const std::vector<float> samples = tones(3, 5000);
    for (const row& r :
         {row{M4_CONTAINER_WAV, M4_ENCODING_PCM16, 1.0 / 32768},
          row{M4_CONTAINER_WAV, M4_ENCODING_PCM24, 1.0 / 8388608}, row{M4_CONTAINER_WAV, M4_ENCODING_PCM32, 1e-7},
          row{M4_CONTAINER_WAV, M4_ENCODING_FLOAT64, 0}, row{M4_CONTAINER_WAV, M4_ENCODING_PCM8, 1.0 / 128},
          row{M4_CONTAINER_FLAC, M4_ENCODING_PCM16, 1.0 / 32768},
          row{M4_CONTAINER_FLAC, M4_ENCODING_PCM24, 1.0 / 8388608}, row{M4_CONTAINER_AIFF, M4_ENCODING_FLOAT32, 0},
          row{M4_CONTAINER_AIFF, M4_ENCODING_PCM16, 1.0 / 32768}, row{M4_CONTAINER_OGG, M4_ENCODING_VORBIS, 0.1}}) {
        SCOPED_TRACE(testing::Message() << "container " << r.container << ", encoding " << r.encoding);
        const m4_audio_format format{0, 3, 16000, r.container, r.encoding};
        ASSERT_EQ(write_all(path("x"), format, samples), M4_OK);
        const contents read = read_all(path("x"), 5000);
        ASSERT_EQ(read.result, M4_OK);
        EXPECT_EQ(read.frames, 5000);
        EXPECT_EQ(read.format.container, r.container);
        EXPECT_EQ(read.format.encoding, r.encoding);
        double worst = 0;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            worst = std::max(worst, std::abs(static_cast<double>(samples[i]) - static_cast<double>(read.samples[i])));
        }
        EXPECT_LE(worst, r.error);
    }
}

TEST_F(AudioFile, Samples_beyond_full_scale_are_clipped_and_not_wrapped) {
    const m4_audio_format format{0, 1, 8000, M4_CONTAINER_WAV, M4_ENCODING_PCM16};
    ASSERT_EQ(write_all(path("a.wav"), format, {2.0f, -2.0f, 0.0f}), M4_OK);
    const contents read = read_all(path("a.wav"), 3);
    EXPECT_GT(read.samples[0], 0.99f);
    EXPECT_LT(read.samples[1], -0.99f);
}

TEST_F(AudioFile, Blocks_of_any_size_give_the_same_samples) {
    const std::vector<float> samples = tones(2, 10'000);
    m4_writer* writer = nullptr;
    ASSERT_EQ(m4_writer_open(path("a.wav").c_str(), &stereo_float, &writer), M4_OK);
    for (std::int64_t done = 0; done < 10'000;) {
        const std::int64_t count = std::min<std::int64_t>(777, 10'000 - done);
        ASSERT_EQ(m4_writer_write(writer, samples.data() + done, 10'000, count), M4_OK);
        done += count;
    }
    ASSERT_EQ(m4_writer_finish(writer), M4_OK);

    m4_reader* reader = nullptr;
    m4_audio_format format{};
    ASSERT_EQ(m4_reader_open(path("a.wav").c_str(), &reader, &format), M4_OK);
    std::vector<float> read(samples.size());
    std::int64_t position = 0, count = 0;
    do {
        const std::int64_t wanted = std::min<std::int64_t>(1001, 10'000 - position);
        ASSERT_EQ(m4_reader_read(reader, read.data() + position, 10'000, wanted, &count), M4_OK);
        position += count;
    } while (position < 10'000 && count > 0);
    m4_reader_close(reader);
    EXPECT_EQ(read, samples);
}

TEST_F(AudioFile, Reading_on_from_any_frame_gives_what_stands_there) {
    constexpr std::int64_t frames = 20'000;
    constexpr std::int64_t count = 100;
    for (const auto& [container, encoding] :
         {std::pair{M4_CONTAINER_WAV, M4_ENCODING_FLOAT32}, std::pair{M4_CONTAINER_WAV, M4_ENCODING_PCM24},
          std::pair{M4_CONTAINER_FLAC, M4_ENCODING_PCM16}, std::pair{M4_CONTAINER_AIFF, M4_ENCODING_PCM16}}) {
        SCOPED_TRACE(testing::Message() << "container " << container << ", encoding " << encoding);
        ASSERT_EQ(write_all(path("a"), {0, 2, 48000, container, encoding}, tones(2, frames)), M4_OK);
        const contents whole = read_all(path("a"), frames);
        m4_reader* reader = nullptr;
        m4_audio_format format{};
        ASSERT_EQ(m4_reader_open(path("a").c_str(), &reader, &format), M4_OK);
        std::vector<float> block(2 * count);
        for (const std::int64_t start : {std::int64_t{12'345}, std::int64_t{0}, std::int64_t{100}, frames - 40}) {
            std::int64_t read = 0;
            ASSERT_EQ(m4_reader_seek(reader, start), M4_OK);
            ASSERT_EQ(m4_reader_read(reader, block.data(), count, count, &read), M4_OK);
            ASSERT_EQ(read, std::min(count, frames - start));
            for (std::int64_t i = 0; i < read; ++i) {
                ASSERT_EQ(block[static_cast<std::size_t>(i)], whole.samples[static_cast<std::size_t>(start + i)]);
                ASSERT_EQ(block[static_cast<std::size_t>(count + i)],
                          whole.samples[static_cast<std::size_t>(frames + start + i)]);
            }
        }
        EXPECT_EQ(m4_reader_seek(reader, frames), M4_OK);
        EXPECT_EQ(m4_reader_seek(reader, frames + 1), M4_INVALID_ARGUMENT);
        EXPECT_EQ(m4_reader_seek(reader, -1), M4_INVALID_ARGUMENT);
        m4_reader_close(reader);
    }
    EXPECT_EQ(m4_reader_seek(nullptr, 0), M4_INVALID_ARGUMENT);
}

TEST_F(AudioFile, Files_that_are_missing_empty_or_no_audio_are_told_apart) {
    EXPECT_EQ(open_result(path("missing.wav")), M4_NOT_FOUND);
    EXPECT_EQ(open_result(write_bytes("empty.wav", "")), M4_EMPTY_FILE);
    EXPECT_EQ(open_result(write_bytes("text.wav", "This is no sound at all, only words.\n")), M4_NOT_AUDIO);
    EXPECT_EQ(open_result(folder.string()), M4_NOT_AUDIO);
    EXPECT_EQ(open_result(""), M4_INVALID_ARGUMENT);
}

TEST_F(AudioFile, A_header_cut_short_is_refused_and_one_byte_never_crashes) {
    ASSERT_EQ(write_all(path("whole.wav"), stereo_float, tones(2, 100)), M4_OK);
    const std::string whole = bytes_of(path("whole.wav"));
    for (std::size_t length = 1; length < 120; ++length) {
        const contents read = read_all(write_bytes("cut.wav", whole.substr(0, length)), 100);
        EXPECT_LT(read.frames, 100) << length;
    }
    EXPECT_NE(open_result(write_bytes("cut.wav", whole.substr(0, 20))), M4_OK);
}

TEST_F(AudioFile, Sound_that_ends_before_its_header_says_gives_what_is_there) {
    ASSERT_EQ(write_all(path("whole.wav"), stereo_float, tones(2, 1000)), M4_OK);
    const std::string whole = bytes_of(path("whole.wav"));
    const contents read = read_all(write_bytes("cut.wav", whole.substr(0, whole.size() / 2)), 1000);
    EXPECT_EQ(read.result, M4_DAMAGED);
    EXPECT_GT(read.frames, 400);
    EXPECT_LT(read.frames, 600);

    const m4_audio_format aiff{0, 2, 48000, M4_CONTAINER_AIFF, M4_ENCODING_PCM16};
    ASSERT_EQ(write_all(path("whole.aiff"), aiff, tones(2, 1000)), M4_OK);
    EXPECT_EQ(read_all(path("whole.aiff"), 2000).result, M4_OK);
    const std::string sound = bytes_of(path("whole.aiff"));
    EXPECT_EQ(read_all(write_bytes("cut.aiff", sound.substr(0, sound.size() / 2)), 1000).result, M4_DAMAGED);

    const m4_audio_format flac{0, 2, 48000, M4_CONTAINER_FLAC, M4_ENCODING_PCM16};
    ASSERT_EQ(write_all(path("whole.flac"), flac, tones(2, 100'000)), M4_OK);
    const std::string packed = bytes_of(path("whole.flac"));
    const contents half = read_all(write_bytes("cut.flac", packed.substr(0, packed.size() / 2)), 100'000);
    EXPECT_EQ(half.result, M4_DAMAGED);
    EXPECT_GT(half.frames, 0);
    EXPECT_LT(half.frames, 100'000);
}

TEST_F(AudioFile, Absurd_headers_are_refused_without_allocating_for_them) {
    ASSERT_EQ(write_all(path("whole.wav"), stereo_float, tones(2, 100)), M4_OK);
    const std::string whole = bytes_of(path("whole.wav"));
    const std::size_t format_chunk = whole.find("fmt ");
    ASSERT_NE(format_chunk, std::string::npos);
    const auto with = [&](std::size_t offset, const std::string& bytes) {
        std::string changed = whole;
        changed.replace(format_chunk + offset, bytes.size(), bytes);
        return write_bytes("absurd.wav", changed);
    };
    EXPECT_NE(open_result(with(10, std::string("\xFF\xFF", 2))), M4_OK) << "65535 channels";
    EXPECT_NE(open_result(with(10, std::string("\0\0", 2))), M4_OK) << "no channel";
    EXPECT_NE(open_result(with(12, std::string("\xFF\xFF\xFF\x7F", 4))), M4_OK) << "2 GHz";
    EXPECT_NE(open_result(with(12, std::string(4, '\0'))), M4_OK) << "0 Hz";

    std::string huge = whole;
    const std::size_t data_chunk = whole.find("data");
    huge.replace(data_chunk + 4, 4, std::string("\xF0\xFF\xFF\x7F", 4));
    const contents read = read_all(write_bytes("huge.wav", huge), 1000);
    EXPECT_EQ(read.frames, 100) << "2 GiB promised, 100 frames there";
}

TEST_F(AudioFile, What_a_container_cannot_hold_is_refused_before_anything_is_written) {
    const m4_audio_format float_flac{0, 2, 48000, M4_CONTAINER_FLAC, M4_ENCODING_FLOAT32};
    EXPECT_EQ(write_all(path("a.flac"), float_flac, tones(2, 10)), M4_UNSUPPORTED);
    const m4_audio_format many{0, 9, 48000, M4_CONTAINER_FLAC, M4_ENCODING_PCM16};
    EXPECT_EQ(write_all(path("a.flac"), many, tones(9, 10)), M4_UNSUPPORTED);
    const m4_audio_format none{0, 0, 48000, M4_CONTAINER_WAV, M4_ENCODING_PCM16};
    EXPECT_EQ(write_all(path("a.wav"), none, {}), M4_INVALID_ARGUMENT);
    EXPECT_FALSE(fs::exists(path("a.flac")));
    EXPECT_EQ(write_all(path("no/such/folder.wav"), stereo_float, tones(2, 10)), M4_NOT_FOUND);
}

TEST_F(AudioFile, A_full_disk_is_reported_and_not_taken_for_success) {
    ASSERT_EQ(access("/dev/full", W_OK), 0);
    // /dev/full takes no byte at all: the writer may fail at any of its steps, but it must fail as "no space".
    EXPECT_EQ(write_all("/dev/full", stereo_float, tones(2, 100'000)), M4_NO_SPACE);
}

TEST_F(AudioFile, A_file_size_limit_reached_in_the_middle_is_reported) {
    const auto write_under_limit = [&](std::int32_t container, std::int32_t encoding) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{8'000, 8'000};
        setrlimit(RLIMIT_FSIZE, &limit);
        const m4_audio_format format{0, 2, 48000, container, encoding};
        std::_Exit(write_all(path("limited"), format, tones(2, 200'000)));
    };
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(write_under_limit(M4_CONTAINER_WAV, M4_ENCODING_FLOAT32), testing::ExitedWithCode(M4_NO_SPACE), "");
    EXPECT_EXIT(write_under_limit(M4_CONTAINER_FLAC, M4_ENCODING_PCM24), testing::ExitedWithCode(M4_NO_SPACE), "");
    EXPECT_EXIT(write_under_limit(M4_CONTAINER_OGG, M4_ENCODING_VORBIS), testing::ExitedWithCode(M4_NO_SPACE), "");
}

TEST_F(AudioFile, Standard_output_and_input_carry_wav_through_a_pipe) {
    const std::string file = path("piped.wav");
    const auto child = [&] {
        const int target = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
        int ends[2];
        if (target < 0 || pipe(ends) != 0 || fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) < 0) {
            std::_Exit(100);
        }
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[0], STDIN_FILENO);
        close(ends[1]);
        const std::vector<float> samples = tones(2, 20'000);
        const std::int32_t written = write_all("-", stereo_float, samples);
        close(STDOUT_FILENO);
        const contents read = read_all("-", 30'000);
        bool same = read.frames == 20'000 && read.format.frames == -1;
        for (std::size_t i = 0; same && i < 20'000; ++i) {
            same = read.samples[i] == samples[i] && read.samples[30'000 + i] == samples[20'000 + i];
        }
        std::_Exit(written == M4_OK && read.result == M4_OK && same ? 42 : 1);
    };
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(child(), testing::ExitedWithCode(42), "");
}

TEST_F(AudioFile, A_pipe_that_nobody_reads_is_reported) {
    const auto child = [] {
        std::signal(SIGPIPE, SIG_IGN);
        int ends[2];
        if (pipe(ends) != 0) {
            std::_Exit(100);
        }
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        std::_Exit(write_all("-", stereo_float, tones(2, 20'000)));
    };
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(child(), testing::ExitedWithCode(M4_BROKEN_PIPE), "");
}

TEST_F(AudioFile, Senseless_arguments_are_refused) {
    m4_reader* reader = nullptr;
    m4_audio_format format{};
    EXPECT_EQ(m4_reader_open(nullptr, &reader, &format), M4_INVALID_ARGUMENT);
    EXPECT_EQ(m4_writer_finish(nullptr), M4_INVALID_ARGUMENT);
    EXPECT_EQ(m4_writer_write(nullptr, nullptr, 0, 0), M4_INVALID_ARGUMENT);
    std::int64_t count = 9;
    EXPECT_EQ(m4_reader_read(nullptr, nullptr, 0, 0, &count), M4_INVALID_ARGUMENT);
    EXPECT_EQ(count, 0);
}
