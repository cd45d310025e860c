/*
 * A look-alike of PortAudio with two devices that misbehave as told, linked into the tests of devices and preloaded
 * under the command. It captures a ramp, the number of the frame in channel 0 and its negative in channel 1, so that
 * every sample says when it was. MATH4AI_FAKE_PORTAUDIO says what goes wrong, in words such as
 *   start=1200   milliseconds until the first callback
 *   until=FILE   no callback before this file is there
 *   lose=300     milliseconds of sound that are lost, once, 1.7 s after the start
 *   flag         the loss is reported to the callback
 *   stop=900     milliseconds of sound after which the capture has no callbacks any more
 *   ppm=200      the capture's clock is fast by so much
 *   turn=7350    frames per second of the capture from 1.7 s after the start on, whatever was agreed
 */
#include <portaudio.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace {

using steady = std::chrono::steady_clock;

struct fake_stream {
    int in_channels = 0;
    int out_channels = 0;
    double rate = 1.0;
    unsigned long block = 64;
    PaStreamCallback* callback = nullptr;
    void* user = nullptr;
    std::atomic<bool> stopping{false};
    std::atomic<bool> running{false};

    static double word(const char* name, double otherwise) {
        const char* script = std::getenv("MATH4AI_FAKE_PORTAUDIO");
        const char* found = script == nullptr ? nullptr : std::strstr(script, name);
        if (found == nullptr) {
            return otherwise;
        }
        const char* value = found + std::strlen(name);
        return *value == '=' ? std::atof(value + 1) : 1.0;
    }

    // A capture may have to wait for a file.
    void wait_for_file() const {
        const char* script = std::getenv("MATH4AI_FAKE_PORTAUDIO");
        const char* found = script == nullptr || in_channels == 0 ? nullptr : std::strstr(script, "until=");
        if (found != nullptr) {
            const std::string path(found + 6, std::strcspn(found + 6, " "));
            while (!stopping && access(path.c_str(), F_OK) != 0) {
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            }
        }
    }

    void run() {
        wait_for_file();
        const double start = 1e-3 * word("start", 0.0);
        const double stop = in_channels > 0 ? 1e-3 * word("stop", 1e9) : 1e9;
        const double lose = in_channels > 0 ? 1e-3 * word("lose", 0.0) : 0.0;
        const double clock = rate * (in_channels > 0 ? 1.0 + 1e-6 * word("ppm", 0.0) : 1.0);
        const double turn = in_channels > 0 ? word("turn", clock) : clock;
        const bool is_flagged = word("flag", 0.0) > 0.0;
        const auto begin = steady::now() + std::chrono::duration<double>(start);
        std::vector<float> in(block * static_cast<unsigned long>(std::max(1, in_channels)));
        std::vector<float> out(block * static_cast<unsigned long>(std::max(1, out_channels)));
        bool has_lost = lose <= 0.0;
        for (unsigned long frame = 0; !stopping;) {
            PaStreamCallbackFlags flags = 0;
            if (!has_lost && static_cast<double>(frame) >= 1.7 * rate) {
                frame += static_cast<unsigned long>(lose * rate);
                flags = is_flagged ? paInputOverflow : 0;
                has_lost = true;
            }
            const double end = static_cast<double>(frame + block), turned = std::max(0.0, end - 1.7 * rate);
            const double due = (end - turned) / clock + turned / turn;
            // Woken now and then, so that a stop is not waited for.
            while (!stopping && steady::now() < begin + std::chrono::duration<double>(due)) {
                const auto left = begin + std::chrono::duration<double>(due) - steady::now();
                std::this_thread::sleep_for(
                    std::min<std::chrono::duration<double>>(left, std::chrono::duration<double>(0.02)));
            }
            if (stopping || due > stop) {
                std::this_thread::sleep_for(std::chrono::milliseconds(stopping ? 0 : 20));
                continue;
            }
            for (unsigned long i = 0; i < block && in_channels > 0; ++i) {
                for (int c = 0; c < in_channels; ++c) {
                    const auto value = static_cast<float>(frame + i + 1);
                    in[i * static_cast<unsigned long>(in_channels) + static_cast<unsigned long>(c)] =
                        c == 0 ? value : -value;
                }
            }
            callback(in.data(), out.data(), block, nullptr, flags, user);
            frame += block;
        }
    }
};

PaDeviceInfo device(const char* name, int in, int out) {
    PaDeviceInfo info{};
    info.structVersion = 2;
    info.name = name;
    info.maxInputChannels = in;
    info.maxOutputChannels = out;
    info.defaultSampleRate = 8000.0;
    return info;
}

} // namespace

extern "C" {

PaError Pa_Initialize(void) {
    return paNoError;
}

PaError Pa_Terminate(void) {
    return paNoError;
}

PaDeviceIndex Pa_GetDeviceCount(void) {
    return 2;
}

const PaDeviceInfo* Pa_GetDeviceInfo(PaDeviceIndex index) {
    static const PaDeviceInfo devices[] = {device("fake microphone", 2, 0), device("fake loudspeaker", 0, 2)};
    return index >= 0 && index < 2 ? &devices[index] : nullptr;
}

const PaHostApiInfo* Pa_GetHostApiInfo(PaHostApiIndex) {
    static const PaHostApiInfo host = [] {
        PaHostApiInfo info{};
        info.name = "fake";
        return info;
    }();
    return &host;
}

PaDeviceIndex Pa_GetDefaultInputDevice(void) {
    return 0;
}

PaDeviceIndex Pa_GetDefaultOutputDevice(void) {
    return 1;
}

PaError Pa_IsFormatSupported(const PaStreamParameters*, const PaStreamParameters*, double rate) {
    return rate == 8000.0 || rate == 48000.0 ? paFormatIsSupported : static_cast<PaError>(paInvalidSampleRate);
}

PaError Pa_OpenStream(PaStream** stream, const PaStreamParameters* in, const PaStreamParameters* out, double rate,
                      unsigned long block, PaStreamFlags, PaStreamCallback* callback, void* user) {
    if (Pa_IsFormatSupported(in, out, rate) != paFormatIsSupported) {
        return paInvalidSampleRate;
    }
    auto* opened = new fake_stream;
    opened->in_channels = in == nullptr ? 0 : in->channelCount;
    opened->out_channels = out == nullptr ? 0 : out->channelCount;
    opened->rate = rate;
    opened->block = block;
    opened->callback = callback;
    opened->user = user;
    *stream = opened;
    return paNoError;
}

PaError Pa_StartStream(PaStream* stream) {
    auto* self = static_cast<fake_stream*>(stream);
    // Nobody joins the thread of a device that is gone.
    self->running = true;
    std::thread([self] {
        self->run();
        self->running = false;
    }).detach();
    return paNoError;
}

PaError Pa_AbortStream(PaStream* stream) {
    auto* self = static_cast<fake_stream*>(stream);
    self->stopping = true;
    while (self->running) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return paNoError;
}

PaError Pa_CloseStream(PaStream* stream) {
    Pa_AbortStream(stream);
    delete static_cast<fake_stream*>(stream);
    return paNoError;
}

const PaStreamInfo* Pa_GetStreamInfo(PaStream*) {
    static const PaStreamInfo info = {1, 0.005, 0.005, 8000.0};
    return &info;
}
}
