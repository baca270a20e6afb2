// Stage 4 of the compiler: named easings as points, named transitions as tracks.
#include <cmath>
#include <numbers>

#include "ocl/compile/named_eases.hpp"
#include "ocl/compile_kit.hpp"

namespace vistter::ocl {
namespace {

using contract::Pair;
using contract::Phase;
using contract::Property;
using contract::PropertyTrack;
using namespace test;

double on_points(const std::vector<std::pair<double, double>>& points, double p) {
    for (std::size_t i = 1; i < points.size(); ++i) {
        if (p > points[i].first) continue;
        const auto& [in, out] = points[i - 1];
        return out + (p - in) / (points[i].first - in) * (points[i].second - out);
    }
    return points.back().second;
}

contract::AuthoredEase named(const std::string& name, double stiffness = 100, double damping = 10,
                             double velocity = 0) {
    contract::AuthoredEase ease;
    ease.name = name;
    ease.spring.stiffness = stiffness;
    ease.spring.damping = damping;
    ease.spring.velocity = velocity;
    return ease;
}

// Contract C.15 stage 4, on a grid the points were not made on.
void expect_true_to_curve(const contract::AuthoredEase& ease) {
    const auto curve = named_curve(ease);
    ASSERT_TRUE(curve.has_value()) << ease.name;
    const auto points = curve_points(*curve, curve_tolerance);
    ASSERT_TRUE(points.has_value()) << ease.name << " c=" << ease.spring.damping;
    EXPECT_LE(points->size(), 64u);
    EXPECT_EQ(points->front(), std::pair(0.0, 0.0));
    EXPECT_EQ(points->back(), std::pair(1.0, 1.0));
    double worst = 0;
    for (int i = 0; i <= 99'991; ++i) {
        const double p = i / 99'991.0;
        worst = std::max(worst, std::abs(on_points(*points, p) - (*curve)(p)));
    }
    EXPECT_LE(worst, 1e-3) << ease.name << " c=" << ease.spring.damping;
}

TEST(NamedEases, every_name_is_within_a_thousandth_of_its_closed_form) {
    for (const char* family : {"back", "bounce", "elastic"}) {
        for (const char* way : {"-in", "-out", "-in-out"})
            expect_true_to_curve(named(std::string(family) + way));
    }
}

// Under-damped, critical and over-damped, at rest and pushed.
TEST(NamedEases, springs_are_within_a_thousandth_of_the_damped_oscillator) {
    for (const double damping : {7.0, 8.0, 10.0, 14.0, 19.0, 20.0, 21.0, 40.0, 100.0}) {
        for (const double velocity : {-2.0, 0.0, 3.0})
            expect_true_to_curve(named("spring", 100, damping, velocity));
    }
}

// The closed form again, by another road: small steps of m x'' + c x' + k x = 0.
TEST(NamedEases, the_spring_is_the_one_of_the_differential_equation) {
    for (const double damping : {8.0, 20.0, 45.0}) {
        const auto curve = named_curve(named("spring", 100, damping));
        double x = 1, v = 0, time_of_rest = 0;
        constexpr double dt = 1e-6;
        std::vector<double> way;
        for (int i = 0; i < 12'000'000; ++i) {
            v += (-100 * x - damping * v) * dt;
            x += v * dt;
            if (i % 1'000 == 999) way.push_back(1 - x);
            if (std::abs(x) > curve_tolerance / 2) time_of_rest = (i + 1) * dt;
        }
        for (double p = 0.05; p < 1; p += 0.05) {
            const auto at = static_cast<std::size_t>(p * time_of_rest * 1'000);
            ASSERT_LT(at, way.size());
            EXPECT_NEAR((*curve)(p), way[at], 0.02) << damping << " at " << p;
        }
    }
}

TEST(NamedEases, landmarks_of_the_named_curves) {
    const auto at = [](const char* name, double p) { return (*named_curve(named(name)))(p); };
    EXPECT_NEAR(at("bounce-out", 1 / 2.75), 1, 1e-12);
    EXPECT_NEAR(at("bounce-out", 1.5 / 2.75), 0.75, 1e-12);
    EXPECT_NEAR(at("back-in", 0.5), -0.0876975, 1e-7);
    EXPECT_NEAR(at("back-in-out", 0.5), 0.5, 1e-12);
    EXPECT_NEAR(at("elastic-out", 0.075), 1, 1e-9);
    EXPECT_FALSE(named_curve(named("wobble-out")).has_value());
    EXPECT_FALSE(named_curve(named("back-sideways")).has_value());
}

TEST(NamedEases, a_spring_that_swings_too_long_is_refused_not_blurred) {
    EXPECT_EQ(only_error(compiled(scene_text(
                  R"({"layer_id":"a","kind":"solid","tracks":[{"property":"opacity","keyframes":[
                      {"t":0,"value":0,"ease":{"spring":{"damping":0.5}}},{"t":"1s","value":1}]}]})"))),
              "OCL_EASE /scenes/0/layers/0/tracks/0/keyframes/0/ease");
}

const PropertyTrack& track(const contract::Layer& layer, Property property,
                           Phase phase = Phase::body) {
    for (const PropertyTrack& one : layer.tracks) {
        if (one.property == property && one.phase == phase) return one;
    }
    throw std::runtime_error("no such track");
}

contract::Layer moved(const std::string& members) {
    return layers_of(
               scene_text(
                   R"({"layer_id":"a","kind":"solid","props":{"size":[100,50],"position":[200,300],
                   "opacity":0.8,"scale":[2,3]},)" +
                   members + "}"))
        .at(0);
}

