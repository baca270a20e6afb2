// The meaning of segments and timelines (contract D): intervals, transitions, references, the asset
// list.
#include <map>
#include <set>

#include "contract/check.hpp"
#include "contract/pointer.hpp"

namespace vistter::contract {
namespace {

using json::Array;
using json::Object;
using json::Value;

template <class Visit>
void each_object(const Array& array, const std::string& at, Visit visit) {
    for (std::size_t i = 0; i < array.size(); ++i) {
        if (array[i].is_object()) visit(array[i].get_object(), at + "/" + std::to_string(i));
    }
}

void unique(std::set<std::string>& ids, const Object& object, std::string_view member,
            const std::string& at, Meaning& meaning) {
    const std::string id = json::text_at(object, member);
    if (ids.insert(id).second) return;
    meaning.fault(ErrorCode::VAL_DUPLICATE_ID, at + "/" + std::string(member),
                  id + " appears twice");
}

bool action_fits(std::string_view action, std::string_view track) {
    if (action.starts_with("overlay.")) return track == "overlay";
    if (action.starts_with("audio.")) return track == "audio";
    if (action == "camera.show" || action == "media.show" || action == "slate.show")
        return track == "video";
    return track == "control";
}

// Where the names lie that cues may use. A segment alone has none of them, so nothing is looked up
// then.
struct Surroundings {
    bool known = false;
    std::map<std::string, const Object*> overlays;  // id -> its entry
    std::set<std::string> assets;
    std::set<std::string> cue_points;
};

class SegmentCheck {
  public:
    SegmentCheck(const Object& segment, std::string at, const Surroundings& around,
                 std::set<std::string>& cues, Meaning& meaning)
        : segment_(segment),
          at_(std::move(at)),
          around_(around),
          cue_ids_(cues),
          meaning_(meaning) {
        duration_ = json::integer_at(segment, "duration_ms", 0);
    }

    void run() {
        std::set<std::string> tracks;
        std::set<std::string> points;
        std::size_t videos = 0;
        each_object(json::array_at(segment_, "cue_points"), at_ + "/cue_points",
                    [&](const Object& point, const std::string& at) {
                        unique(points, point, "cue_point_id", at, meaning_);
                        if (json::integer_at(point, "t_ms", 0) > duration_) {
                            fault(ErrorCode::TML_UNREACHABLE, at + "/t_ms",
                                  "is after the segment's end");
                        }
                    });
        points_ = std::move(points);
        each_object(json::array_at(segment_, "tracks"), at_ + "/tracks",
                    [&](const Object& track, const std::string& at) {
                        unique(tracks, track, "track_id", at, meaning_);
                        const bool video = json::text_at(track, "kind") == "video" &&
                                           json::boolean_at(track, "enabled", true);
                        videos += video ? 1 : 0;
                        check_track(track, at, video);
                    });
        if (videos != 1) {
            fault(ErrorCode::VAL_SCHEMA, at_ + "/tracks",
                  "a segment needs exactly one enabled video track");
        }
        const auto features = json::texts_at(segment_, "requires_features");
        for (std::size_t i = 0; i < features.size(); ++i) {
            fault(ErrorCode::VER_FEATURE_UNSUPPORTED,
                  at_ + "/requires_features/" + std::to_string(i),
                  "no appliance knows the feature " + features[i]);
        }
    }

  private:
    void fault(ErrorCode code, std::string pointer, std::string reason) {
        meaning_.fault(code, std::move(pointer), std::move(reason));
    }

    void check_track(const Object& track, const std::string& at, bool video) {
        const std::string kind = json::text_at(track, "kind");
        std::int64_t end = 0;     // of the cue before
        std::int64_t length = 0;  // of the cue before, 0 after a gap
        bool gap = false;
        each_object(json::array_at(track, "cues"), at + "/cues",
                    [&](const Object& cue, const std::string& cue_at) {
                        const std::int64_t start = json::integer_at(cue, "start_ms", 0);
                        const std::int64_t duration = json::integer_at(cue, "duration_ms", 0);
                        unique(cue_ids_, cue, "cue_id", cue_at, meaning_);
                        if (start < end)
                            fault(ErrorCode::TML_OVERLAP, cue_at + "/start_ms",
                                  "begins before the cue in front ends");
                        gap |= start > end;
                        if (start > end) length = 0;
                        check_extent(start, duration, cue_at);
                        check_transition(cue, kind, duration, length, cue_at);
                        check_action(cue, kind, cue_at + "/action");
                        check_sync(cue, cue_at + "/sync");
                        end = std::max(end, start + duration);
                        length = duration;
                    });
        if (video && (gap || end < duration_)) {
            meaning_.warnings.push_back(
                {ErrorCode::TML_GAP,
                 at,
                 "the video track has gaps; the fallback picture is shown there",
                 {}});
        }
    }

