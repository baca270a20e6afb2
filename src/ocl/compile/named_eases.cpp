// Closed forms of the named easings, and their fewest straight pieces.
#include "ocl/compile/named_eases.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vistter::ocl {
namespace {

constexpr int grid = 4'096;
constexpr double pi = std::numbers::pi;

double back_out(double p) {
    constexpr double overshoot = 1.70158;  // 10 % past the end
    const double q = p - 1;
    return 1 + (overshoot + 1) * q * q * q + overshoot * q * q;
}

// Penner's four parabolas.
double bounce_out(double p) {
    constexpr double n = 7.5625, d = 2.75;
    if (p < 1 / d) return n * p * p;
    if (p < 2 / d) return n * (p - 1.5 / d) * (p - 1.5 / d) + 0.75;
    if (p < 2.5 / d) return n * (p - 2.25 / d) * (p - 2.25 / d) + 0.9375;
    return n * (p - 2.625 / d) * (p - 2.625 / d) + 0.984375;
}

double elastic_out(double p) {
    if (p <= 0) return 0;
    if (p >= 1) return 1;
    return std::exp2(-10 * p) * std::sin((p * 10 - 0.75) * 2 * pi / 3) + 1;
}

Curve backwards(double (*out)(double)) {
    return [out](double p) { return 1 - out(1 - p); };
}

Curve both_ways(double (*out)(double)) {
    return
        [out](double p) { return p < 0.5 ? (1 - out(1 - 2 * p)) / 2 : (1 + out(2 * p - 1)) / 2; };
}

// m x'' + c x' + k x = 0 from x = 1 with x' = -velocity; the way covered is 1 - x.
class SpringMotion {
  public:
    explicit SpringMotion(const contract::Spring& spring)
        : omega_(std::sqrt(spring.stiffness / spring.mass)),
          ratio_(spring.damping / (2 * std::sqrt(spring.stiffness * spring.mass))),
          velocity_(spring.velocity) {}

    double left(double t) const {
        const double decay = ratio_ * omega_;
        if (ratio_ < 1) {
            const double swing = omega_ * std::sqrt(1 - ratio_ * ratio_);
            const double b = (decay - velocity_) / swing;
            return std::exp(-decay * t) * (std::cos(swing * t) + b * std::sin(swing * t));
        }
        if (ratio_ == 1) return std::exp(-decay * t) * (1 + (decay - velocity_) * t);
        const double spread = omega_ * std::sqrt(ratio_ * ratio_ - 1);
        const double slow = -decay + spread, fast = -decay - spread;
        const double a = (-velocity_ - fast) / (slow - fast);
        return a * std::exp(slow * t) + (1 - a) * std::exp(fast * t);
    }

    // From here on |left| stays under half the tolerance: found on a fine grid of the slowest
    // decay, which bounds everything after it.
    double rest() const {
        const double slowest =
            ratio_ <= 1 ? ratio_ * omega_ : omega_ * (ratio_ - std::sqrt(ratio_ * ratio_ - 1));
        const double end = 30 / slowest;
        constexpr int steps = 20'000;
        for (int i = steps; i > 0; --i) {
            if (std::abs(left(end * i / steps)) > curve_tolerance / 2) return end * (i + 1) / steps;
        }
        return end;
    }

  private:
    double omega_, ratio_, velocity_;
};

Curve spring_curve(const contract::Spring& spring) {
    const SpringMotion motion(spring);
    return [motion, rest = motion.rest()](double p) {
        if (p <= 0) return 0.0;
        return p >= 1 ? 1.0 : 1 - motion.left(p * rest);
    };
}

double rounded(double value) {
    return std::round(value * 1e6) / 1e6;
}

}  // namespace

std::optional<Curve> named_curve(const contract::AuthoredEase& ease) {
    if (ease.name == "spring") return spring_curve(ease.spring);
    const std::size_t dash = ease.name.find('-');
    const std::string family = ease.name.substr(0, dash);
    const std::string way = dash == std::string::npos ? "" : ease.name.substr(dash + 1);
    double (*out)(double) = family == "back"      ? back_out
                            : family == "bounce"  ? bounce_out
                            : family == "elastic" ? elastic_out
                                                  : nullptr;
    if (!out) return std::nullopt;
    if (way == "in") return backwards(out);
    if (way == "out") return Curve(out);
    if (way == "in-out") return both_ways(out);
    return std::nullopt;
}

std::optional<std::vector<std::pair<double, double>>> curve_points(const Curve& curve,
                                                                   double tolerance) {
    std::vector<double> values(grid + 1);
    for (int i = 0; i <= grid; ++i) values[static_cast<std::size_t>(i)] = curve(i / double(grid));
    values.front() = 0;
    values.back() = 1;
    const auto value = [&](int i) { return values[static_cast<std::size_t>(i)]; };
    // Whether the piece from a to b keeps to the curve, with room for rounding to 1e-6.
    const auto fits = [&](int a, int b) {
        const double from = rounded(value(a)), to = rounded(value(b));
        for (int i = a + 1; i < b; ++i) {
            const double line = from + (to - from) * (i - a) / (b - a);
            if (std::abs(line - value(i)) > tolerance * 0.98) return false;
        }
        return true;
    };
    std::vector<std::pair<double, double>> points{{0, 0}};
    for (int at = 0; at < grid;) {
        // The farthest end that fits before the first that does not: past it a curve may come back
        // by chance.
        int step = 1;
        while (at + step < grid && fits(at, std::min(grid, at + step * 2))) step *= 2;
        int low = std::min(grid, at + step), high = std::min(grid, at + step * 2);
        while (low < high) {
            const int middle = (low + high + 1) / 2;
            if (fits(at, middle)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        at = low;
        if (points.size() == max_curve_points) return std::nullopt;
        points.emplace_back(at / double(grid), rounded(value(at)));
    }
    return points;
}

}  // namespace vistter::ocl
