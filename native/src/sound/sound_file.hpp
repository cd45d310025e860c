// What the reader and the writer share: formats, error codes, and the interleaved block that libsndfile works on.
#pragma once

#include "math4ai_sound.h"

#include <sndfile.h>

#include <cstddef>
#include <cstdint>

namespace m4 {

// Interleaved samples pass through a buffer of this size: small enough for the second-level cache.
constexpr std::size_t scratch_samples = 64 * 1024;

// The result code for an errno value; M4_IO_ERROR where nothing closer fits.
std::int32_t result_of_errno(int error);

// Why libsndfile did not open a file.
std::int32_t result_of_open_failure();

// How many bytes the header of a WAV or AIFF file promises and the file does not hold.
std::int64_t bytes_cut_off(SNDFILE* file);

std::int32_t container_of(int sndfile_format);
std::int32_t encoding_of(int sndfile_format);

// libsndfile's format number, or 0 where there is none.
int sndfile_format_of(std::int32_t container, std::int32_t encoding);

// The same for headerless little-endian samples.
int raw_format_of(std::int32_t container, std::int32_t encoding);

inline bool is_standard_stream(const char* path) {
    return path[0] == '-' && path[1] == '\0';
}

} // namespace m4
