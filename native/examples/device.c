/* Lists the sound devices; with the name of one, records a second from it and says how loud it was and what was lost:
 * device [NAME]. */
#include "math4ai_sound.h"

#include <stdio.h>

enum { MOST = 64, RATE = 48000, BLOCK = 256 };

static int complain(int32_t result) {
    fprintf(stderr, "%s\n", m4_result_message(result));
    return 1;
}

static int list(void) {
    static m4_device_info devices[MOST];
    int32_t count, i;
    const int32_t result = m4_device_list(devices, MOST, &count);
    if (result == M4_NO_DEVICES_BUILT) {
        printf("%s\n", m4_result_message(result));
        return 0;
    }
    if (result != M4_OK) {
        return complain(result);
    }
    for (i = 0; i < count && i < MOST; ++i) {
        printf("%s (%s): %d in, %d out, %d Hz\n", devices[i].name, devices[i].host, (int)devices[i].input_channels,
               (int)devices[i].output_channels, (int)devices[i].sample_rate);
    }
    printf("%d devices\n", (int)count);
    return 0;
}

static int record(const char* name) {
    m4_device* device;
    m4_ring* ring;
    m4_device_stats stats;
    int32_t channels = 0, result = m4_device_open(name, 0, &channels, RATE, BLOCK, RATE, 1, &device, &ring);
    float peak = 0.0F;
    int64_t frames = 0;
    if (result != M4_OK) {
        return complain(result);
    }
    /* A device may take seconds to begin: no timeout. One that stops closes its ring, which ends the wait. */
    while (frames < RATE && m4_ring_wait_readable(ring, 1, -1) == M4_OK) {
        const float* samples;
        const int64_t count = m4_ring_acquire_read(ring, BLOCK, &samples);
        int64_t i;
        for (i = 0; i < count; ++i) {
            peak = samples[i] > peak ? samples[i] : -samples[i] > peak ? -samples[i] : peak;
        }
        result = m4_ring_release(ring, count);
        if (result != M4_OK) {
            break;
        }
        frames += count;
    }
    m4_device_counts(device, &stats);
    if (result == M4_OK) {
        result = m4_device_result(device);
    }
    m4_device_close(device);
    printf("%ld frames, peak %.3f; %ld lost in the device, %ld for lack of room\n", (long)frames, (double)peak,
           (long)stats.lost, (long)stats.dropped);
    return result == M4_OK ? 0 : complain(result);
}

int main(int count, char** words) {
    return count > 1 ? record(words[1]) : list();
}
