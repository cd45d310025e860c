/*
 * math4ai_sound: streaming audio for Math4AI.Native, in planar float32 frames. It needs libsndfile and libsamplerate,
 * and PortAudio where it was built with it.
 *
 * Every function that can fail returns an m4_result; m4_result_message() turns it into a sentence. Handles are opaque.
 * A planar block is one pointer and a stride: channel c of a block begins at samples + c * stride. Frames are counted
 * per channel. No function here throws, aborts or prints.
 */
#ifndef MATH4AI_SOUND_H
#define MATH4AI_SOUND_H

#include "math4ai.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface; it changes whenever a signature below does. */
#define M4_SOUND_ABI_VERSION 8

#define M4_MAX_CHANNELS 1024

typedef enum m4_result {
    M4_OK = 0,
    M4_END_OF_STREAM = 1, /* the ring is closed and holds no more frames */
    M4_TIMED_OUT = 2,     /* the wait ended before what it waited for */
    M4_INVALID_ARGUMENT = 3,
    M4_OUT_OF_MEMORY = 4,
    M4_NOT_FOUND = 5,
    M4_ACCESS_DENIED = 6,
    M4_EMPTY_FILE = 7,
    M4_NOT_AUDIO = 8,    /* no format that libsndfile knows */
    M4_DAMAGED = 9,      /* the header promises what the file does not hold */
    M4_UNSUPPORTED = 10, /* this container cannot hold this encoding, rate or channel count */
    M4_NO_SPACE = 11,    /* the disk or the file-size limit is full */
    M4_BROKEN_PIPE = 12, /* nobody reads the other end */
    M4_IO_ERROR = 13,
    M4_ABANDONED = 14,        /* the ring was abandoned: neither side may wait for it */
    M4_TOO_LARGE = 15,        /* sound in a pipe that must be held in a temporary file, beyond the limit for one */
    M4_NO_DEVICE = 16,        /* no sound device of this name and with as many channels */
    M4_DEVICE_BUSY = 17,      /* the device is in use, or the sound system does not give it */
    M4_DEVICE_FORMAT = 18,    /* the device does not do this rate or number of channels */
    M4_DEVICE_LOST = 19,      /* the device delivers, or takes, nothing any more */
    M4_NO_DEVICES_BUILT = 20, /* the library was built without PortAudio */
    M4_DEVICE_RATE = 21 /* the device delivers, or takes, another number of frames per second than it was opened with */
} m4_result;

/* One English sentence for a result code; never null, static storage. */
M4_API const char* m4_result_message(int32_t result);

/* M4_SOUND_ABI_VERSION of the loaded library. */
M4_API int32_t m4_sound_abi_version(void);

/* libsndfile's own name and version, such as "libsndfile-1.2.0". */
M4_API const char* m4_sndfile_version(void);

/* ---- Ring: one thread writes, one thread reads ------------------------------------------------------------------ */

/*
 * A single-producer single-consumer ring of planar float frames. Exactly one thread may write and one may read at a
 * time. Moving frames never blocks and never allocates; it makes one system call where the other side sleeps in a wait
 * and now has what it waits for (a wake-up, which does not block either), and none otherwise. Both sides may therefore
 * be real-time threads. Calls that any thread may make say so.
 */
typedef struct m4_ring m4_ring;

/* Creates a ring, of which the caller is the only owner. Capacity is rounded up to a power of two frames. Allocates and
 * touches all memory; not for a real-time thread. M4_INVALID_ARGUMENT, M4_OUT_OF_MEMORY. */
M4_API int32_t m4_ring_create(int32_t channels, int64_t capacity, m4_ring** ring);

/* One more owner, who calls m4_ring_destroy() too; returns the ring. Any thread. */
M4_API m4_ring* m4_ring_retain(m4_ring* ring);

/* An owner less; the last one frees the memory. Any thread; null does nothing. */
M4_API void m4_ring_destroy(m4_ring* ring);

M4_API int32_t m4_ring_channels(const m4_ring* ring);
M4_API int64_t m4_ring_capacity(const m4_ring* ring);

/* Frames that a write, or a read, would move now. Exact for the side that asks, a lower bound for the other. */
M4_API int64_t m4_ring_writable(const m4_ring* ring);
M4_API int64_t m4_ring_readable(const m4_ring* ring);

/* Moves up to `frames` frames and returns how many. A short write counts as an overrun, a short read of a ring that is
 * still open as an underrun. A closed ring accepts nothing. */
M4_API int64_t m4_ring_write_planar(m4_ring* ring, const float* samples, int64_t stride, int64_t frames);
M4_API int64_t m4_ring_write_interleaved(m4_ring* ring, const float* samples, int64_t frames);
M4_API int64_t m4_ring_read_planar(m4_ring* ring, float* samples, int64_t stride, int64_t frames);
M4_API int64_t m4_ring_read_interleaved(m4_ring* ring, float* samples, int64_t frames);

