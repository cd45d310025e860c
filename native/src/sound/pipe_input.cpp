#include "pipe_input.hpp"

#include "sound_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace {

// A file that is gone when its descriptor is closed, where temporary files belong.
int open_temporary() {
    const char* named = std::getenv("TMPDIR");
    const std::string folder = named == nullptr || named[0] == '\0' ? "/tmp" : named;
    const int unnamed = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (unnamed >= 0) {
        return unnamed;
    }
    std::string name = folder + "/math4ai-XXXXXX";
    const int file = mkostemp(name.data(), O_CLOEXEC);
    if (file >= 0) {
        unlink(name.c_str());
    }
    return file;
}

bool write_whole(int file, const unsigned char* bytes, std::int64_t count) {
    while (count > 0) {
        const ssize_t written = ::write(file, bytes, static_cast<std::size_t>(count));
        if (written < 0 && errno != EINTR) {
            return false;
        }
        bytes += std::max<ssize_t>(written, 0);
        count -= std::max<ssize_t>(written, 0);
    }
    return true;
}

} // namespace

namespace m4 {

std::int64_t spool_limit() {
    const char* said = std::getenv("MATH4AI_SPOOL_BYTES");
    const long long bytes = said == nullptr ? 0 : std::atoll(said);
    return bytes > 0 ? bytes : std::int64_t{4} << 30;
}

pipe_input::~pipe_input() {
    if (waker >= 0) {
        close(waker);
    }
}

std::int32_t pipe_input::open(int from) {
    descriptor = from;
    waker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return waker < 0 ? result_of_errno(errno) : static_cast<std::int32_t>(M4_OK);
}

std::int64_t pipe_input::read_some(unsigned char* bytes, std::int64_t count) {
    for (;;) {
        std::array<pollfd, 2> both{{{descriptor, POLLIN, 0}, {waker, POLLIN, 0}}};
        const int ready = poll(both.data(), both.size(), -1);
        if (both[1].revents != 0) {
            return 0;
        }
        const ssize_t came = ready > 0 ? ::read(descriptor, bytes, static_cast<std::size_t>(count)) : -1;
        if (came >= 0) {
            return came;
        }
        if (errno != EINTR && errno != EAGAIN) {
            failed = result_of_errno(errno);
            return 0;
        }
    }
}

std::int64_t pipe_input::read(void* bytes, std::int64_t count) {
    auto* target = static_cast<unsigned char*>(bytes);
    std::int64_t done = std::min<std::int64_t>(count, static_cast<std::int64_t>(seen.size() - next));
    if (done > 0) {
        std::memcpy(target, seen.data() + next, static_cast<std::size_t>(done));
        next += static_cast<std::size_t>(done);
    }
    while (done < count) {
        const std::int64_t came = read_some(target + done, count - done);
        if (came == 0) {
            break;
        }
        done += came;
    }
    return done;
}

std::int64_t pipe_input::peek(void* bytes, std::int64_t count) {
    const std::int64_t came = read(bytes, count);
    const auto* first = static_cast<const unsigned char*>(bytes);
    seen.insert(seen.end(), first, first + came);
    next = seen.size();
    return came;
}

std::int32_t pipe_input::spool(int& file) {
    file = open_temporary();
    if (file < 0) {
        return result_of_errno(errno);
    }
    rewind();
    std::vector<unsigned char> piece(1 << 16);
    std::int64_t left = spool_limit();
    for (;;) {
        const std::int64_t came = read(piece.data(), static_cast<std::int64_t>(piece.size()));
        left -= came;
        if (failed != M4_OK || left < 0 || !write_whole(file, piece.data(), came)) {
            const std::int32_t result = failed != M4_OK ? failed : left < 0 ? M4_TOO_LARGE : result_of_errno(errno);
            close(file);
            file = -1;
            return result;
        }
        if (came < static_cast<std::int64_t>(piece.size())) {
            break;
        }
    }
    forget();
    return lseek(file, 0, SEEK_SET) == 0 ? static_cast<std::int32_t>(M4_OK) : result_of_errno(errno);
}

void pipe_input::stop() {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(waker, &one, sizeof(one)));
}

} // namespace m4
