/*
 * Sound devices, through PortAudio where it was there at build time. The callback does nothing but move frames to or
 * from a ring. A watch closes the ring of a device that has fallen silent for a second: PortAudio does not always say
 * so.
 */
#include "math4ai_sound.h"

#include <cstdint>

#if !defined(MATH4AI_HAS_PORTAUDIO)

std::int32_t m4_has_devices(void) {
    return 0;
}

std::int32_t m4_device_open(const char*, std::int32_t, std::int32_t*, std::int32_t, std::int64_t, std::int64_t,
                            m4_device**, m4_ring**) {
    return M4_UNSUPPORTED;
}

std::int32_t m4_device_result(const m4_device*) {
    return M4_INVALID_ARGUMENT;
}

void m4_device_close(m4_device*) {}

#else

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdarg>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <thread>

#include <dlfcn.h>
#include <portaudio.h>
#include <strings.h>

namespace {

// PortAudio's global functions may not run side by side.
std::mutex portaudio;

// ALSA and JACK tell about every device that is not there. ALSA's handler is this thread's alone and is put back.
class quiet {
public:
    quiet() {
        const auto set = reinterpret_cast<setter>(dlsym(RTLD_DEFAULT, "snd_lib_error_set_local"));
        before = set == nullptr ? nullptr : set(ignore);
        for (const char* name : {"jack_set_error_function", "jack_set_info_function"}) {
            const auto jack = reinterpret_cast<void (*)(void (*)(const char*))>(dlsym(RTLD_DEFAULT, name));
            if (jack != nullptr) {
                jack([](const char*) {});
            }
        }
    }

    ~quiet() {
        const auto set = reinterpret_cast<setter>(dlsym(RTLD_DEFAULT, "snd_lib_error_set_local"));
        if (set != nullptr) {
            set(before);
        }
    }

    quiet(const quiet&) = delete;
    quiet& operator=(const quiet&) = delete;

private:
    using handler = void (*)(const char*, int, const char*, int, const char*, va_list);
    using setter = handler (*)(handler);

    static void ignore(const char*, int, const char*, int, const char*, va_list) {}

    handler before = nullptr;
};

int channels_of(const PaDeviceInfo& info, bool is_output) {
    return is_output ? info.maxOutputChannels : info.maxInputChannels;
}

// A device by its name, or a part of it; any of them has at least so many channels.
PaDeviceIndex find(const char* name, bool is_output, int channels) {
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

std::int32_t result_of(PaError error) {
    switch (error) {
    case paNoError:
        return M4_OK;
    case paInsufficientMemory:
        return M4_OUT_OF_MEMORY;
    case paInvalidDevice:
        return M4_NOT_FOUND;
    case paInvalidChannelCount:
    case paInvalidSampleRate:
    case paSampleFormatNotSupported:
        return M4_UNSUPPORTED;
    case paDeviceUnavailable:
        return M4_ACCESS_DENIED;
    default:
        return M4_IO_ERROR;
    }
}

} // namespace

struct m4_device {
    PaStream* stream = nullptr;
    m4_ring* ring = nullptr;
    std::int32_t channels = 0;
    bool is_output = false;
    std::thread watch;
    std::atomic<std::int64_t> callbacks{0};
    std::int64_t block_frames = 0;
    std::int64_t sample_rate = 1;
    std::atomic<bool> closing{false};
    std::atomic<std::int32_t> outcome{M4_OK};

    m4_device() = default;
    m4_device(const m4_device&) = delete;
    m4_device& operator=(const m4_device&) = delete;
    ~m4_device() { m4_ring_destroy(ring); }

    static int call(const void* input, void* output, unsigned long frames, const PaStreamCallbackTimeInfo*,
                    PaStreamCallbackFlags, void* user) {
        auto& self = *static_cast<m4_device*>(user);
        const auto count = static_cast<std::int64_t>(frames);
        self.callbacks.fetch_add(1, std::memory_order_relaxed);
        if (!self.is_output) {
            m4_ring_write_interleaved(self.ring, static_cast<const float*>(input), count);
            return paContinue;
        }
        auto* samples = static_cast<float*>(output);
        const std::int64_t moved = m4_ring_read_interleaved(self.ring, samples, count);
        std::fill(samples + moved * self.channels, samples + count * self.channels, 0.0F);
        return paContinue;
    }

