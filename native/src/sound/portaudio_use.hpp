// What opening a device and listing them share of PortAudio.
#pragma once

#include "math4ai_sound.h"

#include <cstdarg>
#include <cstdint>
#include <mutex>

#include <portaudio.h>

namespace m4 {

// PortAudio's global functions may not run side by side.
std::mutex& portaudio();

// ALSA and JACK tell about every device that is not there. ALSA's handler is this thread's alone and is put back.
class quiet {
public:
    quiet();
    ~quiet();

    quiet(const quiet&) = delete;
    quiet& operator=(const quiet&) = delete;

private:
    using handler = void (*)(const char*, int, const char*, int, const char*, va_list);
    using setter = handler (*)(handler);

    handler before = nullptr;
};

int channels_of(const PaDeviceInfo& info, bool is_output);

// A device by its name, or a part of it; any of them has at least so many channels.
PaDeviceIndex find_device(const char* name, bool is_output, int channels);

std::int32_t result_of_portaudio(PaError error);

} // namespace m4
