#include "math4ai_sound.h"

#include <samplerate.h>

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

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

struct m4_resampler {
    SRC_STATE* state = nullptr;
    std::int32_t channels = 0;
    std::vector<float> in;
    std::vector<float> out;

    m4_resampler() = default;
    m4_resampler(const m4_resampler&) = delete;
    m4_resampler& operator=(const m4_resampler&) = delete;
    ~m4_resampler() { src_delete(state); }
};

std::int32_t m4_resampler_create(std::int32_t channels, std::int64_t longest, m4_resampler** resampler) {
    if (resampler == nullptr || channels < 1 || channels > M4_MAX_CHANNELS || longest < 1 || longest > 1 << 20) {
        return M4_INVALID_ARGUMENT;
    }
    *resampler = nullptr;
    try {
        auto created = std::make_unique<m4_resampler>();
        created->channels = channels;
        const std::size_t frames = static_cast<std::size_t>(longest);
        created->in.resize(frames * static_cast<std::size_t>(channels));
        created->out.resize((frames + 16) * static_cast<std::size_t>(channels));
        int error = 0;
        created->state = src_new(SRC_SINC_MEDIUM_QUALITY, channels, &error);
        if (created->state == nullptr) {
            return M4_OUT_OF_MEMORY;
        }
        *resampler = created.release();
        return M4_OK;
    } catch (const std::bad_alloc&) {
        return M4_OUT_OF_MEMORY;
    }
}

std::int32_t m4_resampler_process(m4_resampler* resampler, const float* samples, std::int64_t stride,
                                  std::int64_t frames, double ratio, float* result, std::int64_t result_stride,
                                  std::int64_t capacity, std::int64_t* made) {
    if (made != nullptr) {
        *made = 0;
    }
    if (resampler == nullptr || samples == nullptr || result == nullptr || made == nullptr || frames < 0 ||
        frames * resampler->channels > static_cast<std::int64_t>(resampler->in.size()) ||
        src_is_valid_ratio(ratio) == 0 || static_cast<double>(capacity) < ratio * static_cast<double>(frames)) {
        return M4_INVALID_ARGUMENT;
    }
    const std::int32_t channels = resampler->channels;
    for (std::int32_t c = 0; c < channels; ++c) {
        for (std::int64_t i = 0; i < frames; ++i) {
            resampler->in[static_cast<std::size_t>(i * channels + c)] = samples[c * stride + i];
        }
    }
    SRC_DATA data{};
    data.data_in = resampler->in.data();
    data.input_frames = static_cast<long>(frames);
    data.src_ratio = ratio;
    while (data.input_frames > 0) {
        data.data_out = resampler->out.data();
        data.output_frames = static_cast<long>(resampler->out.size() / static_cast<std::size_t>(channels));
        data.output_frames = static_cast<long>(std::min<std::int64_t>(data.output_frames, capacity - *made));
        if (src_process(resampler->state, &data) != 0) {
            return M4_INVALID_ARGUMENT;
        }
        if (data.input_frames_used == 0 && data.output_frames_gen == 0) {
            return M4_INVALID_ARGUMENT;
        }
        for (std::int32_t c = 0; c < channels; ++c) {
            for (std::int64_t i = 0; i < data.output_frames_gen; ++i) {
                result[c * result_stride + *made + i] = resampler->out[static_cast<std::size_t>(i * channels + c)];
            }
        }
        *made += data.output_frames_gen;
        data.data_in += data.input_frames_used * channels;
        data.input_frames -= data.input_frames_used;
    }
    return M4_OK;
}

void m4_resampler_destroy(m4_resampler* resampler) {
    delete resampler;
}