    void check_extent(std::int64_t start, std::int64_t duration, const std::string& at) {
        if (start >= duration_) {
            fault(ErrorCode::TML_UNREACHABLE, at + "/start_ms", "is not before the segment's end");
        } else if (start + duration > duration_) {
            fault(ErrorCode::VAL_RANGE, at + "/duration_ms", "runs over the segment's end");
        }
    }

    void check_transition(const Object& cue, std::string_view track, std::int64_t duration,
                          std::int64_t before, const std::string& at) {
        const Object& transition = json::object_at(cue, "transition");
        const std::string kind = json::text_at(transition, "kind", "cut");
        const std::int64_t length = json::integer_at(transition, "duration_ms", 0);
        const std::string place = at + "/transition/duration_ms";
        if (kind == "cut" && length != 0)
            fault(ErrorCode::TML_TRANSITION, place, "a cut has no duration");
        if (kind != "cut") {
            const std::string where =
                json::find(transition, "duration_ms") ? place : at + "/transition";
            if (track != "video") {
                fault(ErrorCode::TML_TRANSITION, at + "/transition/kind",
                      "only video cues have transitions");
            }
            if (length == 0)
                fault(ErrorCode::TML_TRANSITION, where, "a " + kind + " needs a duration");
            if (length > duration)
                fault(ErrorCode::TML_TRANSITION, where, "is longer than the cue");
            if (before > 0 && length > before) {
                fault(ErrorCode::TML_TRANSITION, where, "is longer than the cue it leaves");
            }
        }
        const Object& out = json::object_at(cue, "out");
        if (json::integer_at(out, "duration_ms", 0) > duration) {
            fault(ErrorCode::TML_TRANSITION, at + "/out/duration_ms", "is longer than the cue");
        }
    }

    void check_action(const Object& cue, std::string_view track, const std::string& at) {
        const Object& action = json::object_at(cue, "action");
        const std::string kind = json::text_at(action, "kind");
        if (kind == "branch") {
            fault(ErrorCode::VER_FEATURE_UNSUPPORTED, at + "/kind",
                  "branch needs segment.branch, which is off in 1.0");
        } else if (!action_fits(kind, track)) {
            fault(ErrorCode::VAL_ENUM, at + "/kind",
                  kind + " has no place on a track of kind " + std::string(track));
        }
        if (!around_.known) return;
        if (const auto asset = json::optional_text_at(action, "asset_id")) {
            if (!around_.assets.contains(*asset)) {
                fault(ErrorCode::VAL_REFERENCE, at + "/asset_id",
                      *asset + " is not in the asset list");
            }
        }
        if (const auto overlay = json::optional_text_at(action, "overlay_id"))
            check_overlay_use(action, *overlay, at);
    }

    void check_overlay_use(const Object& action, const std::string& overlay_id,
                           const std::string& at) {
        const auto entry = around_.overlays.find(overlay_id);
        if (entry == around_.overlays.end()) {
            return fault(ErrorCode::VAL_REFERENCE, at + "/overlay_id",
                         overlay_id + " is not in the overlay list");
        }
        const Object& document = json::object_at(*entry->second, "ocl");
        if (document.empty()) return;  // held or packaged: judged when it is there
        if (const auto scene_id = json::optional_text_at(action, "scene_id")) {
            bool found = false;
            for (const Value& scene : json::array_at(document, "scenes")) {
                found |=
                    scene.is_object() && json::text_at(scene.get_object(), "scene_id") == *scene_id;
            }
            if (!found) {
                fault(ErrorCode::VAL_REFERENCE, at + "/scene_id",
                      overlay_id + " has no scene " + *scene_id);
            }
        }
        const Object& declared = json::object_at(document, "tokens");
        for (const auto& token : json::object_at(action, "tokens")) {
            const std::string_view name(token.key().data(), token.key().size());
            if (!json::find(declared, name)) {
                fault(ErrorCode::OCL_TOKEN, at + "/tokens/" + pointer_step(name),
                      "is not declared in " + overlay_id);
            }
        }
    }

