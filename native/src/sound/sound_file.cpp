#include "sound_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <initializer_list>

namespace m4 {

std::int32_t result_of_errno(int error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return M4_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return M4_ACCESS_DENIED;
    case ENOMEM:
        return M4_OUT_OF_MEMORY;
    case ENOSPC:
    case EFBIG:
#if defined(EDQUOT)
    case EDQUOT:
#endif
        return M4_NO_SPACE;
    case EPIPE:
        return M4_BROKEN_PIPE;
    default:
        return M4_IO_ERROR;
    }
}

std::int32_t container_of(int sndfile_format) {
    switch (sndfile_format & SF_FORMAT_TYPEMASK) {
    case SF_FORMAT_WAV:
    case SF_FORMAT_WAVEX:
    case SF_FORMAT_RF64:
    case SF_FORMAT_W64:
        return M4_CONTAINER_WAV;
    case SF_FORMAT_FLAC:
        return M4_CONTAINER_FLAC;
    case SF_FORMAT_OGG:
        return M4_CONTAINER_OGG;
    case SF_FORMAT_AIFF:
        return M4_CONTAINER_AIFF;
    default:
        return M4_CONTAINER_OTHER;
    }
}

std::int32_t encoding_of(int sndfile_format) {
    switch (sndfile_format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_FLOAT:
        return M4_ENCODING_FLOAT32;
    case SF_FORMAT_DOUBLE:
        return M4_ENCODING_FLOAT64;
    case SF_FORMAT_PCM_16:
        return M4_ENCODING_PCM16;
    case SF_FORMAT_PCM_24:
        return M4_ENCODING_PCM24;
    case SF_FORMAT_PCM_32:
        return M4_ENCODING_PCM32;
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
        return M4_ENCODING_PCM8;
    case SF_FORMAT_VORBIS:
        return M4_ENCODING_VORBIS;
    case SF_FORMAT_ULAW:
        return M4_ENCODING_ULAW;
    case SF_FORMAT_ALAW:
        return M4_ENCODING_ALAW;
    default:
        return M4_ENCODING_OTHER;
    }
}

int sndfile_format_of(std::int32_t container, std::int32_t encoding) {
    int type = 0;
    switch (container) {
    case M4_CONTAINER_WAV:
        type = SF_FORMAT_WAV;
        break;
    case M4_CONTAINER_FLAC:
        type = SF_FORMAT_FLAC;
        break;
    case M4_CONTAINER_OGG:
        type = SF_FORMAT_OGG;
        break;
    case M4_CONTAINER_AIFF:
        type = SF_FORMAT_AIFF;
        break;
    default:
        return 0;
    }
    switch (encoding) {
    case M4_ENCODING_FLOAT32:
        return type | SF_FORMAT_FLOAT;
    case M4_ENCODING_FLOAT64:
        return type | SF_FORMAT_DOUBLE;
    case M4_ENCODING_PCM16:
        return type | SF_FORMAT_PCM_16;
    case M4_ENCODING_PCM24:
        return type | SF_FORMAT_PCM_24;
    case M4_ENCODING_PCM32:
        return type | SF_FORMAT_PCM_32;
    case M4_ENCODING_PCM8:
        return type | (container == M4_CONTAINER_WAV ? SF_FORMAT_PCM_U8 : SF_FORMAT_PCM_S8);
    case M4_ENCODING_VORBIS:
        return type | SF_FORMAT_VORBIS;
    case M4_ENCODING_ULAW:
        return type | SF_FORMAT_ULAW;
    case M4_ENCODING_ALAW:
        return type | SF_FORMAT_ALAW;
    default:
        return 0;
    }
}

int raw_format_of(std::int32_t container, std::int32_t encoding) {
    if (encoding == M4_ENCODING_VORBIS || encoding == M4_ENCODING_PCM8) {
        return 0;
    }
    const int format = sndfile_format_of(M4_CONTAINER_WAV, encoding);
    const int order = container == M4_CONTAINER_AIFF ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE;
    return format == 0 ? 0 : (format & SF_FORMAT_SUBMASK) | SF_FORMAT_RAW | order;
}

std::int32_t result_of_open_failure() {
    switch (sf_error(nullptr)) {
    case SF_ERR_SYSTEM:
        return result_of_errno(errno);
    case SF_ERR_MALFORMED_FILE:
        return M4_DAMAGED;
    case SF_ERR_UNSUPPORTED_ENCODING:
        return M4_UNSUPPORTED;
    default:
        return M4_NOT_AUDIO;
    }
}

// libsndfile reads what is left of a WAV or AIFF file that was cut short, and notes the difference only in its log:
// the bytes that are missing. Writers of streams put a length of about 2 GiB or more where they do not know it: that is
// no promise.
std::int64_t bytes_cut_off(SNDFILE* file) {
    char log[8192] = {};
    sf_command(file, SFC_GET_LOG_INFO, log, static_cast<int>(sizeof(log)));
    for (const char* chunk : {"data : ", "SSND : "}) {
        const char* line = std::strstr(log, chunk);
        long long promised = 0;
        long long held = 0;
        if (line != nullptr && std::sscanf(line + 7, "%lld (should be %lld)", &promised, &held) == 2) {
            return held < promised && promised < 0x7FFF0000 ? promised - held : 0;
        }
    }
    return 0;
}

} // namespace m4
