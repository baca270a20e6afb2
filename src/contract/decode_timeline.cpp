// Segments, cues and assets (contract D) from JSON to structs.
#include "contract/decode.hpp"
#include "contract/json_text.hpp"

namespace vistter::contract {
namespace {

using json::Object;
using json::Value;

CueAction decode_action(const Object& action) {
    const std::string kind = json::text_at(action, "kind");
    if (kind == "camera.show") {
        return CameraShow{json::text_at(action, "camera_id"),
                          json::optional_text_at(action, "preset_id")};
    }
    if (kind == "slate.show") {
        SlateShow slate;
        slate.builtin = json::text_at(action, "builtin", slate.builtin);
        slate.asset_id = json::text_at(action, "asset_id");
        return slate;
    }
    if (kind == "overlay.show") {
        OverlayShow show;
        show.overlay_id = json::text_at(action, "overlay_id");
        show.scene_id = json::text_at(action, "scene_id");
        show.slot = json::text_at(action, "slot", show.slot);
        show.tokens = decode_tokens(json::object_at(action, "tokens"));
        show.z = json::clamp_int(json::integer_at(action, "z", 0));
        return show;
    }
    if (kind == "overlay.tokens") {
        return OverlayTokens{json::text_at(action, "overlay_id"),
                             decode_tokens(json::object_at(action, "tokens"))};
    }
    if (kind == "mark") return Mark{json::text_at(action, "name")};
    return UnsupportedAction{kind, boost::json::serialize(action)};
}

Cue decode_cue(const Object& object) {
    Cue cue;
    cue.cue_id = json::text_at(object, "cue_id");
    cue.start_ms = json::integer_at(object, "start_ms", 0);
    cue.duration_ms = json::integer_at(object, "duration_ms", 0);
    cue.action = decode_action(json::object_at(object, "action"));
    cue.transition = decode_transition(json::object_at(object, "transition"));
    const Object& out = json::object_at(object, "out");
    cue.out.kind = json::text_at(out, "kind", cue.out.kind);
    cue.out.duration_ms = json::integer_at(out, "duration_ms", 0);
    cue.on_error = json::text_at(object, "on_error", cue.on_error);
    return cue;
}

TrackKind track_kind(std::string_view kind) {
    if (kind == "overlay") return TrackKind::overlay;
    if (kind == "audio") return TrackKind::audio;
    if (kind == "control") return TrackKind::control;
    return TrackKind::video;
}

CueTrack decode_track(const Object& object) {
    CueTrack track;
    track.track_id = json::text_at(object, "track_id");
    track.kind = track_kind(json::text_at(object, "kind"));
    track.z = json::clamp_int(json::integer_at(object, "z", 0));
    track.enabled = json::boolean_at(object, "enabled", true);
    for (const Value& cue : json::array_at(object, "cues")) {
        if (cue.is_object()) track.cues.push_back(decode_cue(cue.get_object()));
    }
    return track;
}

OverlayRef decode_overlay_ref(const Object& object, std::string_view text, std::size_t index) {
    OverlayRef ref;
    ref.overlay_id = json::text_at(object, "overlay_id");
    ref.revision = json::integer_at(object, "revision", 0);
    ref.doc_sha256 = json::text_at(object, "doc_sha256");
    ref.ocl_package_uri = json::optional_text_at(object, "ocl_package_uri");
    if (json::find(object, "ocl")) {
        ref.ocl = decode_overlay(json::object_at(object, "ocl"));
        const auto inner = text_at_pointer(text, "/overlays/" + std::to_string(index) + "/ocl");
        ref.ocl_text = canonical_text(inner.value_or("{}"));
    }
    return ref;
}

AssetEntry decode_asset(const Object& object) {
    AssetEntry asset;
    asset.asset_id = json::text_at(object, "asset_id");
    asset.uri = json::text_at(object, "uri");
    asset.sha256 = json::text_at(object, "sha256");
    asset.size_bytes = json::integer_at(object, "size_bytes", 0);
    asset.media_type = json::text_at(object, "media_type");
    asset.required = json::text_at(object, "priority", "required") == "required";
    return asset;
}

}  // namespace

Transition decode_transition(const Object& object) {
    Transition transition;
    const std::string kind = json::text_at(object, "kind", "cut");
    if (kind == "fade") transition.kind = TransitionKind::fade;
    if (kind == "dip") transition.kind = TransitionKind::dip;
    if (kind == "wipe") transition.kind = TransitionKind::wipe;
    transition.duration_ms = json::integer_at(object, "duration_ms", 0);
    if (const auto color = json::optional_text_at(object, "color"))
        transition.color = decode_color(*color);
    transition.direction = json::text_at(object, "direction");
    return transition;
}

Segment decode_segment(const Object& object) {
    Segment segment;
    segment.segment_id = json::text_at(object, "segment_id");
    segment.revision = json::integer_at(object, "revision", 1);
    segment.name = json::text_at(object, "name");
    segment.duration_ms = json::integer_at(object, "duration_ms", 0);
    for (const Value& track : json::array_at(object, "tracks")) {
        if (track.is_object()) segment.tracks.push_back(decode_track(track.get_object()));
    }
    for (const Value& value : json::array_at(object, "cue_points")) {
        if (!value.is_object()) continue;
        const Object& point = value.get_object();
        segment.cue_points.push_back({json::text_at(point, "cue_point_id"),
                                      json::integer_at(point, "t_ms", 0),
                                      json::text_at(point, "kind", "marker")});
    }
    segment.end_behavior = json::text_at(object, "end_behavior", segment.end_behavior);
    return segment;
}

TimelineDocument decode_timeline(const Object& body, std::string_view text,
                                 std::string_view assets_member) {
    TimelineDocument document;
    document.name = json::text_at(body, "name");
    for (const Value& segment : json::array_at(body, "segments")) {
        if (segment.is_object()) document.segments.push_back(decode_segment(segment.get_object()));
    }
    for (const Value& value : json::array_at(body, "sequence")) {
        if (!value.is_object()) continue;
        const Object& item = value.get_object();
        const Value* repeat = json::find(item, "repeat");
        document.sequence.push_back(
            {json::text_at(item, "segment_id"),
             repeat ? json::integer_of(*repeat) : std::optional<std::int64_t>(1)});
    }
    if (document.sequence.empty()) {
        for (const Segment& segment : document.segments)
            document.sequence.push_back({segment.segment_id, 1});
    }
    std::size_t index = 0;
    for (const Value& ref : json::array_at(body, "overlays")) {
        if (ref.is_object())
            document.overlays.push_back(decode_overlay_ref(ref.get_object(), text, index));
        ++index;
    }
    for (const Value& asset : json::array_at(body, assets_member)) {
        if (asset.is_object()) document.assets.push_back(decode_asset(asset.get_object()));
    }
    return document;
}

}  // namespace vistter::contract