/* The same without a copy: up to `frames` frames that lie in one piece, channel c at *samples + c * m4_ring_capacity().
 * What was filled is pushed by commit, what was used is given back by release; M4_INVALID_ARGUMENT where that is more
 * than there is. A piece ends where the ring's memory does: blocks that divide the capacity always come whole. */
M4_API int64_t m4_ring_acquire_write(m4_ring* ring, int64_t frames, float** samples);
M4_API int32_t m4_ring_commit(m4_ring* ring, int64_t frames);
M4_API int64_t m4_ring_acquire_read(m4_ring* ring, int64_t frames, const float** samples);
M4_API int32_t m4_ring_release(m4_ring* ring, int64_t frames);

/* For the reader: when the last of the next `frames` frames was pushed (to within 16 frames), in nanoseconds of the
 * steady clock; -1 where there are not as many. */
M4_API int64_t m4_ring_pushed_at(m4_ring* ring, int64_t frames);

/* End of stream, from any thread: the reader gets what is left, then M4_END_OF_STREAM from a wait. Wakes both sides. */
M4_API void m4_ring_close(m4_ring* ring);
M4_API int32_t m4_ring_is_closed(const m4_ring* ring);

/* Closes the ring for both sides, from any thread: whoever waits, now or later, gets M4_ABANDONED at once. */
M4_API void m4_ring_abandon(m4_ring* ring);

/* Blocks until `frames` frames can be moved, without using the processor: M4_OK; M4_END_OF_STREAM when they never will
 * be; M4_ABANDONED; M4_TIMED_OUT after `timeout_ns`, where a negative time means for ever and 0 does not block.
 * M4_INVALID_ARGUMENT where the ring does not hold as many. For the one reader, and the one writer. */
M4_API int32_t m4_ring_wait_readable(m4_ring* ring, int64_t frames, int64_t timeout_ns);
M4_API int32_t m4_ring_wait_writable(m4_ring* ring, int64_t frames, int64_t timeout_ns);

/* How often a write, and a read of an open ring, moved fewer frames than was asked. Any thread. */
M4_API void m4_ring_counts(const m4_ring* ring, uint64_t* overruns, uint64_t* underruns);

/* ---- Audio files ------------------------------------------------------------------------------------------------ */

typedef enum m4_container {
    M4_CONTAINER_OTHER = 0,
    M4_CONTAINER_WAV = 1, /* grows into RF64 past 4 GiB */
    M4_CONTAINER_FLAC = 2,
    M4_CONTAINER_OGG = 3,
    M4_CONTAINER_AIFF = 4
} m4_container;

typedef enum m4_encoding {
    M4_ENCODING_OTHER = 0,
    M4_ENCODING_FLOAT32 = 1,
    M4_ENCODING_FLOAT64 = 2,
    M4_ENCODING_PCM16 = 3,
    M4_ENCODING_PCM24 = 4,
    M4_ENCODING_PCM32 = 5,
    M4_ENCODING_VORBIS = 6,
    M4_ENCODING_PCM8 = 7,
    M4_ENCODING_ULAW = 8, /* ITU-T G.711, 8 bits a sample */
    M4_ENCODING_ALAW = 9
} m4_encoding;

typedef struct m4_audio_format {
    int64_t frames;      /* what the header promises; -1 where a pipe does not say */
    int32_t channels;    /* 1 .. M4_MAX_CHANNELS */
    int32_t sample_rate; /* Hz, 1 .. 1,000,000 */
    int32_t container;   /* m4_container */
    int32_t encoding;    /* m4_encoding */
} m4_audio_format;

typedef struct m4_reader m4_reader;

/* Opens a file, or standard input where the path is "-" (UTF-8). From a pipe, WAV is read as it arrives; every other
 * format is first copied into a temporary file, which blocks until the pipe ends: up to 4 GiB, or the bytes that the
 * environment variable MATH4AI_SPOOL_BYTES says, and M4_TOO_LARGE beyond. The caller closes the reader with
 * m4_reader_close(). A reader belongs to one thread at a time, and its functions block on the disk or the pipe. */
M4_API int32_t m4_reader_open(const char* path, m4_reader** reader, m4_audio_format* format);

/* Reads up to `frames` frames, fewer only at the end. M4_DAMAGED where the sound ends before its header said it would,
 * or within a frame; the frames up to there are delivered, and m4_reader_missing() says what is missing. */
M4_API int32_t m4_reader_read(m4_reader* reader, float* samples, int64_t stride, int64_t frames, int64_t* frames_read);

