/* Copies a sound file block by block: file INPUT OUTPUT.wav. Without arguments it writes a second of sound and copies
 * that. INPUT may be "-", a pipe, in any format. */
#include "math4ai_sound.h"

#include <stdio.h>
#include <stdlib.h>

enum { BLOCK = 4096 };

static int complain(const char* path, int32_t result) {
    fprintf(stderr, "%s: %s\n", path, m4_result_message(result));
    return 1;
}

static int write_ramp(const char* path) {
    const m4_audio_format format = {48000, 2, 48000, M4_CONTAINER_WAV, M4_ENCODING_FLOAT32};
    static float samples[2 * 48000];
    m4_writer* writer;
    int32_t result, finished;
    int i;
    for (i = 0; i < 48000; ++i) {
        samples[i] = (float)i / 48000.0F;
        samples[48000 + i] = -samples[i];
    }
    result = m4_writer_open(path, &format, &writer);
    if (result != M4_OK) {
        return complain(path, result);
    }
    result = m4_writer_write(writer, samples, 48000, 48000);
    /* Only this says that the system took every byte; it is called in any case, and the handle is gone after. */
    finished = m4_writer_finish(writer);
    return result != M4_OK || finished != M4_OK ? complain(path, result != M4_OK ? result : finished) : 0;
}

static int copy(const char* from, const char* to) {
    m4_audio_format format;
    m4_reader* reader;
    m4_writer* writer;
    float* samples;
    int64_t count = BLOCK, missing, over;
    int32_t ended = M4_OK, result = m4_reader_open(from, &reader, &format);
    if (result != M4_OK) {
        return complain(from, result);
    }
    format.container = M4_CONTAINER_WAV;
    format.encoding = M4_ENCODING_FLOAT32;
    format.frames = 0; /* nobody knows */
    result = m4_writer_open(to, &format, &writer);
    if (result != M4_OK) {
        m4_reader_close(reader);
        return complain(to, result);
    }
    samples = malloc(sizeof(float) * BLOCK * (size_t)format.channels);
    while (samples != NULL && count == BLOCK && result == M4_OK) {
        ended = m4_reader_read(reader, samples, BLOCK, BLOCK, &count);
        result = m4_writer_write(writer, samples, BLOCK, count);
    }
    m4_reader_missing(reader, &missing, &over);
    if (ended != M4_OK) {
        fprintf(stderr, "%s: %s (%ld frames are missing)\n", from, m4_result_message(ended), (long)missing);
    }
    free(samples);
    m4_reader_close(reader);
    if (result == M4_OK) {
        result = m4_writer_finish(writer);
    } else {
        (void)m4_writer_finish(writer);
    }
    return samples == NULL ? 1 : result != M4_OK ? complain(to, result) : ended != M4_OK;
}

int main(int count, char** words) {
    if (count == 3) {
        return copy(words[1], words[2]);
    }
    return write_ramp("file_example_1.wav") != 0 || copy("file_example_1.wav", "file_example_2.wav") != 0 ||
           remove("file_example_1.wav") != 0 || remove("file_example_2.wav") != 0;
}
