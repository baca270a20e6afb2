// Timeline documents for tests: built by hand in few words, or at random from a seed.
#pragma once

#include <string>

#include "base/random.hpp"
#include "contract/timeline_document.hpp"

namespace vistter::timeline::test {

inline contract::Cue cue(std::string id, std::int64_t start, std::int64_t duration,
                         contract::CueAction action) {
    contract::Cue made;
    made.cue_id = std::move(id);
    made.start_ms = start;
    made.duration_ms = duration;
    made.action = std::move(action);
    return made;
}

inline contract::CueAction camera(std::string id) {
    return contract::CameraShow{std::move(id), {}};
}

inline contract::CueAction overlay(std::string id, std::string slot) {
    contract::OverlayShow show;
    show.overlay_id = std::move(id);
    show.scene_id = "main";
    show.slot = std::move(slot);
    return show;
}

inline contract::CueTrack track(contract::TrackKind kind, std::vector<contract::Cue> cues,
                                int z = 0) {
    contract::CueTrack made;
    made.track_id = "t";
    made.kind = kind;
    made.z = z;
    made.cues = std::move(cues);
    return made;
}

inline contract::Segment segment(std::string id, std::int64_t duration,
                                 std::vector<contract::CueTrack> tracks) {
    contract::Segment made;
    made.segment_id = std::move(id);
    made.duration_ms = duration;
    made.tracks = std::move(tracks);
    return made;
}

inline contract::TimelineDocument document(std::vector<contract::Segment> segments) {
    contract::TimelineDocument made;
    for (const contract::Segment& each : segments) made.sequence.push_back({each.segment_id, 1});
    made.segments = std::move(segments);
    return made;
}

// A document that is valid by contract D: cues in order without overlap, transitions no longer than
// both cues.
class RandomDocument {
  public:
    explicit RandomDocument(SeededRandom& random) : random_(random) {}

    contract::TimelineDocument make() {
        contract::TimelineDocument made;
        for (std::uint64_t i = 0, n = 1 + below(3); i < n; ++i)
            made.segments.push_back(make_segment(i));
        for (std::uint64_t i = 0, n = 1 + below(4); i < n; ++i) {
            made.sequence.push_back(
                {made.segments[below(made.segments.size())].segment_id, between(1, 4)});
        }
        if (below(3) == 0) made.sequence.back().repeat = std::nullopt;
        made.overlays.push_back(make_overlay());
        return made;
    }

  private:
    std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
    }

    contract::OverlayRef make_overlay() {
        contract::OverlayRef ref;
        ref.overlay_id = "ovl_0";
        contract::OverlayDocument ocl;
        contract::Scene scene;
        scene.scene_id = "main";
        scene.phases.outro_ms = between(0, 300);
        if (below(2) == 0) scene.duration_ms = between(300, 2000);
        ocl.scenes.push_back(scene);
        ref.ocl = ocl;
        return ref;
    }

    std::vector<contract::Cue> make_cues(contract::TrackKind kind, std::int64_t duration,
                                         const std::string& prefix) {
        std::vector<contract::Cue> cues;
        std::int64_t at = below(2) == 0 ? 0 : between(0, duration / 2);
        for (int i = 0; at < duration && cues.size() < 6; ++i) {
            std::int64_t length = std::min(between(1, 900), duration - at);
            contract::Cue made = cue(prefix + std::to_string(i), at, length, contract::Mark{"m"});
            if (kind == contract::TrackKind::video) {
                made.action = below(4) == 0 ? contract::CueAction{contract::SlateShow{"bars", ""}}
                                            : camera("cam_" + std::to_string(below(3)));
                std::int64_t room =
                    std::min(length, cues.empty() ? length : cues.back().duration_ms);
                if (below(2) == 0) {
                    made.transition = {contract::TransitionKind::fade, between(0, room), {}, {}};
                }
            } else if (kind == contract::TrackKind::overlay) {
                made.action = below(4) == 0 ? tokens() : show();
                made.out.kind = std::array{"cut", "scene", "fade"}[below(3)];
                made.out.duration_ms = below(3) == 0 ? 0 : between(1, 400);
            }
            cues.push_back(made);
            at += length + (below(2) == 0 ? 0 : between(1, 400));
        }
        return cues;
    }

    contract::CueAction show() {
        contract::OverlayShow made;
        made.overlay_id = "ovl_" + std::to_string(below(2));
        made.scene_id = "main";
        made.slot = "slot" + std::to_string(below(3));
        made.z = static_cast<int>(below(3));
        if (below(2) == 0) made.tokens["a"] = static_cast<double>(below(3));
        return made;
    }
    contract::CueAction tokens() {
        contract::OverlayTokens made;
        made.overlay_id = "ovl_" + std::to_string(below(2));
        made.tokens["a"] = static_cast<double>(10 + below(3));
        return made;
    }

    contract::Segment make_segment(std::uint64_t number) {
        std::int64_t duration = below(10) == 0 ? between(1, 60) : between(60, 3000);
        contract::Segment made = segment("seg_" + std::to_string(number), duration, {});
        std::string prefix = made.segment_id;
        made.tracks.push_back(track(contract::TrackKind::video,
                                    make_cues(contract::TrackKind::video, duration, prefix + "v")));
        for (std::uint64_t i = 0, n = below(4); i < n; ++i) {
            made.tracks.push_back(track(contract::TrackKind::overlay,
                                        make_cues(contract::TrackKind::overlay, duration,
                                                  prefix + "o" + std::to_string(i) + "_"),
                                        static_cast<int>(below(3)) - 1));
        }
        made.tracks.push_back(
            track(contract::TrackKind::control,
                  make_cues(contract::TrackKind::control, duration, prefix + "c")));
        if (below(4) == 0) made.tracks.back().enabled = false;
        return made;
    }

    SeededRandom& random_;
};

}  // namespace vistter::timeline::test
