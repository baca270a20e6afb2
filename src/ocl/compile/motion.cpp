// Stage 4: named easings become points, named transitions become tracks, and phases an author left
// out get the length of what moves in them.
#include <algorithm>
#include <utility>

#include "ocl/compile/boxes.hpp"
#include "ocl/compile/named_eases.hpp"
#include "ocl/compile/stages.hpp"
#include "ocl/compile/transition_moves.hpp"

namespace vistter::ocl {
namespace {

using contract::AuthoredDocument;
using contract::AuthoredLayer;
using contract::AuthoredScene;
using contract::AuthoredTrack;
using contract::Ease;
using contract::Keyframe;
using contract::Phase;
using contract::Property;
using contract::PropertyValue;

constexpr std::int64_t usual_transition_ms = 500;

Ease ocl_ease(const contract::AuthoredEase& ease, Report& report) {
    if (ease.name.empty()) return ease.ocl;
    Ease made;
    const auto curve = named_curve(ease);
    const auto points = curve ? curve_points(*curve, curve_tolerance) : std::nullopt;
    if (!points) {
        report.error(ErrorCode::OCL_EASE, ease.at,
                     "This motion needs more than 64 points to be true to 1/1000; damp it more.");
        return made;
    }
    made.kind = Ease::Kind::points;
    made.points = *points;
    return made;
}

void eases_of(std::vector<AuthoredLayer>& layers, Report& report) {
    for (AuthoredLayer& layer : layers) {
        for (AuthoredTrack& track : layer.tracks) {
            for (std::size_t i = 0; i < track.keys.size(); ++i) {
                if (track.keys[i].ease)
                    track.track.keyframes[i].ease = ocl_ease(*track.keys[i].ease, report);
            }
        }
        eases_of(layer.layers, report);
    }
}

Ease cubic(double x1, double x2) {
    Ease ease;
    ease.kind = Ease::Kind::cubic;
    ease.x1 = x1;
    ease.y1 = 0;
    ease.x2 = x2;
    ease.y2 = 1;
    return ease;
}

class Transitions {
  public:
    Transitions(AuthoredDocument& document, Report& report)
        : document_(document), report_(report) {}

    void walk(std::vector<AuthoredLayer>& layers, const std::optional<Box>& parent,
              std::int64_t start) {
        Boxes boxes;
        for (AuthoredLayer& layer : layers) {
            const auto area = anchor_area(document_.ocl, layer.ocl, parent, boxes);
            const auto size = own_size(document_.ocl, layer.ocl);
            const auto moved = layer.ocl.props.find(Property::position);
            std::optional<Box> box;
            if (area && size) {
                box = placed_box(layer.ocl, *area, *size,
                                 moved == layer.ocl.props.end()
                                     ? contract::Pair{0, 0}
                                     : std::get<contract::Pair>(moved->second));
            }
            boxes[layer.ocl.layer_id] = box;
            const std::int64_t begin = layer.in ? layer.ocl.in_ms : start;
            if (layer.enter) enter(layer, *layer.enter, box, begin);
            if (layer.leave) leave(layer, *layer.leave, box);
            walk(layer.layers, box ? box : parent, begin);
        }
    }

  private:
    std::int64_t duration(const contract::AuthoredTransition& transition) {
        if (!transition.duration) return usual_transition_ms;
        const auto& rate = *document_.ocl.authored_rate;
        const auto ms = time_ms(*transition.duration, 0, {rate[0], rate[1]});
        if (ms) return *ms;
        report_.error(ms.error().code, transition.duration->at, ms.error().message);
        return usual_transition_ms;
    }

    void enter(AuthoredLayer& layer, const contract::AuthoredTransition& transition,
               const std::optional<Box>& box, std::int64_t begin) {
        const std::int64_t length = duration(transition);
        const Ease ease =
            transition.ease ? ocl_ease(*transition.ease, report_) : cubic(0, 0.58);  // ease-out
        for (const Move& move : moves_in(transition.name, layer, box, canvas_box(document_.ocl)))
            put(layer, transition, move, Phase::body, begin, begin + length, ease);
    }

