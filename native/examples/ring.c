/* A ring between two threads: one pushes a ramp, the other waits for blocks and adds them up. */
#include "math4ai_sound.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { FRAMES = 48000, BLOCK = 64 };

static void require(int32_t result) {
    if (result != M4_OK) {
        fprintf(stderr, "%s\n", m4_result_message(result));
        exit(1);
    }
}

/* The writer: asks for room, fills it, and hands it over. It ends the stream with m4_ring_close(). */
static void* produce(void* user) {
    m4_ring* ring = user;
    int64_t sent = 0;
    while (sent < FRAMES) {
        float* samples;
        int64_t count, i;
        require(m4_ring_wait_writable(ring, 1, -1));
        count = m4_ring_acquire_write(ring, FRAMES - sent < BLOCK ? FRAMES - sent : BLOCK, &samples);
        for (i = 0; i < count; ++i) {
            samples[i] = (float)(sent + i);
            samples[m4_ring_capacity(ring) + i] = 1.0F;
        }
        require(m4_ring_commit(ring, count));
        sent += count;
    }
    m4_ring_close(ring);
    return NULL;
}

int main(void) {
    m4_ring* ring;
    pthread_t producer;
    double sum = 0.0;
    int64_t frames = 0;
    require(m4_ring_create(2, 1024, &ring));
    if (pthread_create(&producer, NULL, produce, ring) != 0) {
        m4_ring_destroy(ring);
        return 1;
    }
    /* The reader sleeps until there is a frame, and goes on until the ring is closed and empty. */
    while (m4_ring_wait_readable(ring, 1, -1) == M4_OK) {
        const float* samples;
        const int64_t count = m4_ring_acquire_read(ring, BLOCK, &samples);
        int64_t i;
        for (i = 0; i < count; ++i) {
            sum += (double)samples[i];
        }
        require(m4_ring_release(ring, count));
        frames += count;
    }
    pthread_join(producer, NULL);
    m4_ring_destroy(ring);
    printf("%ld frames, sum %.0f\n", (long)frames, sum);
    return frames == FRAMES && sum == FRAMES / 2.0 * (FRAMES - 1.0) ? 0 : 1;
}