    void look() {
        // Twentieths of a second: a whole one, or four blocks.
        const int patience = static_cast<int>(std::max<std::int64_t>(20, 80 * block_frames / sample_rate));
        std::int64_t seen = -1;
        for (int silent = 0; !closing.load(std::memory_order_acquire); ++silent) {
            const std::int64_t now = callbacks.load(std::memory_order_relaxed);
            silent = now == seen ? silent : 0;
            seen = now;
            if (silent >= patience) {
                outcome.store(M4_IO_ERROR, std::memory_order_release);
                m4_ring_close(ring);
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }

    std::int32_t open(const char* name, std::int32_t& wanted, std::int32_t rate, std::int64_t block,
                      std::int64_t capacity) {
        const PaDeviceIndex index = find(name, is_output, std::max(wanted, 1));
        if (index == paNoDevice) {
            return M4_NOT_FOUND;
        }
        const PaDeviceInfo& info = *Pa_GetDeviceInfo(index);
        channels = wanted > 0 ? wanted : std::min(channels_of(info, is_output), 2);
        if (channels < 1 || channels > channels_of(info, is_output)) {
            return M4_UNSUPPORTED;
        }
        const std::int32_t created = m4_ring_create(channels, capacity, &ring);
        if (created != M4_OK) {
            return created;
        }
        PaStreamParameters parameters{};
        block_frames = block;
        sample_rate = rate;
        parameters.device = index;
        parameters.channelCount = channels;
        parameters.sampleFormat = paFloat32;
        parameters.suggestedLatency = is_output ? info.defaultLowOutputLatency : info.defaultLowInputLatency;
        PaError error = Pa_OpenStream(&stream, is_output ? nullptr : &parameters, is_output ? &parameters : nullptr,
                                      rate, static_cast<unsigned long>(block), paDitherOff, call, this);
        if (error == paNoError) {
            error = Pa_StartStream(stream);
        }
        if (error != paNoError) {
            return result_of(error);
        }
        try {
            watch = std::thread(&m4_device::look, this);
        } catch (const std::exception&) { // no thread, or no memory for one
            return M4_OUT_OF_MEMORY;
        }
        wanted = channels;
        return M4_OK;
    }

    void shut() {
        closing.store(true, std::memory_order_release);
        if (watch.joinable()) {
            watch.join();
        }
        if (stream != nullptr) {
            Pa_AbortStream(stream);
            Pa_CloseStream(stream);
        }
    }
};

std::int32_t m4_has_devices(void) {
    return 1;
}

std::int32_t m4_device_open(const char* name, std::int32_t is_output, std::int32_t* channels, std::int32_t sample_rate,
                            std::int64_t block, std::int64_t capacity, m4_device** device, m4_ring** ring) {
    if (name == nullptr || channels == nullptr || device == nullptr || ring == nullptr || *channels < 0 ||
        *channels > M4_MAX_CHANNELS || sample_rate < 1 || block < 1 || capacity < block) {
        return M4_INVALID_ARGUMENT;
    }
    *device = nullptr;
    *ring = nullptr;
    std::unique_ptr<m4_device> opened(new (std::nothrow) m4_device);
    if (opened == nullptr) {
        return M4_OUT_OF_MEMORY;
    }
    const std::lock_guard<std::mutex> lock(portaudio);
    const quiet hush;
    const PaError begun = Pa_Initialize();
    if (begun != paNoError) {
        return result_of(begun);
    }
    opened->is_output = is_output != 0;
    const std::int32_t result = opened->open(name, *channels, sample_rate, block, capacity);
    if (result != M4_OK) {
        opened->shut();
        Pa_Terminate();
        return result;
    }
    *ring = opened->ring;
    *device = opened.release();
    return M4_OK;
}

std::int32_t m4_device_result(const m4_device* device) {
    return device == nullptr ? static_cast<std::int32_t>(M4_INVALID_ARGUMENT)
                             : device->outcome.load(std::memory_order_acquire);
}

void m4_device_close(m4_device* device) {
    // PortAudio 19.6 may wait for ever for a device that is gone: it is left as it is.
    if (device == nullptr || device->outcome.load(std::memory_order_acquire) != M4_OK) {
        return;
    }
    const std::lock_guard<std::mutex> lock(portaudio);
    const quiet hush;
    device->shut();
    delete device;
    Pa_Terminate();
}

#endif