TEST(Transitions, fade_in_and_out) {
    const auto layer = moved(R"("in":"0.4s","enter":{"name":"fade","duration":"0.2s"},
                                "leave":{"name":"fade","duration":"5f","ease":"linear"})");
    const auto& in = track(layer, Property::opacity).keyframes;
    EXPECT_EQ(in.at(0).t_ms, 400);
    EXPECT_EQ(in.at(1).t_ms, 600);
    EXPECT_EQ(std::get<double>(in.at(0).value), 0);
    EXPECT_EQ(std::get<double>(in.at(1).value), 0.8);
    EXPECT_EQ(in.at(0).ease.kind, contract::Ease::Kind::cubic);
    const auto& out = track(layer, Property::opacity, Phase::outro).keyframes;
    EXPECT_EQ(out.at(0).t_ms, 0);
    EXPECT_EQ(out.at(1).t_ms, 200);
    EXPECT_EQ(std::get<double>(out.at(1).value), 0);
    EXPECT_EQ(out.at(0).ease.kind, contract::Ease::Kind::linear);
}

TEST(Transitions, a_layer_with_an_end_of_its_own_leaves_before_it) {
    const auto layer = moved(R"("out":"4s","enter":"fade","leave":"fade")");
    const auto& keys = track(layer, Property::opacity).keyframes;
    ASSERT_EQ(keys.size(), 4u);
    EXPECT_EQ(keys.at(1).t_ms, 500);
    EXPECT_EQ(keys.at(2).t_ms, 3'500);
    EXPECT_EQ(keys.at(3).t_ms, 4'000);
}

TEST(Transitions, slides_come_from_just_outside_the_canvas) {
    const auto from = [](const std::string& name) {
        const auto layer = moved(R"("enter":")" + name + "\"");
        return std::get<Pair>(track(layer, Property::position).keyframes.at(0).value);
    };
    EXPECT_EQ(from("slide_right"), (Pair{-100, 300}));
    EXPECT_EQ(from("slide_left"), (Pair{1920, 300}));
    EXPECT_EQ(from("slide_down"), (Pair{200, -50}));
    EXPECT_EQ(from("slide_up"), (Pair{200, 1080}));
    const auto layer = moved(R"("leave":"slide_right")");
    const auto& out = track(layer, Property::position, Phase::outro).keyframes;
    EXPECT_EQ(std::get<Pair>(out.at(0).value), (Pair{200, 300}));
    EXPECT_EQ(std::get<Pair>(out.at(1).value), (Pair{1920, 300}));
}

TEST(Transitions, wipes_move_the_edge_one_way_and_back) {
    const auto layer = moved(R"("enter":"wipe_right","leave":"wipe_left")");
    EXPECT_EQ(layer.reveal_direction, "right");
    EXPECT_EQ(std::get<double>(track(layer, Property::reveal).keyframes.at(0).value), 0);
    EXPECT_EQ(std::get<double>(track(layer, Property::reveal, Phase::outro).keyframes.at(1).value),
              0);
    EXPECT_EQ(only_error(compiled(scene_text(
                  R"({"layer_id":"a","kind":"solid","enter":"wipe_right","leave":"wipe_up"})"))),
              "OCL_SCHEMA /scenes/0/layers/0/leave");
}

TEST(Transitions, scales_and_zooms_end_at_the_layers_own_scale) {
    const auto scale = moved(R"("enter":"scale_in","leave":"scale_out")");
    EXPECT_EQ(std::get<Pair>(track(scale, Property::scale).keyframes.at(0).value), (Pair{0, 0}));
    EXPECT_EQ(std::get<Pair>(track(scale, Property::scale).keyframes.at(1).value), (Pair{2, 3}));
    const auto zoom = moved(R"("enter":"zoom_out","leave":"zoom_in")");
    EXPECT_EQ(std::get<Pair>(track(zoom, Property::scale).keyframes.at(0).value), (Pair{3, 4.5}));
    EXPECT_EQ(std::get<double>(track(zoom, Property::opacity).keyframes.at(0).value), 0);
    EXPECT_EQ(std::get<Pair>(track(zoom, Property::scale, Phase::outro).keyframes.at(1).value),
              (Pair{3, 4.5}));
    EXPECT_TRUE(moved(R"("enter":"cut","leave":"cut")").tracks.empty());
}

TEST(Transitions, a_track_of_the_authors_own_is_not_overwritten) {
    EXPECT_EQ(only_error(compiled(scene_text(
                  R"({"layer_id":"a","kind":"solid","enter":"fade","tracks":[
                      {"property":"opacity","keyframes":[{"t":0,"value":1}]}]})"))),
              "OCL_TRACK_DUPLICATE /scenes/0/layers/0/enter");
}

TEST(Transitions, a_scene_moves_as_one) {
    const Compiled made = compiled(scene_text(R"({"layer_id":"a","kind":"solid"},
                                                 {"layer_id":"b","kind":"solid"})",
                                              "", R"("phases":{"body":"hold"},"enter":"fade",
                                              "leave":{"name":"slide_down","duration":"1s"},)"));
    ASSERT_FALSE(made.report.failed()) << told(made);
    const contract::Scene& scene = made.document.scenes.front();
    ASSERT_EQ(scene.layers.size(), 1u);
    EXPECT_EQ(scene.layers[0].kind, contract::LayerKind::group);
    EXPECT_EQ(scene.layers[0].layers.size(), 2u);
    // Phases nobody gave hold what moves in them.
    EXPECT_EQ(scene.phases.intro_ms, 500);
    EXPECT_EQ(scene.phases.outro_ms, 1'000);
}

}  // namespace
}  // namespace vistter::ocl
