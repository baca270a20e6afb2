// Easing (contract C.6, rulings 5): the golden vector, and random curves against a slower, more
// exact reference.
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"
#include "ocl/evaluate.hpp"
#include "ocl/layer_values.hpp"

namespace vistter::ocl {
namespace {

using contract::Ease;
using contract::StepPosition;

Ease cubic(double x1, double y1, double x2, double y2) {
    return Ease{.kind = Ease::Kind::cubic, .x1 = x1, .y1 = y1, .x2 = x2, .y2 = y2, .points = {}};
}
Ease steps(int count, StepPosition position) {
    return Ease{.kind = Ease::Kind::steps, .count = count, .position = position, .points = {}};
}

struct Reference {
    long double value;
    long double slope;  // dx/dt at the solution
};

// Solves x(t) = p in long double with 120 halvings on the Bernstein form: other arithmetic than the
// code under test.
Reference reference_cubic(const Ease& ease, std::int64_t p, std::int64_t q) {
    const long double target = static_cast<long double>(p) / static_cast<long double>(q);
    const auto bezier = [](long double t, long double a, long double b) {
        const long double u = 1 - t;
        return 3 * u * u * t * a + 3 * u * t * t * b + t * t * t;
    };
    long double low = 0, high = 1;
    for (int i = 0; i < 120; ++i) {
        const long double middle = (low + high) / 2;
        (bezier(middle, ease.x1, ease.x2) < target ? low : high) = middle;
    }
    const long double t = (low + high) / 2, u = 1 - t;
    const long double slope =
        3 * u * u * ease.x1 + 6 * u * t * (ease.x2 - ease.x1) + 3 * t * t * (1 - ease.x2);
    return {bezier(t, ease.y1, ease.y2), slope};
}

// G3.4: the published numbers, bit for bit.
TEST(Ease, GoldenVectorOfTheContract) {
    const Rate rate{30000, 1001};
    contract::PropertyTrack track;
    track.keyframes = {{0, 0.0, cubic(0, 0, .58, 1)},
                       {500, 1.0, Ease{.kind = Ease::Kind::hold, .points = {}}},
                       {4500, 1.0, cubic(.42, 0, 1, 1)},
                       {5000, 0.0, {}}};
    const std::pair<std::int64_t, double> golden[] = {{0, 0},
                                                      {1, 0.10882113691299988},
                                                      {7, 0.6486403869040321},
                                                      {14, 0.9923901628432316},
                                                      {15, 1},
                                                      {134, 1},
                                                      {135, 0.9998484801377274},
                                                      {142, 0.7098953125289416},
                                                      {149, 0.09298416964397582},
                                                      {150, 0}};
    for (const auto& [frame, expected] : golden) {
        const TrackPlace at = place_on_track(track, frame * 1000 * rate.den, rate.num);
        const double from = std::get<double>(at.from->value), to = std::get<double>(at.to->value);
        EXPECT_EQ((1 - at.share) * from + at.share * to, expected) << "frame " << frame;
    }
}

// The contract's 48 halvings as they are written, one by one.
double written_cubic(const Ease& ease, double p) {
    if (p <= 0) return 0;
    if (p >= 1) return 1;
    const double cx = 3 * ease.x1, bx = 3 * (ease.x2 - ease.x1) - cx, ax = 1 - cx - bx;
    const double cy = 3 * ease.y1, by = 3 * (ease.y2 - ease.y1) - cy, ay = 1 - cy - by;
    double low = 0, high = 1;
    for (int i = 0; i < 48; ++i) {
        const double middle = 0.5 * (low + high);
        (((ax * middle + bx) * middle + cx) * middle < p ? low : high) = middle;
    }
    const double t = 0.5 * (low + high);
    return ((ay * t + by) * t + cy) * t;
}

// G3.4: skipping halvings changes no bit: ordinary curves, level ones, instants at cells' edges and
// at both ends.
TEST(Ease, CubicCurvesAreTheWrittenHalvingsBitForBit) {
    const std::uint64_t seed = 48;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    const auto unit = [&] {
        switch (random.below(4)) {
            case 0:
                return static_cast<double>(random.below(2));
            case 1:
                return static_cast<double>(random.below(5)) / 4;
            default:
                return static_cast<double>(random.below(1'000'001)) / 1e6;
        }
    };
    for (int i = 0; i < 300'000; ++i) {
        const Ease ease = cubic(unit(), unit() * 8 - 4, unit(), unit() * 8 - 4);
        const std::int64_t q = std::int64_t{1} << (1 + random.below(52));
        const auto below = [&](std::int64_t n) {
            return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(n)));
        };
        const std::int64_t near_an_end = std::min<std::int64_t>(q - 1, below(3));
        const std::int64_t p = i % 3 == 0   ? near_an_end
                               : i % 3 == 1 ? q - 1 - near_an_end
                                            : below(q);
        const double share = static_cast<double>(p) / static_cast<double>(q);
        ASSERT_EQ(ease_fraction(ease, p, q), written_cubic(ease, share))
            << ease.x1 << ' ' << ease.y1 << ' ' << ease.x2 << ' ' << ease.y2 << " at " << share;
    }
}

