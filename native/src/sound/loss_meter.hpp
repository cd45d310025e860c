/*
 * How many frames a device has lost, by the clock: expected by time against delivered. Callbacks come late and catch
 * up, so that only the smallest lateness of half a second counts. It wanders slowly with the device's own clock; where
 * it jumps, frames are missing.
 */
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace m4 {

class loss_meter {
public:
    loss_meter(std::int64_t sample_rate, std::int64_t block)
        : rate(static_cast<double>(sample_rate)),
          window_ns(std::max<std::int64_t>(500000000, 8000000000 * block / sample_rate)),
          least_jump(std::max(rate / 100.0, static_cast<double>(block))) {}

    // A callback at `now` that moves `frames`; `is_flagged` where the sound system says that frames were lost before
    // it. Returns how many were, as far as is known now.
    std::int64_t moved(std::int64_t now, std::int64_t frames, bool is_flagged) {
        total += static_cast<double>(frames);
        if (start_ns < 0) {
            start_ns = now - static_cast<std::int64_t>(1e9 * total / rate);
            window_end = now + window_ns;
        }
        std::int64_t lost = 0;
        if (now > window_end) {
            lost = close_window();
            window_end = now + window_ns;
        }
        const double late = expected(now) - total;
        if (is_flagged && windows > 0 && late - usual > 0.5 * static_cast<double>(frames)) {
            lost += take(late - usual);
        }
        window_least = std::min(window_least, expected(now) - total);
        return lost;
    }

    // Frames per second by the clock, once they have been others than agreed, evenly, for some windows; else 0.
    double changed_rate() const { return changed; }

    // Frames that the clock says should have come by now.
    double expected(std::int64_t now) const {
        return start_ns < 0 ? 0.0 : 1e-9 * static_cast<double>(now - start_ns) * rate;
    }

private:
    std::int64_t close_window() {
        const double least = window_least;
        window_least = std::numeric_limits<double>::infinity();
        watch_rate((least - usual) / (1e-9 * static_cast<double>(window_ns) * rate));
        // At its start a device delivers as it pleases.
        if (++windows > 2 && least - usual > least_jump) {
            return take(least - usual);
        }
        usual = least;
        return 0;
    }

    // A device that loses frames loses them now and then; one whose rate has changed falls behind, or gets ahead, by
    // the same share in every window. The first of them holds the change, and counts in no mean.
    void watch_rate(double behind) {
        constexpr double least_share = 0.01;
        constexpr int enough_windows = 4;
        if (windows < 2 || std::abs(behind) < least_share) {
            even_windows = 0;
        } else if (even_windows < 2 || std::abs(behind - share) > 0.1 * std::abs(share)) {
            even_windows = std::min(even_windows + 1, 2);
            share = behind;
        } else if (++even_windows > enough_windows) {
            changed = rate * (1.0 - share);
        }
    }

    std::int64_t take(double frames) {
        const auto lost = static_cast<std::int64_t>(frames + 0.5);
        total += static_cast<double>(lost);
        return lost;
    }

    double rate;
    std::int64_t window_ns;
    double least_jump;
    std::int64_t start_ns = -1;
    std::int64_t window_end = 0;
    double total = 0.0; // delivered and lost
    double usual = 0.0; // lateness, in frames
    double window_least = std::numeric_limits<double>::infinity();
    int windows = 0;
    double share = 0.0; // of the frames of a window, by which it falls behind
    int even_windows = 0;
    double changed = 0.0;
};

} // namespace m4
