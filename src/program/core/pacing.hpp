// When each output frame is due and what a late tick does about it (rulings 20). Pure: the tick
// thread asks, waits, asks.
#pragma once

#include <cstdint>

#include "ocl/evaluate.hpp"

namespace vistter::program {

// Every frame is due at base + n/rate, exactly. A late tick makes its frame at once; up to 15 in a
// row, then the loop waits for the next due time on the grid, so that a recovering encoder gets
// air. Only a tick more than 500 ms late leaves frames out, and those are counted.
class Pacer {
  public:
    static constexpr std::int64_t most_late_ns = 500'000'000;
    static constexpr int longest_burst = 15;

    Pacer(std::int64_t base_ns, ocl::Rate rate) : base_(base_ns), rate_(rate) {}

    struct Step {
        bool make =
            false;  // true: make `frame` now; false: wait until `wait_until_ns` and ask again
        std::int64_t frame = 0;
        std::int64_t wait_until_ns = 0;
        std::int64_t skipped = 0;  // frames left out before `frame`
    };
    // Nothing changes until made() is called, except that a skip moves the next frame.
    Step next(std::int64_t now_ns);
    // `frame` of the last step has been handed on.
    void made(std::int64_t now_ns);

    // CLOCK_MONOTONIC nanoseconds; exact at any rate and length of run.
    std::int64_t due(std::int64_t frame) const;
    std::int64_t missed_frames() const { return missed_; }
    // Ticks that were made more than one frame after their due time.
    std::int64_t late_ticks() const { return late_; }

  private:
    std::int64_t frame_due_by(std::int64_t now_ns) const;

    std::int64_t base_;
    ocl::Rate rate_;
    std::int64_t next_ = 0, missed_ = 0, late_ = 0;
    int burst_ = 0;
    std::int64_t breathe_until_ = 0;
};

}  // namespace vistter::program