/* The next read begins at this frame, 0 .. format.frames. M4_UNSUPPORTED where the stream cannot go back (a pipe). */
M4_API int32_t m4_reader_seek(m4_reader* reader, int64_t frame);

/* After the end: how many frames were promised and did not come, and how many bytes of a frame that is not whole were
 * left out. Any thread, once the ring is closed. */
M4_API void m4_reader_missing(const m4_reader* reader, int64_t* frames, int64_t* bytes);

/* 1 where the header of a file says that it holds nothing, and it does: all that follows is taken for sound. */
M4_API int32_t m4_reader_has_no_length(const m4_reader* reader);

/* Closes the reader; a thread of its own is woken from whatever it waits for, and ended. Null does nothing. */
M4_API void m4_reader_close(m4_reader* reader);

/* Opens headerless samples: `format` says channels, rate and encoding (not PCM8, nor Vorbis), and by its container the
 * byte order: big-endian as in AIFF where it is M4_CONTAINER_AIFF, little-endian otherwise. */
M4_API int32_t m4_reader_open_raw(const char* path, const m4_audio_format* format, m4_reader** reader);

/* From now on a thread of the reader's own reads ahead, `block` frames at a time, into a ring of `capacity` frames that
 * belongs to the reader; it waits where the ring is full, and closes the ring at the end. m4_reader_read() is then not
 * allowed any more. */
M4_API int32_t m4_reader_start(m4_reader* reader, int64_t capacity, int64_t block, m4_ring** ring);

/* How the thread ended, once the ring is closed: M4_OK or what went wrong. */
M4_API int32_t m4_reader_result(const m4_reader* reader);

typedef struct m4_writer m4_writer;

/* Creates a file, replacing one that is there; "-" writes to standard output, which must be WAV. `format->frames`
 * announces the most frames that will be written, 0 where nobody knows: a WAV file is then laid out to grow past 4 GiB.
 */
M4_API int32_t m4_writer_open(const char* path, const m4_audio_format* format, m4_writer** writer);
M4_API int32_t m4_writer_write(m4_writer* writer, const float* samples, int64_t stride, int64_t frames);

/* Opens a sink for headerless samples of the format's encoding and byte order. */
M4_API int32_t m4_writer_open_raw(const char* path, const m4_audio_format* format, m4_writer** writer);

/* From now on a thread of the writer's own writes what is pushed into a ring of `capacity` frames that belongs to the
 * writer. After a failure it closes the ring, which then accepts nothing. m4_writer_write() is not allowed any more. */
M4_API int32_t m4_writer_start(m4_writer* writer, int64_t capacity, m4_ring** ring);

/* The thread's first failure, M4_OK while there is none. */
M4_API int32_t m4_writer_result(const m4_writer* writer);

/* Completes the header and closes; a thread first writes what its ring still holds. M4_OK means that the operating
 * system took every byte. The handle is gone after. */
M4_API int32_t m4_writer_finish(m4_writer* writer);

/* ---- Sample rates ----------------------------------------------------------------------------------------------- */

/* How many frames `frames` frames become at another rate; -1 where a number makes no sense. */
M4_API int64_t m4_resampled_length(int64_t frames, int32_t from_rate, int32_t to_rate);

/* One channel at another rate, band-limited (libsamplerate, its best). `result` holds m4_resampled_length() frames;
 * `written` says how many came. M4_UNSUPPORTED where the rates differ more than 256 times. */
M4_API int32_t m4_resample(const float* samples, int64_t frames, int32_t from_rate, int32_t to_rate, float* result,
                           int64_t* written);

/* A resampler whose ratio may change from block to block, for clocks that drift (libsamplerate, medium quality, which
 * keeps about a millisecond of sound inside). One thread at a time; process() does not allocate for blocks up to
 * `longest` frames. */
typedef struct m4_resampler m4_resampler;

M4_API int32_t m4_resampler_create(int32_t channels, int64_t longest, m4_resampler** resampler);

/* Turns a planar block into about ratio times as many frames, up to `capacity`, and says how many in `made`; the ratio
 * goes linearly from the last one to this one. All frames are taken. M4_INVALID_ARGUMENT for a ratio that is not from
 * 1/256 to 256, a block beyond `longest`, or too little capacity: ratio times frames and 16 more are enough. */
M4_API int32_t m4_resampler_process(m4_resampler* resampler, const float* samples, int64_t stride, int64_t frames,
                                    double ratio, float* result, int64_t result_stride, int64_t capacity,
                                    int64_t* made);
M4_API void m4_resampler_destroy(m4_resampler* resampler);

/* ---- Real time -------------------------------------------------------------------------------------------------- */

typedef enum m4_priority {
    M4_PRIORITY_NONE = 0,
    M4_PRIORITY_BY_SYSTEM = 1, /* by a limit on RTPRIO, or by CAP_SYS_NICE */
    M4_PRIORITY_BY_KIT = 2 /* by RealtimeKit, over D-Bus; where the thread computes for 100 ms without waiting, it is
                              an ordinary one again */
} m4_priority;

