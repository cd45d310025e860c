/*
 * A client for one call over D-Bus: MakeThreadRealtime(thread, priority) of org.freedesktop.RealtimeKit1 on the system
 * bus. Sources: the D-Bus specification, for the handshake and the form of messages; RealtimeKit's README, for the call
 * and for RLIMIT_RTTIME, which it insists on.
 */
#include "realtime_kit.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

constexpr std::uint32_t longest_message = 1 << 20;
constexpr rlim_t warning_microseconds = 100000;
constexpr rlim_t hard_microseconds = 200000; // RealtimeKit's own limit

// The bytes of a message, every value at a multiple of its size.
class message_writer {
public:
    explicit message_writer(std::uint32_t serial, std::uint32_t body_length) {
        // Of this byte order, a method call, no flags, version 1.
        const std::uint16_t one = 1;
        bytes = {*reinterpret_cast<const char*>(&one) == 1 ? 'l' : 'B', 1, 0, 1};
        number(body_length);
        number(serial);
        number(std::uint32_t{0}); // the length of the fields, known at their end
    }

    template <typename T> void number(T value) {
        align(sizeof value);
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }

    // A header field that is a string ('s'), an object's path ('o') or a signature ('g').
    void field(char code, char type, const char* value) {
        align(8);
        bytes += {code, 1, type, 0};
        const auto length = static_cast<std::uint32_t>(std::strlen(value));
        if (type == 'g') {
            bytes += static_cast<char>(length);
        } else {
            number(length);
        }
        bytes.append(value, length + 1);
    }

    void end_fields() {
        const auto length = static_cast<std::uint32_t>(bytes.size() - 16);
        std::memcpy(&bytes[12], &length, sizeof length);
        align(8);
    }

    std::string bytes;

private:
    void align(std::size_t size) { bytes.resize((bytes.size() + size - 1) / size * size); }
};

class bus {
public:
    bus() = default;
    bus(const bus&) = delete;
    bus& operator=(const bus&) = delete;
    ~bus() {
        if (socket_fd >= 0) {
            close(socket_fd);
        }
    }

    // Connects, says who we are, and gets a name.
    bool open() {
        sockaddr_un address{};
        const socklen_t length = find(address);
        socket_fd = length == 0 ? -1 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (socket_fd < 0) {
            return false;
        }
        const timeval patience{5, 0}; // a service may have to be started
        setsockopt(socket_fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(socket_fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (connect(socket_fd, reinterpret_cast<const sockaddr*>(&address), length) != 0 || !authenticate()) {
            return false;
        }
        message_writer hello(++serial, 0);
        hello.field(1, 'o', "/org/freedesktop/DBus");
        hello.field(2, 's', "org.freedesktop.DBus");
        hello.field(3, 's', "Hello");
        hello.field(6, 's', "org.freedesktop.DBus");
        hello.end_fields();
        return call(hello.bytes);
    }

    bool make_thread_realtime(std::uint64_t thread, std::uint32_t priority) {
        message_writer request(++serial, 12);
        request.field(1, 'o', "/org/freedesktop/RealtimeKit1");
        request.field(2, 's', "org.freedesktop.RealtimeKit1");
        request.field(3, 's', "MakeThreadRealtime");
        request.field(6, 's', "org.freedesktop.RealtimeKit1");
        request.field(8, 'g', "tu");
        request.end_fields();
        request.number(thread);
        request.number(priority);
        return call(request.bytes);
    }

private:
    // The bus's address where the environment has one, the usual place otherwise. Returns 0 where it is no local
    // socket.
    static socklen_t find(sockaddr_un& address) {
        const char* given = std::getenv("DBUS_SYSTEM_BUS_ADDRESS");
        const std::string place = given == nullptr ? "unix:path=/run/dbus/system_bus_socket" : given;
        const bool is_path = place.rfind("unix:path=", 0) == 0, is_abstract = place.rfind("unix:abstract=", 0) == 0;
        if (!is_path && !is_abstract) {
            return 0;
        }
        const std::size_t start = place.find('=') + 1;
        const std::string name = place.substr(start, place.find_first_of(",;", start) - start);
        if (name.size() + 2 > sizeof address.sun_path) {
            return 0;
        }
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path + (is_abstract ? 1 : 0), name.data(), name.size());
        return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + 1);
    }

