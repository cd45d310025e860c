#include "math4ai_sound.h"

#include <samplerate.h>

#include <climits>
#include <cstdint>

std::int64_t m4_resampled_length(std::int64_t frames, std::int32_t from_rate, std::int32_t to_rate) {
    if (frames < 0 || frames > (std::int64_t{1} << 40) || from_rate < 1 || to_rate < 1) {
        return -1;
    }
    return (frames * to_rate + from_rate - 1) / from_rate;
}

std::int32_t m4_resample(const float* samples, std::int64_t frames, std::int32_t from_rate, std::int32_t to_rate,
                         float* result, std::int64_t* written) {
    const std::int64_t length = m4_resampled_length(frames, from_rate, to_rate);
    if (samples == nullptr || result == nullptr || written == nullptr || length < 0 || frames > LONG_MAX / 2) {
        return M4_INVALID_ARGUMENT;
    }
    *written = 0;
    const double ratio = static_cast<double>(to_rate) / from_rate;
    if (src_is_valid_ratio(ratio) == 0) {
        return M4_UNSUPPORTED;
    }
    SRC_DATA data{};
    data.data_in = samples;
    data.data_out = result;
    data.input_frames = static_cast<long>(frames);
    data.output_frames = static_cast<long>(length);
    data.src_ratio = ratio;
    if (src_simple(&data, SRC_SINC_BEST_QUALITY, 1) != 0) {
        return M4_OUT_OF_MEMORY;
    }
    *written = data.output_frames_gen;
    return M4_OK;
}