typedef struct m4_realtime {
    int32_t has_priority;      /* an m4_priority: who granted SCHED_FIFO, if anybody did */
    int32_t has_memory;        /* memory is locked: a limit on MEMLOCK, or CAP_IPC_LOCK, is needed */
    int32_t flushes_denormals; /* numbers too small for a float's exponent count as zero */
    int32_t policy_before;
    int32_t priority_before;
    uint32_t control_before;
} m4_realtime;

/* Asks for real-time priority for the calling thread, for memory that is never paged out (of the whole process, from
 * its first use on) and for denormals that cost no time, and says what was granted. That nothing was is no failure.
 * What the system refuses is asked of RealtimeKit: this call then waits for its answer, up to some seconds, limits the
 * process's RLIMIT_RTTIME to 200 ms, and handles SIGXCPU unless the application does, which then gets no priority. */
M4_API int32_t m4_realtime_begin(m4_realtime* realtime);

/* Gives it all back, on the same thread. */
M4_API int32_t m4_realtime_end(const m4_realtime* realtime);

/* ---- Sound devices ---------------------------------------------------------------------------------------------- */

typedef struct m4_device m4_device;

/* 1 where this library was built with PortAudio; without it, the others give M4_NO_DEVICES_BUILT. */
M4_API int32_t m4_has_devices(void);

typedef struct m4_device_info {
    char name[256]; /* UTF-8, ends in 0; what m4_device_open() takes */
    char host[64];  /* the sound system, such as "ALSA" or "JACK Audio Connection Kit" */
    int32_t input_channels;
    int32_t output_channels;
    int32_t is_default_input;
    int32_t is_default_output;
    int32_t sample_rate; /* Hz, the device's own choice */
} m4_device_info;

/* Describes the devices, up to `capacity` of them, and says in `count` how many there are. Blocks while the sound
 * systems are asked. */
M4_API int32_t m4_device_list(m4_device_info* devices, int32_t capacity, int32_t* count);

/* The usual sample rates that a device does with so many channels. M4_NO_DEVICE. */
M4_API int32_t m4_device_rates(const char* name, int32_t is_output, int32_t channels, int32_t* rates, int32_t capacity,
                               int32_t* count);

/* Opens and starts a device by its name, a part of it, or "default": capture into a ring, or playback out of it,
 * `block` frames at a time. `channels` says how many, 0 for up to two, and is told how many it became. The ring belongs
 * to the device; m4_ring_retain() where it must live longer. What the ring does not hold is played as silence. With
 * `fills_gaps`, silence stands in a capture for frames that were lost, so that what follows stays in time.
 * M4_NO_DEVICE, M4_DEVICE_FORMAT, M4_DEVICE_BUSY, M4_OUT_OF_MEMORY. */
M4_API int32_t m4_device_open(const char* name, int32_t is_output, int32_t* channels, int32_t sample_rate,
                              int64_t block, int64_t capacity, int32_t fills_gaps, m4_device** device, m4_ring** ring);

/* M4_OK while it runs, and while it has not begun: some take seconds. M4_DEVICE_LOST, and its ring closed, a second
 * after a device that had begun has stopped, or two minutes after the start of one that has not. M4_DEVICE_RATE, and
 * its ring closed, where for two seconds the frames come evenly at a rate that is off by more than a hundredth: the
 * rate was changed under us. Any thread. */
M4_API int32_t m4_device_result(const m4_device* device);

typedef struct m4_device_stats {
    int64_t moved;    /* frames that the device delivered or took; 0: it has not begun */
    int64_t expected; /* frames that it should have by the steady clock, at the last callback */
    int64_t lost;     /* frames lost below the ring, by the clock */
    int64_t flagged;  /* how often the sound system reported a loss */
    int64_t dropped;  /* captured frames for which the ring had no room */
    int64_t filled;   /* frames of silence that were put in the place of lost and dropped ones */
    int64_t silent;   /* frames of silence that were played because the ring was empty */
    int64_t gaps;     /* how often */
    int64_t last_ns;  /* when the last callback was, in nanoseconds of the steady clock */
    double latency;   /* seconds that sound spends in the device's own buffers, as PortAudio says */
    double rate;      /* frames per second by the clock, once they are known to be others than agreed; else 0 */
} m4_device_stats;

/* What has happened so far. Any thread; never blocks. */
M4_API void m4_device_counts(const m4_device* device, m4_device_stats* stats);

/* Stops and closes. The ring is closed; who waits for it is woken. Null does nothing. */
M4_API void m4_device_close(m4_device* device);

#ifdef __cplusplus
}
#endif

#endif