    // Before a layer's own end where it has one, else when the scene hides.
    void leave(AuthoredLayer& layer, const contract::AuthoredTransition& transition,
               const std::optional<Box>& box) {
        const std::int64_t length = duration(transition);
        const Ease ease =
            transition.ease ? ocl_ease(*transition.ease, report_) : cubic(0.42, 1);  // ease-in
        const bool own = layer.ocl.out_ms.has_value();
        const std::int64_t end = own ? *layer.ocl.out_ms : length;
        if (end - length < 0) {
            return report_.error(ErrorCode::VAL_RANGE, transition.at,
                                 "Takes longer than the layer is there.");
        }
        for (const Move& move : moves_out(transition.name, layer, box, canvas_box(document_.ocl))) {
            if (!move.fault.empty()) {
                report_.error(ErrorCode::OCL_SCHEMA, transition.at, move.fault);
                continue;
            }
            put(layer, transition, move, own ? Phase::body : Phase::outro, end - length, end, ease);
        }
    }

    // One move as two keys; entering and leaving in the body share a track.
    void put(AuthoredLayer& layer, const contract::AuthoredTransition& transition, const Move& move,
             Phase phase, std::int64_t from, std::int64_t to, const Ease& ease) {
        if (move.reveal_direction) layer.ocl.reveal_direction = *move.reveal_direction;
        const auto there =
            std::find_if(layer.tracks.begin(), layer.tracks.end(), [&](const AuthoredTrack& track) {
                return track.track.property == move.property && track.track.phase == phase;
            });
        Ease hold;
        hold.kind = Ease::Kind::hold;
        const std::vector<Keyframe> keys{{from, move.from, ease}, {to, move.to, hold}};
        if (there == layer.tracks.end()) {
            AuthoredTrack made{transition.at, {move.property, phase, {}, keys}, {}};
            layer.tracks.push_back(std::move(made));
            return;
        }
        const bool ours = there->keys.empty();
        if (!ours || there->track.keyframes.back().t_ms > from) {
            return report_.error(
                ErrorCode::OCL_TRACK_DUPLICATE, transition.at,
                ours ? "Begins before the layer has entered."
                     : "The layer has a track of its own for what " + transition.name + " moves.");
        }
        auto& all = there->track.keyframes;
        all.insert(all.end(), keys.begin(), keys.end());
    }

    AuthoredDocument& document_;
    Report& report_;
};

// A scene's own transition moves everything as one: its layers go into a group of the canvas's
// size.
void wrap(AuthoredScene& scene, const AuthoredDocument& document) {
    if (!scene.enter && !scene.leave) return;
    AuthoredLayer group;
    group.at = scene.at;
    group.ocl.kind = contract::LayerKind::group;
    group.ocl.layer_id = "scene.all";
    group.ocl.props[Property::size] =
        contract::Pair{static_cast<double>(document.ocl.canvas_width),
                       static_cast<double>(document.ocl.canvas_height)};
    group.enter = std::exchange(scene.enter, std::nullopt);
    group.leave = std::exchange(scene.leave, std::nullopt);
    group.layers = std::move(scene.layers);
    scene.layers.clear();
    scene.layers.push_back(std::move(group));
}

std::int64_t last_key(const std::vector<AuthoredLayer>& layers, Phase phase) {
    std::int64_t last = 0;
    for (const AuthoredLayer& layer : layers) {
        for (const AuthoredTrack& track : layer.tracks) {
            if (track.track.phase == phase && !track.track.keyframes.empty())
                last = std::max(last, track.track.keyframes.back().t_ms);
        }
        last = std::max(last, last_key(layer.layers, phase));
    }
    return last;
}

}  // namespace

void resolve_eases(AuthoredDocument& document, Report& report) {
    for (AuthoredScene& scene : document.scenes) eases_of(scene.layers, report);
}

void resolve_transitions(AuthoredDocument& document, Report& report) {
    for (AuthoredScene& scene : document.scenes) {
        wrap(scene, document);
        Transitions(document, report).walk(scene.layers, std::nullopt, 0);
    }
}

void resolve_phases(AuthoredDocument& document) {
    for (AuthoredScene& scene : document.scenes) {
        contract::ScenePhases& phases = scene.ocl.phases;
        if (!scene.outro) phases.outro_ms = last_key(scene.layers, Phase::outro);
        if (!scene.intro && phases.body == "hold")
            phases.intro_ms = last_key(scene.layers, Phase::body);
        if (scene.ocl.duration_ms && !scene.outro) {
            const std::int64_t room =
                std::max<std::int64_t>(0, *scene.ocl.duration_ms - phases.intro_ms);
            phases.outro_ms = std::min(phases.outro_ms, room);
        }
    }
}

}  // namespace vistter::ocl
