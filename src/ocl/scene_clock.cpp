// The scene clock's phases (contract C.3) and the loop mappings, in exact integers.
#include "ocl/scene_clock.hpp"

#include <algorithm>

namespace vistter::ocl {

namespace {

constexpr std::int64_t blend_limit_ms = 150;  // contract C.10, hide during intro

std::int64_t body_time(const contract::Scene& scene, std::int64_t n, std::int64_t num) {
    const auto& phases = scene.phases;
    if (phases.body == "hold") return std::min(n, phases.intro_ms * num);
    if (phases.body == "loop" && phases.body_end_ms) {
        return map_repeat(n, phases.intro_ms, *phases.body_end_ms, num);
    }
    return n;
}

}  // namespace

std::int64_t map_repeat(std::int64_t n, std::int64_t a_ms, std::int64_t b_ms, std::int64_t num) {
    const std::int64_t offset = n - a_ms * num;
    const std::int64_t length = (b_ms - a_ms) * num;
    if (offset < 0 || length <= 0) return n;
    return a_ms * num + offset % length;
}

std::int64_t map_ping_pong(std::int64_t n, std::int64_t a_ms, std::int64_t b_ms, std::int64_t num) {
    const std::int64_t offset = n - a_ms * num;
    const std::int64_t length = (b_ms - a_ms) * num;
    if (offset < 0 || length <= 0) return n;
    const std::int64_t there_and_back = offset % (2 * length);
    return a_ms * num + (there_and_back < length ? there_and_back : 2 * length - there_and_back);
}

ScenePosition locate(const contract::Scene& scene, SceneClock clock, Rate rate) {
    const auto& phases = scene.phases;
    const std::int64_t frame_time = 1000 * rate.den;
    std::int64_t frame = clock.frame;
    std::optional<std::int64_t> outro_frame = clock.outro_frame;
    bool by_itself = false;
    if (scene.duration_ms) {
        const std::int64_t start =
            std::max<std::int64_t>(0, frame_at(*scene.duration_ms - phases.outro_ms, rate));
        if (frame >= start) {
            by_itself = true;
            outro_frame = frame - start + outro_frame.value_or(0);
            frame = start;
        }
    }
    ScenePosition position;
    position.num = rate.num;
    position.body = body_time(scene, frame * frame_time, rate.num);
    if (!outro_frame) return position;
    const std::int64_t outro = *outro_frame * frame_time;
    position.outro = outro;
    position.finished = by_itself
                            ? (frame + *outro_frame) * frame_time >= *scene.duration_ms * rate.num
                            : outro >= phases.outro_ms * rate.num;
    const std::int64_t blend = std::min(phases.outro_ms, blend_limit_ms) * rate.num;
    if (!by_itself && frame * frame_time < phases.intro_ms * rate.num && outro < blend) {
        position.outro_share = static_cast<double>(outro) / static_cast<double>(blend);
    }
    return position;
}

}  // namespace vistter::ocl
