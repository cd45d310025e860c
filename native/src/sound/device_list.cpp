// The devices that there are, and what each can do.
#include "math4ai_sound.h"

#include <cstdint>

#if !defined(MATH4AI_HAS_PORTAUDIO)

std::int32_t m4_device_list(m4_device_info*, std::int32_t, std::int32_t*) {
    return M4_NO_DEVICES_BUILT;
}

std::int32_t m4_device_rates(const char*, std::int32_t, std::int32_t, std::int32_t*, std::int32_t, std::int32_t*) {
    return M4_NO_DEVICES_BUILT;
}

#else

#include "portaudio_use.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <dlfcn.h>
#include <strings.h>

namespace {

void ignore(const char*, int, const char*, int, const char*, std::va_list) {}

} // namespace

namespace m4 {

std::mutex& portaudio() {
    static std::mutex one;
    return one;
}

quiet::quiet() {
    const auto set = reinterpret_cast<setter>(dlsym(RTLD_DEFAULT, "snd_lib_error_set_local"));
    before = set == nullptr ? nullptr : set(ignore);
    for (const char* name : {"jack_set_error_function", "jack_set_info_function"}) {
        const auto jack = reinterpret_cast<void (*)(void (*)(const char*))>(dlsym(RTLD_DEFAULT, name));
        if (jack != nullptr) {
            jack([](const char*) {});
        }
    }
}

quiet::~quiet() {
    const auto set = reinterpret_cast<setter>(dlsym(RTLD_DEFAULT, "snd_lib_error_set_local"));
    if (set != nullptr) {
        set(before);
    }
}

int channels_of(const PaDeviceInfo& info, bool is_output) {
    return is_output ? info.maxOutputChannels : info.maxInputChannels;
}

PaDeviceIndex find_device(const char* name, bool is_output, int channels) {
    if (name[0] == '\0') {
        return paNoDevice;
    }
    if (std::strcmp(name, "default") == 0) {
        return is_output ? Pa_GetDefaultOutputDevice() : Pa_GetDefaultInputDevice();
    }
    PaDeviceIndex found = paNoDevice;
    for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); ++i) {
        const PaDeviceInfo& info = *Pa_GetDeviceInfo(i);
        if (channels_of(info, is_output) < channels) {
            continue;
        }
        if (std::strcmp(info.name, name) == 0) {
            return i;
        }
        if (found == paNoDevice && strcasestr(info.name, name) != nullptr) {
            found = i;
        }
    }
    return found;
}

std::int32_t result_of_portaudio(PaError error) {
    switch (error) {
    case paNoError:
        return M4_OK;
    case paInsufficientMemory:
        return M4_OUT_OF_MEMORY;
    case paInvalidDevice:
        return M4_NO_DEVICE;
    case paInvalidChannelCount:
    case paInvalidSampleRate:
    case paSampleFormatNotSupported:
        return M4_DEVICE_FORMAT;
    default:
        return M4_DEVICE_BUSY;
    }
}

} // namespace m4

std::int32_t m4_device_list(m4_device_info* devices, std::int32_t capacity, std::int32_t* count) {
    if (count == nullptr || capacity < 0 || (devices == nullptr && capacity > 0)) {
        return M4_INVALID_ARGUMENT;
    }
    *count = 0;
    const std::lock_guard<std::mutex> lock(m4::portaudio());
    const m4::quiet hush;
    const PaError begun = Pa_Initialize();
    if (begun != paNoError) {
        return m4::result_of_portaudio(begun);
    }
    const PaDeviceIndex all = std::max(0, Pa_GetDeviceCount());
    for (PaDeviceIndex i = 0; i < std::min<PaDeviceIndex>(all, capacity); ++i) {
        const PaDeviceInfo& info = *Pa_GetDeviceInfo(i);
        const PaHostApiInfo* host = Pa_GetHostApiInfo(info.hostApi);
        m4_device_info& device = devices[i];
        std::snprintf(device.name, sizeof(device.name), "%s", info.name);
        std::snprintf(device.host, sizeof(device.host), "%s", host == nullptr ? "" : host->name);
        device.input_channels = info.maxInputChannels;
        device.output_channels = info.maxOutputChannels;
        device.is_default_input = i == Pa_GetDefaultInputDevice() ? 1 : 0;
        device.is_default_output = i == Pa_GetDefaultOutputDevice() ? 1 : 0;
        device.sample_rate = static_cast<std::int32_t>(info.defaultSampleRate + 0.5);
    }
    *count = all;
    Pa_Terminate();
    return M4_OK;
}

std::int32_t m4_device_rates(const char* name, std::int32_t is_output, std::int32_t channels, std::int32_t* rates,
                             std::int32_t capacity, std::int32_t* count) {
    if (name == nullptr || channels < 1 || count == nullptr || capacity < 0 || (rates == nullptr && capacity > 0)) {
        return M4_INVALID_ARGUMENT;
    }
    *count = 0;
    const std::lock_guard<std::mutex> lock(m4::portaudio());
    const m4::quiet hush;
    const PaError begun = Pa_Initialize();
    if (begun != paNoError) {
        return m4::result_of_portaudio(begun);
    }
    PaStreamParameters parameters{};
    parameters.device = m4::find_device(name, is_output != 0, 1);
    parameters.channelCount = channels;
    parameters.sampleFormat = paFloat32;
    for (const std::int32_t rate : {8000, 11025, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 176400, 192000}) {
        if (parameters.device != paNoDevice && *count < capacity &&
            Pa_IsFormatSupported(is_output != 0 ? nullptr : &parameters, is_output != 0 ? &parameters : nullptr,
                                 rate) == paFormatIsSupported) {
            rates[(*count)++] = rate;
        }
    }
    Pa_Terminate();
    return parameters.device == paNoDevice ? M4_NO_DEVICE : M4_OK;
}

#endif