    void check_sync(const Object& cue, const std::string& at) {
        if (!json::find(cue, "sync")) return;
        const Object& sync = json::object_at(cue, "sync");
        const Object& target = json::object_at(sync, "target");
        const std::string kind = json::text_at(sync, "for");
        const auto needs = [&](std::string_view member) {
            if (json::find(target, member)) return;
            fault(ErrorCode::TML_SYNC, json::find(sync, "target") ? at + "/target" : at,
                  "waiting for " + kind + " needs target." + std::string(member));
        };
        if (kind == "preset") {
            needs("camera_id");
            needs("preset_id");
        } else if (kind == "cue_point") {
            needs("cue_point_id");
            const std::string id = json::text_at(target, "cue_point_id");
            if (!id.empty() && !points_.contains(id) && !around_.cue_points.contains(id)) {
                fault(ErrorCode::TML_CUE_UNKNOWN, at + "/target/cue_point_id",
                      "there is no cue point " + id);
            }
        }
    }

    const Object& segment_;
    std::string at_;
    const Surroundings& around_;
    std::set<std::string>& cue_ids_;
    Meaning& meaning_;
    std::set<std::string> points_;
    std::int64_t duration_ = 0;
};

void collect_cue_points(const Object& holder, std::set<std::string>& ids) {
    each_object(json::array_at(holder, "cue_points"), "",
                [&](const Object& point, const std::string&) {
                    ids.insert(json::text_at(point, "cue_point_id"));
                });
}

Surroundings surroundings_of(const Object& document, std::string_view assets_member) {
    Surroundings around;
    around.known = true;
    each_object(json::array_at(document, "overlays"), "",
                [&](const Object& entry, const std::string&) {
                    around.overlays.emplace(json::text_at(entry, "overlay_id"), &entry);
                    each_object(json::array_at(json::object_at(entry, "ocl"), "scenes"), "",
                                [&](const Object& scene, const std::string&) {
                                    collect_cue_points(scene, around.cue_points);
                                });
                });
    each_object(json::array_at(document, assets_member), "",
                [&](const Object& asset, const std::string&) {
                    around.assets.insert(json::text_at(asset, "asset_id"));
                    each_object(json::array_at(asset, "marks"), "",
                                [&](const Object& mark, const std::string&) {
                                    around.cue_points.insert(json::text_at(mark, "cue_point_id"));
                                });
                });
    each_object(json::array_at(document, "segments"), "",
                [&](const Object& segment, const std::string&) {
                    collect_cue_points(segment, around.cue_points);
                });
    return around;
}

// The assets of an inline overlay must be in the list with the same hash: complete means complete.
void check_overlay_assets(const Object& overlay, const std::map<std::string, std::string>& listed,
                          const std::string& at, Meaning& meaning) {
    for (const auto& member : json::object_at(overlay, "assets")) {
        if (!member.value().is_object()) continue;
        const Object& asset = member.value().get_object();
        const std::string place =
            at + "/assets/" + pointer_step({member.key().data(), member.key().size()});
        const auto entry = listed.find(json::text_at(asset, "asset_id"));
        if (entry == listed.end()) {
            meaning.fault(ErrorCode::VAL_REFERENCE, place + "/asset_id",
                          json::text_at(asset, "asset_id") + " is not in the asset list");
        } else if (entry->second != json::text_at(asset, "sha256")) {
            meaning.fault(ErrorCode::VAL_REFERENCE, place + "/sha256",
                          "differs from the asset list's");
        }
    }
}

void check_overlays(const Object& document, const std::map<std::string, std::string>& listed,
                    Meaning& meaning) {
    std::set<std::string> ids;
    each_object(
        json::array_at(document, "overlays"), "/overlays",
        [&](const Object& entry, const std::string& at) {
            unique(ids, entry, "overlay_id", at, meaning);
            if (!json::find(entry, "ocl")) return;
            const Object& overlay = json::object_at(entry, "ocl");
            if (json::find(entry, "ocl_package_uri")) {
                meaning.fault(ErrorCode::VAL_SCHEMA, at, "has both ocl and ocl_package_uri");
            }
            if (json::text_at(overlay, "overlay_id") != json::text_at(entry, "overlay_id")) {
                meaning.fault(ErrorCode::VAL_REFERENCE, at + "/ocl/overlay_id",
                              "is not the entry's overlay_id");
            }
            if (json::integer_at(overlay, "revision", 0) !=
                json::integer_at(entry, "revision", 0)) {
                meaning.fault(ErrorCode::VAL_REFERENCE, at + "/ocl/revision",
                              "is not the entry's revision");
            }
            check_overlay(overlay, at + "/ocl", meaning);
            check_overlay_assets(overlay, listed, at + "/ocl", meaning);
        });
}

void check_sequence(const Object& document, const std::set<std::string>& segments,
                    Meaning& meaning) {
    const Array& sequence = json::array_at(document, "sequence");
    for (std::size_t i = 0; i < sequence.size(); ++i) {
        if (!sequence[i].is_object()) continue;
        const Object& item = sequence[i].get_object();
        const std::string at = "/sequence/" + std::to_string(i);
        const std::string id = json::text_at(item, "segment_id");
        if (!segments.contains(id)) {
            meaning.fault(ErrorCode::VAL_REFERENCE, at + "/segment_id",
                          "there is no segment " + id);
        }
        const Value* repeat = json::find(item, "repeat");
        if (repeat && repeat->is_null() && i + 1 < sequence.size()) {
            meaning.fault(ErrorCode::TML_LOOP, at + "/repeat",
                          "only the last item may repeat for ever");
        }
    }
}

void check_fallbacks(const Object& document, const Surroundings& around, Meaning& meaning) {
    const Object& fallbacks = json::object_at(document, "fallbacks");
    const Array& video = json::array_at(fallbacks, "video");
    if (video.empty()) return;
    each_object(video, "/fallbacks/video", [&](const Object& entry, const std::string& at) {
        const auto asset = json::optional_text_at(entry, "asset_id");
        if (asset && !around.assets.contains(*asset)) {
            meaning.fault(ErrorCode::VAL_REFERENCE, at + "/asset_id",
                          *asset + " is not in the asset list");
        }
    });
    const Value& last = video[video.size() - 1];
    const std::string kind = last.is_object() ? json::text_at(last.get_object(), "kind") : "";
    if (kind != "slate" && kind != "last_frame") {
        meaning.fault(ErrorCode::VAL_SCHEMA,
                      "/fallbacks/video/" + std::to_string(video.size() - 1) + "/kind",
                      "the last fallback must be slate or last_frame");
    }
}

}  // namespace

void check_segment(const Object& segment, const std::string& at, Meaning& meaning) {
    const Surroundings nothing;
    std::set<std::string> cues;
    SegmentCheck(segment, at, nothing, cues, meaning).run();
}

void check_timeline(const Object& document, std::string_view assets_member, Meaning& meaning) {
    const Surroundings around = surroundings_of(document, assets_member);
    std::set<std::string> segments;
    std::set<std::string> cues;
    each_object(json::array_at(document, "segments"), "/segments",
                [&](const Object& segment, const std::string& at) {
                    unique(segments, segment, "segment_id", at, meaning);
                    SegmentCheck(segment, at, around, cues, meaning).run();
                });
    std::set<std::string> assets;
    std::map<std::string, std::string> listed;
    const std::string assets_at = "/" + std::string(assets_member);
    each_object(json::array_at(document, assets_member), assets_at,
                [&](const Object& asset, const std::string& at) {
                    unique(assets, asset, "asset_id", at, meaning);
                    listed.emplace(json::text_at(asset, "asset_id"),
                                   json::text_at(asset, "sha256"));
                    const auto other = json::optional_text_at(asset, "fallback_asset_id");
                    if (other && !around.assets.contains(*other)) {
                        meaning.fault(ErrorCode::VAL_REFERENCE, at + "/fallback_asset_id",
                                      *other + " is not in the asset list");
                    }
                });
    check_overlays(document, listed, meaning);
    if (json::find(document, "segments")) check_sequence(document, segments, meaning);
    const Object& loop = json::object_at(document, "loop");
    if (json::text_at(loop, "mode") == "count" && !json::find(loop, "count")) {
        meaning.fault(ErrorCode::TML_LOOP, "/loop", "mode count needs a count");
    }
    check_fallbacks(document, around, meaning);
}

}  // namespace vistter::contract