    // The handshake, in lines of text, after a zero byte.
    bool authenticate() {
        std::string start = std::string(1, '\0') + "AUTH EXTERNAL ";
        for (const char digit : std::to_string(getuid())) {
            start += {'3', digit}; // in hexadecimal: the digits' codes are 0x30 to 0x39
        }
        start += "\r\n";
        if (!send_all(start.data(), start.size())) {
            return false;
        }
        std::string answer;
        while (answer.empty() || answer.back() != '\n') {
            char next = 0;
            if (answer.size() > 512 || !receive(&next, 1)) {
                return false;
            }
            answer += next;
        }
        return answer.rfind("OK ", 0) == 0 && send_all("BEGIN\r\n", 7);
    }

    // Sends a message and waits for its answer, past whatever else comes. Returns whether it is no error.
    bool call(const std::string& request) {
        constexpr int most_messages = 64;
        if (!send_all(request.data(), request.size())) {
            return false;
        }
        for (int i = 0; i < most_messages; ++i) {
            char head[16];
            std::uint32_t body = 0, fields = 0;
            if (!receive(head, sizeof head) || head[0] != request[0]) {
                return false;
            }
            std::memcpy(&body, head + 4, 4);
            std::memcpy(&fields, head + 12, 4);
            if (body > longest_message || fields > longest_message) {
                return false;
            }
            std::string rest((fields + 7U) / 8U * 8U + body, '\0');
            if (!receive(&rest[0], rest.size())) {
                return false;
            }
            constexpr char returned = 2, failed = 3;
            if ((head[1] == returned || head[1] == failed) && answers(rest, fields)) {
                return head[1] == returned;
            }
        }
        return false;
    }

    // Whether the header fields name our last message as the one that is answered. Each is a code and a variant, at a
    // multiple of 8.
    bool answers(const std::string& fields, std::size_t length) const {
        constexpr char reply_serial = 5;
        for (std::size_t at = 0; at + 8 <= length;) {
            std::uint32_t value = 0;
            std::memcpy(&value, fields.data() + at + 4, 4);
            const char type = fields[at + 2];
            if (fields[at] == reply_serial && type == 'u') {
                return value == serial;
            }
            const std::size_t end = type == 'u'   ? at + 8
                                    : type == 'g' ? at + 6 + static_cast<unsigned char>(fields[at + 4])
                                                  : at + 9 + value;
            at = (end + 7) / 8 * 8;
        }
        return false;
    }

    bool send_all(const char* bytes, std::size_t count) const {
        while (count > 0) {
            const ssize_t sent = send(socket_fd, bytes, count, MSG_NOSIGNAL);
            if (sent < 0 && errno == EINTR) {
                continue;
            }
            if (sent <= 0) {
                return false;
            }
            bytes += sent;
            count -= static_cast<std::size_t>(sent);
        }
        return true;
    }

    bool receive(char* bytes, std::size_t count) const {
        while (count > 0) {
            const ssize_t got = recv(socket_fd, bytes, count, 0);
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got <= 0) {
                return false;
            }
            bytes += got;
            count -= static_cast<std::size_t>(got);
        }
        return true;
    }

    int socket_fd = -1;
    std::uint32_t serial = 0;
};

bool limit_time() {
    rlimit limit{};
    if (getrlimit(RLIMIT_RTTIME, &limit) != 0) {
        return false;
    }
    limit.rlim_max = std::min(limit.rlim_max, hard_microseconds);
    limit.rlim_cur = std::min(limit.rlim_max, warning_microseconds);
    return setrlimit(RLIMIT_RTTIME, &limit) == 0;
}

// The kernel sends SIGXCPU to a real-time thread that has computed for too long, and soon afterwards ends the process.
// As an ordinary thread it goes on.
void lose_priority(int signal_number) {
    const int error = errno;
    const int policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
    if (policy == SCHED_FIFO || policy == SCHED_RR) {
        const sched_param ordinary{};
        sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &ordinary);
        limit_time(); // the kernel has moved the warning
    } else {
        // The processor time of the whole process has run out, which is not ours to decide on.
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
    errno = error;
}

// Whether a thread that computes too long loses its priority and not the whole process its life: not where the
// application handles the signal itself.
bool is_safe() {
    struct sigaction now {};
    if (sigaction(SIGXCPU, nullptr, &now) != 0) {
        return false;
    }
    if (now.sa_handler == SIG_DFL) {
        now.sa_handler = lose_priority;
        now.sa_flags = SA_RESTART;
        return sigaction(SIGXCPU, &now, nullptr) == 0;
    }
    return now.sa_handler == lose_priority;
}

} // namespace

bool m4::ask_realtime_kit(int priority) {
    bus system;
    return system.open() && is_safe() && limit_time() &&
           system.make_thread_realtime(static_cast<std::uint64_t>(syscall(SYS_gettid)),
                                       static_cast<std::uint32_t>(priority));
}
