// Easing curves (contract C.6): how far a segment has gone, as one number. Operations stand in the
// contract's order and are compiled without contraction, so every machine gets the same bits.
#include "ocl/evaluate.hpp"

#include <algorithm>
#include <cmath>

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

// x(t) of a cubic curve in the contract's own form and order.
struct CurveX {
    double ax, bx, cx;
    double at(double t) const { return ((ax * t + bx) * t + cx) * t; }
    double slope(double t) const { return (3 * ax * t + 2 * bx) * t + cx; }
};

struct Bracket {
    double low = 0, high = 1;
    int halvings = 0;  // made so far
};

// Where the contract's first 38 or 24 halvings end, without making them, or their beginning.
// Newton's method only guesses the cell of that depth; what counts is the check. x(t) as written is
// within 1.2e-14 of the true curve, which never falls (x1 and x2 are in 0..1). So if it is more
// than 1e-13 below p at the cell's lower end it is below p at every midpoint further left, and
// above the upper end likewise: each of the halvings above decides for this cell.
Bracket skip_halvings(const CurveX& x, double p) {
    double t = p;
    for (int step = 0; step < 6; ++step) {
        const double slope = x.slope(t);
        if (slope < 1e-3) break;
        const double by = (x.at(t) - p) / slope;
        t = std::clamp(t - by, 0.0, 1.0);
        if (std::abs(by) < 3e-7) break;  // the error now is about its square
    }
    constexpr double margin = 1e-13;
    for (const int depth : {38, 24}) {
        const auto cells = static_cast<double>(std::int64_t{1} << depth);
        const double width = 1 / cells;
        const double low = static_cast<double>(static_cast<std::int64_t>(t * cells)) * width;
        const double high = low + width;
        if (high <= 1 && x.at(low) < p - margin && x.at(high) > p + margin)
            return {low, high, depth};
    }
    return {};
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
    const CurveX x{ax, bx, cx};
    auto [low, high, halvings] = skip_halvings(x, p);
    for (; halvings < 48; ++halvings) {
        const double middle = 0.5 * (low + high);
        if (x.at(middle) < p) {
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
