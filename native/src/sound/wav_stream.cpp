#include "wav_stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace {

constexpr std::uint32_t pcm = 1, ieee_float = 3, a_law = 6, mu_law = 7, extensible = 0xFFFE;

// Lengths from here on mean that the writer did not know: 0x7FFFF000 is sox's, 0xFFFFFFFF ffmpeg's.
constexpr std::int64_t least_unknown = 0x7FFF0000;

class wav_parser {
public:
    wav_parser(m4::pipe_input& bytes, m4::wav_stream& found) : from(bytes), stream(found) {}

    bool parse() {
        std::array<unsigned char, 12> head{};
        if (from.peek(head.data(), 12) < 12 || std::memcmp(head.data() + 8, "WAVE", 4) != 0) {
            return false;
        }
        is_big = std::memcmp(head.data(), "RIFX", 4) == 0;
        if (!is_big && std::memcmp(head.data(), "RIFF", 4) != 0 && std::memcmp(head.data(), "RF64", 4) != 0) {
            return false;
        }
        std::int64_t long_length = 0;
        for (int chunks = 0; chunks < 64; ++chunks) {
            if (from.peek(head.data(), 8) < 8) {
                return false;
            }
            const std::int64_t length = number(head.data() + 4, 4);
            if (std::memcmp(head.data(), "data", 4) == 0) {
                return take_length(length == 0xFFFFFFFF && long_length > 0 ? long_length : length);
            }
            if (length > 1 << 20) {
                return false;
            }
            std::vector<unsigned char> body(static_cast<std::size_t>(length + length % 2));
            if (from.peek(body.data(), static_cast<std::int64_t>(body.size())) <
                static_cast<std::int64_t>(body.size())) {
                return false;
            }
            if (std::memcmp(head.data(), "ds64", 4) == 0 && length >= 16) {
                long_length = number(body.data() + 8, 4) | number(body.data() + 12, 4) << 32;
                long_length = long_length < std::int64_t{1} << 62 ? long_length : 0;
            } else if (std::memcmp(head.data(), "fmt ", 4) == 0 && !(length >= 16 && take_format(body))) {
                return false;
            }
        }
        return false;
    }

private:
    std::int64_t number(const unsigned char* bytes, int count) const {
        std::int64_t value = 0;
        for (int i = 0; i < count; ++i) {
            value |= static_cast<std::int64_t>(bytes[i]) << 8 * (is_big ? count - 1 - i : i);
        }
        return value;
    }

    bool take_format(const std::vector<unsigned char>& body) {
        std::int64_t tag = number(body.data(), 2);
        if (tag == extensible && body.size() >= 26) {
            tag = number(body.data() + 24, 2);
        }
        const std::int64_t channels = number(body.data() + 2, 2), rate = number(body.data() + 4, 4);
        stream.frame_bytes = number(body.data() + 12, 2);
        if (channels < 1 || channels > M4_MAX_CHANNELS || rate < 1 || rate > 1000000 ||
            stream.frame_bytes % channels != 0) {
            return false;
        }
        stream.channels = static_cast<std::int32_t>(channels);
        stream.sample_rate = static_cast<std::int32_t>(rate);
        const int kind = encoding_of(tag, stream.frame_bytes / channels);
        stream.sndfile_format = kind == 0 ? 0 : SF_FORMAT_RAW | kind | (is_big ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE);
        return kind != 0;
    }

    static int encoding_of(std::int64_t tag, std::int64_t bytes) {
        switch (tag) {
        case pcm:
            return bytes == 1   ? SF_FORMAT_PCM_U8
                   : bytes == 2 ? SF_FORMAT_PCM_16
                   : bytes == 3 ? SF_FORMAT_PCM_24
                   : bytes == 4 ? SF_FORMAT_PCM_32
                                : 0;
        case ieee_float:
            return bytes == 4 ? SF_FORMAT_FLOAT : bytes == 8 ? SF_FORMAT_DOUBLE : 0;
        case a_law:
            return bytes == 1 ? SF_FORMAT_ALAW : 0;
        case mu_law:
            return bytes == 1 ? SF_FORMAT_ULAW : 0;
        default:
            return 0;
        }
    }

    bool take_length(std::int64_t length) {
        const bool is_known = length > 0 && (length < least_unknown || length > 0xFFFFFFFF);
        stream.data_bytes = is_known ? length : -1;
        return stream.sndfile_format != 0;
    }

    m4::pipe_input& from;
    m4::wav_stream& stream;
    bool is_big = false;
};

} // namespace

namespace m4 {

bool read_wav_header(pipe_input& from, wav_stream& stream) {
    if (wav_parser(from, stream).parse()) {
        from.forget();
        return true;
    }
    from.rewind();
    return false;
}

std::int64_t bytes_per_sample_of(std::int32_t encoding) {
    switch (encoding) {
    case M4_ENCODING_PCM16:
        return 2;
    case M4_ENCODING_PCM24:
        return 3;
    case M4_ENCODING_FLOAT32:
    case M4_ENCODING_PCM32:
        return 4;
    case M4_ENCODING_FLOAT64:
        return 8;
    default:
        return 1;
    }
}

std::vector<unsigned char> streaming_wav_header(const m4_audio_format& format) {
    std::vector<unsigned char> header;
    header.reserve(58);
    const auto text = [&](const char* four) {
        for (int i = 0; i < 4; ++i) {
            header.push_back(static_cast<unsigned char>(four[i]));
        }
    };
    const auto number = [&](std::uint32_t value, int bytes) {
        for (int i = 0; i < bytes; ++i) {
            header.push_back(static_cast<unsigned char>(value >> (8 * i)));
        }
    };
    const bool is_float = format.encoding == M4_ENCODING_FLOAT32 || format.encoding == M4_ENCODING_FLOAT64;
    const auto channels = static_cast<std::uint32_t>(format.channels);
    const auto rate = static_cast<std::uint32_t>(format.sample_rate);
    const auto width = static_cast<std::uint32_t>(bytes_per_sample_of(format.encoding));
    // The length that sox writes and knows for "until the end". (ffmpeg calls the last packet of every stream of
    // unknown length corrupt, of its own too; of 0xFFFFFFFF it says more.)
    constexpr std::uint32_t until_the_end = 0x7FFFF000;
    text("RIFF");
    number(until_the_end + 50, 4);
    text("WAVE");
    // With the length of an extension, which sox asks for in all but 16 bits, and the fact chunk that goes with it.
    text("fmt ");
    number(18, 4);
    number(is_float ? ieee_float : pcm, 2);
    number(channels, 2);
    number(rate, 4);
    number(rate * channels * width, 4);
    number(channels * width, 2);
    number(width * 8, 2);
    number(0, 2);
    text("fact");
    number(4, 4);
    number(until_the_end / (channels * width), 4);
    text("data");
    number(until_the_end, 4);
    return header;
}

} // namespace m4
