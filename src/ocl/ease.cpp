// Easing curves (contract C.6): how far a segment has gone, as one number. Operations stand in the
// contract's order and are compiled without contraction, so every machine gets the same bits.
#include "ocl/evaluate.hpp"

#include <algorithm>

namespace vistter::ocl {

using contract::Ease;
using contract::StepPosition;

namespace {

// P*n stays below 2^63: |P| < 2^53 and n <= 1000.
double steps_fraction(const Ease& ease, std::int64_t p, std::int64_t q) {
    const std::int64_t count = ease.count;
    std::int64_t step = p * count / q;
    std::int64_t jumps = count;
    switch (ease.position) {
        case StepPosition::jump_end:
            break;
        case StepPosition::jump_start:
            step += 1;
            break;
        case StepPosition::jump_none:
            jumps = count - 1;
            break;
        case StepPosition::jump_both:
            step += 1;
            jumps = count + 1;
            break;
    }
    step = std::clamp<std::int64_t>(step, 0, jumps);
    return jumps == 0 ? 0.0 : static_cast<double>(step) / static_cast<double>(jumps);
}

double cubic_fraction(const Ease& ease, double p) {
    if (p <= 0) return 0;
    if (p >= 1) return 1;
    const double cx = 3 * ease.x1;
    const double bx = 3 * (ease.x2 - ease.x1) - cx;
    const double ax = 1 - cx - bx;
    const double cy = 3 * ease.y1;
    const double by = 3 * (ease.y2 - ease.y1) - cy;
    const double ay = 1 - cy - by;
    double low = 0;
    double high = 1;
    for (int halving = 0; halving < 48; ++halving) {
        const double middle = 0.5 * (low + high);
        if (((ax * middle + bx) * middle + cx) * middle < p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    const double t = 0.5 * (low + high);
    return ((ay * t + by) * t + cy) * t;
}

double points_fraction(const Ease& ease, double p) {
    const auto& points = ease.points;
    if (points.size() < 2) return p;
    std::size_t j = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (points[i].first <= p) j = i;
    }
    if (j + 1 == points.size()) j -= 1;
    const auto& [in, out] = points[j];
    const auto& [next_in, next_out] = points[j + 1];
    if (next_in == in) return next_out;
    return out + (p - in) / (next_in - in) * (next_out - out);
}

}  // namespace

double ease_fraction(const Ease& ease, std::int64_t p, std::int64_t q) {
    if (ease.kind == Ease::Kind::hold) return 0;
    if (ease.kind == Ease::Kind::steps) return steps_fraction(ease, p, q);
    const double fraction = static_cast<double>(p) / static_cast<double>(q);
    if (ease.kind == Ease::Kind::cubic) return cubic_fraction(ease, fraction);
    if (ease.kind == Ease::Kind::points) return points_fraction(ease, fraction);
    return fraction;
}

}  // namespace vistter::ocl
