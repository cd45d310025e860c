// RealtimeKit, played by a thread behind a socket: what the client sends, and what it makes of the answer.
#include "math4ai_sound.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include <linux/capability.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

// A bus with one service, for one client. It has the rights that the thread had which made it.
class fake_kit {
public:
    explicit fake_kit(bool answers_with_error) : is_refusing(answers_with_error) {
        listener = socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string name = "math4ai-test-" + std::to_string(getpid());
        std::memcpy(address.sun_path + 1, name.data(), name.size());
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
        EXPECT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), length), 0);
        EXPECT_EQ(listen(listener, 1), 0);
        setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:abstract=" + name).c_str(), 1);
        server = std::thread(&fake_kit::serve, this);
    }

    ~fake_kit() {
        shutdown(listener, SHUT_RDWR);
        server.join();
        close(listener);
        unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    }

    // What was asked for, once end() has returned.
    std::uint64_t thread = 0;
    std::uint32_t priority = 0;
    std::string greeting;

private:
    std::string line(int client) {
        std::string text;
        for (char next = 0; next != '\n' && recv(client, &next, 1, 0) == 1;) {
            text += next;
        }
        return text;
    }

    // Returns the body of a message, and its serial number.
    std::string message(int client, std::uint32_t& serial) {
        char head[16];
        std::uint32_t body = 0, fields = 0;
        if (recv(client, head, sizeof head, MSG_WAITALL) != sizeof head) {
            return "";
        }
        std::memcpy(&body, head + 4, 4);
        std::memcpy(&serial, head + 8, 4);
        std::memcpy(&fields, head + 12, 4);
        std::string rest((fields + 7) / 8 * 8 + body, '\0');
        EXPECT_EQ(recv(client, &rest[0], rest.size(), MSG_WAITALL), static_cast<ssize_t>(rest.size()));
        return rest.substr(rest.size() - body);
    }

    // An empty message of a type, in answer to another: a signal's type is 4, a return's 2, an error's 3.
    void send_message(int client, char type, std::uint32_t answered) {
        std::string bytes = {'l', type, 0, 1, 0, 0, 0, 0, 9, 0, 0, 0, 24, 0, 0, 0};
        bytes += std::string("\x06\x01s\0\4\0\0\0:1.7\0\0\0\0", 16); // to ":1.7", padded to 16 bytes
        bytes += std::string("\x05\x01u\0", 4);
        bytes.append(reinterpret_cast<const char*>(&answered), 4);
        send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }

    void serve() {
        const int client = accept(listener, nullptr, nullptr);
        if (client < 0) {
            return;
        }
        greeting = line(client);
        send(client, "OK 0123456789abcdef0123456789abcdef\r\n", 37, MSG_NOSIGNAL);
        EXPECT_EQ(line(client), "BEGIN\r\n");
        std::uint32_t serial = 0;
        EXPECT_EQ(message(client, serial), "");
        send_message(client, 2, serial);
        send_message(client, 4, serial); // such as NameAcquired: no answer
        const std::string asked = message(client, serial);
        if (asked.size() == 12) {
            std::memcpy(&thread, asked.data(), 8);
            std::memcpy(&priority, asked.data() + 8, 4);
            sched_param wanted{};
            wanted.sched_priority = static_cast<int>(priority);
            const bool is_granted = !is_refusing && sched_setscheduler(static_cast<pid_t>(thread),
                                                                       SCHED_FIFO | SCHED_RESET_ON_FORK, &wanted) == 0;
            send_message(client, is_granted ? 2 : 3, serial);
        }
        close(client);
    }

    bool is_refusing;
    int listener = -1;
    std::thread server;
};

// Takes from the calling thread, for good, what lets it give itself a priority. Returns whether it had it.
bool give_up_priority() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct rights[2]{};
    if (syscall(SYS_capget, &header, rights) != 0) {
        return false;
    }
    const bool had_it = (rights[0].effective >> CAP_SYS_NICE & 1U) != 0;
    rights[0].effective &= ~(1U << CAP_SYS_NICE);
    return syscall(SYS_capset, &header, rights) == 0 && had_it;
}

// The system itself grants no priority as long as this lives, whatever the machine's settings are.
class no_priority_by_limit {
public:
    no_priority_by_limit() {
        EXPECT_EQ(getrlimit(RLIMIT_RTPRIO, &before), 0);
        const rlimit none{0, before.rlim_max};
        EXPECT_EQ(setrlimit(RLIMIT_RTPRIO, &none), 0);
    }
    no_priority_by_limit(const no_priority_by_limit&) = delete;
    no_priority_by_limit& operator=(const no_priority_by_limit&) = delete;
    ~no_priority_by_limit() { EXPECT_EQ(setrlimit(RLIMIT_RTPRIO, &before), 0); }

private:
    rlimit before{};
};

} // namespace

TEST(RealtimeKit, Is_asked_for_this_thread_and_what_it_grants_is_had_until_the_thread_computes_for_too_long) {
    const no_priority_by_limit only_by_kit;
    fake_kit kit(false);
    m4_realtime granted{};
    bool is_able = false;
    pid_t id = 0;
    std::thread([&] {
        is_able = give_up_priority();
        id = static_cast<pid_t>(syscall(SYS_gettid));
        ASSERT_EQ(m4_realtime_begin(&granted), M4_OK);
        EXPECT_EQ(granted.has_priority, is_able ? M4_PRIORITY_BY_KIT : M4_PRIORITY_NONE);
        EXPECT_EQ((sched_getscheduler(0) & SCHED_FIFO) != 0, is_able);
#if !defined(__SANITIZE_THREAD__) // which holds signals back until the thread waits
        while ((sched_getscheduler(0) & SCHED_FIFO) != 0) {
        }
#endif
        EXPECT_EQ(m4_realtime_end(&granted), M4_OK);
        EXPECT_EQ(sched_getscheduler(0) & ~SCHED_RESET_ON_FORK, SCHED_OTHER);
    }).join();
    EXPECT_EQ(kit.thread, static_cast<std::uint64_t>(id));
    EXPECT_EQ(kit.priority, 10U);
    EXPECT_EQ(kit.greeting.rfind(std::string(1, '\0') + "AUTH EXTERNAL 3", 0), 0U);
}

TEST(RealtimeKit, A_refusal_or_a_bus_that_is_not_there_is_no_failure) {
    const no_priority_by_limit only_by_kit;
    const auto ask = [] {
        m4_realtime granted{};
        give_up_priority();
        EXPECT_EQ(m4_realtime_begin(&granted), M4_OK);
        EXPECT_EQ(granted.has_priority, M4_PRIORITY_NONE);
        EXPECT_EQ(m4_realtime_end(&granted), M4_OK);
    };
    {
        fake_kit kit(true);
        std::thread(ask).join();
        EXPECT_EQ(kit.priority, 10U);
    }
    for (const char* address : {"unix:path=/nowhere", "tcp:host=localhost,port=1", ""}) {
        setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1);
        std::thread(ask).join();
    }
    unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
}
