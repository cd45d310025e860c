// Bytes that arrive: from a pipe, a socket, a terminal. A thread that waits for them can be woken.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace m4 {

class pipe_input {
public:
    pipe_input() = default;
    pipe_input(const pipe_input&) = delete;
    pipe_input& operator=(const pipe_input&) = delete;
    ~pipe_input();

    // Reads from this descriptor, which stays the caller's; an m4_result.
    std::int32_t open(int from);

    // Reads until `count` bytes are there, the bytes have ended, or stop() was called; returns how many there are.
    std::int64_t read(void* bytes, std::int64_t count);

    // Reads as many and remembers them: rewind() gives all of them to read() again.
    std::int64_t peek(void* bytes, std::int64_t count);
    void rewind() { next = 0; }
    void forget() { seen.clear(), next = 0; }

    // Copies the rest, from the first byte that was seen, into a file without a name, and returns its descriptor.
    // M4_TOO_LARGE where it is longer than spool_limit().
    std::int32_t spool(int& file);

    // Ends what read() waits for, now and later; from any thread.
    void stop();

    std::int32_t failure() const { return failed; }

private:
    std::int64_t read_some(unsigned char* bytes, std::int64_t count);

    int descriptor = -1;
    int waker = -1;
    std::int32_t failed = 0;
    std::vector<unsigned char> seen;
    std::size_t next = 0;
};

// 4 GiB, or what the environment variable MATH4AI_SPOOL_BYTES says.
std::int64_t spool_limit();

} // namespace m4
