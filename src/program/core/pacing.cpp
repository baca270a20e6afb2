// The tick's arithmetic.
#include "program/core/pacing.hpp"

#include <algorithm>

namespace vistter::program {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

}  // namespace

std::int64_t Pacer::due(std::int64_t frame) const {
    // Whole groups of `num` frames last `den` seconds; splitting them off keeps the product far
    // below 2^63.
    std::int64_t groups = frame / rate_.num, rest = frame % rate_.num;
    return base_ + groups * rate_.den * second_ns + rest * rate_.den * second_ns / rate_.num;
}

std::int64_t Pacer::frame_due_by(std::int64_t now_ns) const {
    std::int64_t since = std::max<std::int64_t>(now_ns - base_, 0);
    std::int64_t group_ns = rate_.den * second_ns;
    std::int64_t frame = since / group_ns * rate_.num + since % group_ns * rate_.num / group_ns;
    while (due(frame + 1) <= now_ns) ++frame;
    return frame;
}

Pacer::Step Pacer::next(std::int64_t now_ns) {
    std::int64_t due_ns = due(next_);
    if (now_ns < due_ns) {
        burst_ = 0;
        return {false, next_, due_ns, 0};
    }
    if (now_ns < breathe_until_) return {false, next_, breathe_until_, 0};
    std::int64_t skipped = 0;
    if (now_ns - due_ns > most_late_ns) {
        std::int64_t current = frame_due_by(now_ns);
        skipped = current - next_;
        missed_ += skipped;
        next_ = current;
        burst_ = 0;
    }
    return {true, next_, due(next_), skipped};
}

void Pacer::made(std::int64_t now_ns) {
    if (now_ns >= due(next_ + 1)) {
        ++late_;
        if (++burst_ >= longest_burst) {
            breathe_until_ = due(frame_due_by(now_ns) + 1);
            burst_ = 0;
        }
    } else {
        burst_ = 0;
    }
    ++next_;
}

}  // namespace vistter::program
