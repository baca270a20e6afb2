// Pictures of a medium by the scene clock.
#include "ocl/media_clock.hpp"

#include <algorithm>

namespace vistter::ocl {

namespace {

// floor(time * rate), time in units of 1/num ms. Whole seconds of the medium's rate are split off
// first: the product alone may pass 2^63 (seven days at 240,000/1 twice).
std::int64_t pictures_passed(std::int64_t time, std::int64_t num, Rate rate) {
    const std::int64_t unit = 1000 * rate.den * num;
    return time / unit * rate.num + time % unit * rate.num / unit;
}

}  // namespace

std::int64_t media_time(const contract::Layer& layer, const ScenePosition& position) {
    return std::max<std::int64_t>(0, position.body - layer.in_ms * position.num);
}

std::int64_t media_frame(std::int64_t time, std::int64_t num, Rate rate, std::int64_t count,
                         contract::LoopMode loop) {
    if (count < 2) return 0;
    const std::int64_t passed = pictures_passed(time, num, rate);
    switch (loop) {
        case contract::LoopMode::none:
            return std::min(passed, count - 1);
        case contract::LoopMode::repeat:
            return passed % count;
        case contract::LoopMode::ping_pong:
            break;
    }
    const std::int64_t way = count - 1;
    const std::int64_t turned = passed % (2 * way);
    return turned < way ? turned : 2 * way - turned;
}

}  // namespace vistter::ocl