TEST(Ease, RandomCurvesStayWithinTheTolerance) {
    const std::uint64_t seed = 20'261'122;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    const auto unit = [&] { return static_cast<double>(random.below(1'000'001)) / 1e6; };
    long double worst_sloped = 0;
    for (int curve = 0; curve < 400; ++curve) {
        const Ease ease = cubic(unit(), unit() * 8 - 4, unit(), unit() * 8 - 4);
        for (int i = 0; i < 25; ++i) {
            const auto q = static_cast<std::int64_t>(1 + random.below(1'000'000'000));
            const auto p = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(q)));
            const Reference expected = reference_cubic(ease, p, q);
            const long double error =
                std::fabs(static_cast<long double>(ease_fraction(ease, p, q)) - expected.value);
            ASSERT_LE(error, 3e-6L) << ease.x1 << ' ' << ease.y1 << ' ' << ease.x2 << ' ' << ease.y2
                                    << " at " << p << '/' << q;
            if (expected.slope > 1e-3L) worst_sloped = std::max(worst_sloped, error);
        }
    }
    EXPECT_LE(worst_sloped, 1e-6L);
}

// The flattest curves there are: x(t) has a level tangent in its middle or at an end. There the
// prescribed 48 halvings find t to about 8e-7, and the error is that times dy/dt: the tolerance
// grows with the height of the control points.
TEST(Ease, LevelTangentsStayWithinTheTolerance) {
    for (const double height : {1.0, 4.0}) {
        for (const Ease& ease :
             {cubic(1, height, 0, -height), cubic(0, -height, 0, height), cubic(1, 0, 0, height)}) {
            for (std::int64_t p = 0; p < 2000; ++p) {
                EXPECT_NEAR(ease_fraction(ease, p, 2000),
                            static_cast<double>(reference_cubic(ease, p, 2000).value),
                            3e-6 * height);
            }
        }
    }
}

TEST(Ease, NamedCurvesStartAtZeroAndOvershootIsKept) {
    EXPECT_EQ(ease_fraction(cubic(.25, .1, .25, 1), 0, 7), 0);
    EXPECT_GT(ease_fraction(cubic(.3, 2, .6, 1), 1, 2), 1);
    EXPECT_LT(ease_fraction(cubic(.3, -2, .6, 0), 1, 4), 0);
    EXPECT_EQ(ease_fraction(Ease{.kind = Ease::Kind::linear, .points = {}}, 1, 3), 1.0 / 3.0);
    EXPECT_EQ(ease_fraction(Ease{.kind = Ease::Kind::hold, .points = {}}, 2, 3), 0);
}

TEST(Ease, StepsAreExactAtTheirEdges) {
    for (const int count : {1, 2, 3, 7, 1000}) {
        for (std::int64_t edge = 0; edge < count; ++edge) {
            // Just at, and one unit before, the edge edge/count of a segment whose length no double
            // holds exactly.
            const std::int64_t q = 9'000'000'000'000'000 / count * count;
            const std::int64_t p = q / count * edge;
            const double n = count;
            EXPECT_EQ(ease_fraction(steps(count, StepPosition::jump_end), p, q),
                      static_cast<double>(edge) / n);
            EXPECT_EQ(ease_fraction(steps(count, StepPosition::jump_start), p, q),
                      static_cast<double>(edge + 1) / n);
            EXPECT_EQ(ease_fraction(steps(count, StepPosition::jump_both), p, q),
                      static_cast<double>(edge + 1) / (n + 1));
            if (count > 1) {
                EXPECT_EQ(ease_fraction(steps(count, StepPosition::jump_none), p, q),
                          static_cast<double>(edge) / (n - 1));
            }
            if (edge > 0) {
                EXPECT_EQ(ease_fraction(steps(count, StepPosition::jump_end), p - 1, q),
                          static_cast<double>(edge - 1) / n);
            }
        }
    }
}

TEST(Ease, LinearPointsJumpWhereTwoShareAnInput) {
    Ease ease{.kind = Ease::Kind::points, .points = {{0, 0}, {.5, 1}, {.5, .25}, {1, 1}}};
    EXPECT_EQ(ease_fraction(ease, 1, 4), .5);
    EXPECT_EQ(ease_fraction(ease, 1, 2), .25);
    EXPECT_EQ(ease_fraction(ease, 3, 4), .625);
    ease.points = {{0, .5}, {1, 1}, {1, 2}};
    EXPECT_EQ(ease_fraction(ease, 1, 2), .75);
}

}  // namespace
}  // namespace vistter::ocl
