// The header of a WAV file as it comes through a pipe, and as it goes into one.
#pragma once

#include "pipe_input.hpp"
#include "sound_file.hpp"

#include <vector>

namespace m4 {

struct wav_stream {
    int sndfile_format = 0; // of the samples, headerless
    std::int32_t channels = 0;
    std::int32_t sample_rate = 0;
    std::int64_t frame_bytes = 0;
    std::int64_t data_bytes = -1; // what the header promises; -1 where it says nothing, as writers of streams have it
};

// Reads a header up to the first sample. False where this is no WAV file, or one whose samples need more than their
// own bytes: all bytes are then still to be read, after rewind().
bool read_wav_header(pipe_input& from, wav_stream& stream);

// A header for a stream whose length nobody knows yet.
std::vector<unsigned char> streaming_wav_header(const m4_audio_format& format);

std::int64_t bytes_per_sample_of(std::int32_t encoding);

} // namespace m4
