#include "math4ai_sound.h"

#include <sndfile.h>

const char* m4_result_message(int32_t result) {
    switch (result) {
    case M4_OK:
        return "It worked.";
    case M4_END_OF_STREAM:
        return "The stream has ended.";
    case M4_TIMED_OUT:
        return "The wait timed out.";
    case M4_INVALID_ARGUMENT:
        return "An argument is out of range.";
    case M4_OUT_OF_MEMORY:
        return "There is not enough memory.";
    case M4_NOT_FOUND:
        return "There is no such file or folder.";
    case M4_ACCESS_DENIED:
        return "Permission is denied.";
    case M4_EMPTY_FILE:
        return "The file is empty.";
    case M4_NOT_AUDIO:
        return "This is not an audio file of a known format (WAV, FLAC, OGG, AIFF and others can be read).";
    case M4_DAMAGED:
        return "The file is damaged: it ends before its header says it does, or its header contradicts itself.";
    case M4_UNSUPPORTED:
        return "This audio format cannot hold this encoding, sample rate or number of channels.";
    case M4_NO_SPACE:
        return "No space is left: the disk, quota or file-size limit is full.";
    case M4_BROKEN_PIPE:
        return "Nobody reads the other end of the pipe any more.";
    case M4_IO_ERROR:
        return "Reading or writing failed.";
    case M4_ABANDONED:
        return "The ring was abandoned by its other side.";
    case M4_TOO_LARGE:
        return "Sound of this format cannot be read from a pipe beyond 4 GiB (MATH4AI_SPOOL_BYTES): save it to a file, "
               "or send WAV.";
    case M4_NO_DEVICE:
        return "There is no such sound device with as many channels.";
    case M4_DEVICE_BUSY:
        return "The sound device is in use by another program, or the sound system does not give it.";
    case M4_DEVICE_FORMAT:
        return "The sound device does not do this sample rate or number of channels.";
    case M4_DEVICE_LOST:
        return "The sound device has stopped: it was disconnected, or its sound system ended.";
    case M4_NO_DEVICES_BUILT:
        return "The library was built without PortAudio: install its development files (portaudio19-dev) and build "
               "again.";
    case M4_DEVICE_RATE:
        return "The sound device has changed its sample rate: open it again.";
    default:
        return "Unknown result code.";
    }
}

int32_t m4_sound_abi_version(void) {
    return M4_SOUND_ABI_VERSION;
}

const char* m4_sndfile_version(void) {
    return sf_version_string();
}
