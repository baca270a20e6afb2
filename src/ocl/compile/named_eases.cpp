// Closed forms of the named easings, and their fewest straight pieces.
#include "ocl/compile/named_eases.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vistter::ocl {
namespace {

constexpr int grid = 4'096;   // where corners may be
constexpr int fine = 32'768;  // where the pieces are held against the curve
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

// Straight pieces through a band around the curve, each as long as it can be. Corners lie off the
// curve, on the outside of its bend, so that a piece may use the whole width of the band.
class Fitter {
  public:
    // `band`: how far a piece may be off on the fine grid; the rest of the tolerance is for what
    // happens between its points and for rounding.
    Fitter(const Curve& curve, double band) : band_(band), values_(fine + 1) {
        for (int i = 0; i <= fine; ++i) values_[index(i)] = curve(i / double(fine));
        values_.front() = 0;
        values_.back() = 1;
    }

    std::optional<std::vector<std::pair<double, double>>> run() const {
        std::vector<std::pair<double, double>> points{{0, 0}};
        for (int at = 0; at < fine;) {
            if (points.size() == max_curve_points) return std::nullopt;
            at = next(at, points);
        }
        return points;
    }

  private:
    struct Cone {
        double low = -1e9, high = 1e9;  // slopes that keep to the band, per step of the fine grid
    };

    static std::size_t index(int i) { return static_cast<std::size_t>(i); }
    double value(int i) const { return values_[index(i)]; }

    // Appends the corner that follows the last point, which stands at `from`; returns where.
    int next(int from, std::vector<std::pair<double, double>>& points) const {
        const double start = points.back().second;
        Cone cone, kept;
        int end = from;
        for (int i = from + 1; i <= fine; ++i) {
            const double low = (value(i) - band_ - start) / (i - from);
            const double high = (value(i) + band_ - start) / (i - from);
            cone = {std::max(cone.low, low), std::min(cone.high, high)};
            if (cone.low > cone.high) break;
            const double last = (1 - start) / (i - from);
            const bool done = i == fine && last >= cone.low && last <= cone.high;
            if (done) {
                points.emplace_back(1, 1);
                return fine;
            }
            const bool corner = i % (fine / grid) == 0 && i < fine;
            if (!corner) continue;
            end = i;
            kept = cone;
        }
        if (end == from) {  // a bend too sharp for the band ends here, or the last step of all
            end = from + fine / grid;
            points.emplace_back(end / double(fine), rounded(value(end)));
            return end;
        }
        const double bend = value(std::min(fine, end + 8)) - 2 * value(end) + value(end - 8);
        const double aim = value(end) - std::copysign(band_, bend);
        const double slope = std::clamp((aim - start) / (end - from), kept.low, kept.high);
        points.emplace_back(end / double(fine), rounded(start + slope * (end - from)));
        return end;
    }

    double band_;
    std::vector<double> values_;
};

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
    return Fitter(curve, tolerance * 0.9).run();
}

}  // namespace vistter::ocl
