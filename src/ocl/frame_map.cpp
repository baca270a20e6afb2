// The one rule between milliseconds and output frames (contract C.3), in integers only.
#include "ocl/evaluate.hpp"

namespace vistter::ocl {

namespace {

// Floor division; the divisor is positive.
std::int64_t floor_div(std::int64_t dividend, std::int64_t divisor) {
    const std::int64_t quotient = dividend / divisor;
    return dividend % divisor < 0 ? quotient - 1 : quotient;
}

}  // namespace

std::int64_t frame_at(std::int64_t t_ms, Rate rate) {
    return -floor_div(-(t_ms * rate.num), 1000 * rate.den);
}

std::int64_t ms_of(std::int64_t frame, Rate rate) {
    return floor_div(frame * 1000 * rate.den, rate.num);
}

}  // namespace vistter::ocl
