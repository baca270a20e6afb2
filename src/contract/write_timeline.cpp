// Segments, cues and asset lists as JSON text.
#include <array>

#include "contract/json_text.hpp"
#include "contract/write.hpp"

namespace vistter::contract {
namespace {

constexpr std::array<std::string_view, 4> transition_names{"cut", "fade", "dip", "wipe"};
constexpr std::array<std::string_view, 4> track_names{"video", "overlay", "audio", "control"};

std::string color_text(const Color& color) {
    static constexpr char hex[] = "0123456789abcdef";
    std::string out = "#";
    for (const std::uint8_t part : {color.r, color.g, color.b, color.a}) {
        out += hex[part >> 4];
        out += hex[part & 15];
    }
    return out;
}

std::string transition_text(const Transition& transition) {
    ObjectWriter out;
    out.text("kind", transition_names[static_cast<std::size_t>(transition.kind)])
        .integer("duration_ms", transition.duration_ms);
    if (transition.color) out.text("color", color_text(*transition.color));
    if (!transition.direction.empty()) out.text("direction", transition.direction);
    return out.str();
}

struct ActionText {
    std::string operator()(const CameraShow& show) const {
        ObjectWriter out;
        out.text("kind", "camera.show").text("camera_id", show.camera_id);
        if (show.preset_id) out.text("preset_id", *show.preset_id);
        return out.str();
    }
    std::string operator()(const SlateShow& slate) const {
        ObjectWriter out;
        out.text("kind", "slate.show");
        if (slate.asset_id.empty()) {
            out.text("builtin", slate.builtin);
        } else {
            out.text("asset_id", slate.asset_id);
        }
        return out.str();
    }
    std::string operator()(const OverlayShow& show) const {
        ObjectWriter out;
        out.text("kind", "overlay.show")
            .text("overlay_id", show.overlay_id)
            .text("scene_id", show.scene_id)
            .text("slot", show.slot);
        if (!show.tokens.empty()) out.raw("tokens", tokens_text(show.tokens));
        if (show.z != 0) out.integer("z", show.z);
        return out.str();
    }
    std::string operator()(const OverlayTokens& update) const {
        ObjectWriter out;
        out.text("kind", "overlay.tokens")
            .text("overlay_id", update.overlay_id)
            .raw("tokens", tokens_text(update.tokens));
        return out.str();
    }
    std::string operator()(const Mark& mark) const {
        return ObjectWriter().text("kind", "mark").text("name", mark.name).str();
    }
    std::string operator()(const UnsupportedAction& other) const {
        return other.text.empty() ? ObjectWriter().text("kind", other.kind).str() : other.text;
    }
};

std::string cue_text(const Cue& cue) {
    ObjectWriter out;
    out.text("cue_id", cue.cue_id)
        .integer("start_ms", cue.start_ms)
        .integer("duration_ms", cue.duration_ms)
        .raw("action", std::visit(ActionText{}, cue.action));
    if (cue.transition.kind != TransitionKind::cut)
        out.raw("transition", transition_text(cue.transition));
    if (cue.out.kind != "cut") {
        out.raw("out", ObjectWriter()
                           .text("kind", cue.out.kind)
                           .integer("duration_ms", cue.out.duration_ms)
                           .str());
    }
    return out.text("on_error", cue.on_error).str();
}

std::string track_text(const CueTrack& track) {
    ObjectWriter out;
    out.text("track_id", track.track_id)
        .text("kind", track_names[static_cast<std::size_t>(track.kind)])
        .integer("z", track.z)
        .boolean("enabled", track.enabled)
        .raw("cues", list_text(track.cues, cue_text));
    return out.str();
}

std::string cue_point_text(const CuePoint& point) {
    return ObjectWriter()
        .text("cue_point_id", point.cue_point_id)
        .integer("t_ms", point.t_ms)
        .text("kind", point.kind)
        .str();
}

std::string segment_text(const Segment& segment) {
    ObjectWriter out;
    out.text("segment_id", segment.segment_id)
        .integer("revision", segment.revision)
        .text("name", segment.name)
        .integer("duration_ms", segment.duration_ms)
        .raw("tracks", list_text(segment.tracks, track_text));
    if (!segment.cue_points.empty())
        out.raw("cue_points", list_text(segment.cue_points, cue_point_text));
    return out.text("end_behavior", segment.end_behavior).str();
}

std::string sequence_text(const SequenceItem& item) {
    ObjectWriter out;
    out.text("segment_id", item.segment_id);
    if (item.repeat) {
        out.integer("repeat", *item.repeat);
    } else {
        out.null("repeat");
    }
    return out.str();
}

std::string overlay_text(const OverlayRef& ref) {
    ObjectWriter out;
    out.text("overlay_id", ref.overlay_id)
        .integer("revision", ref.revision)
        .text("doc_sha256", ref.doc_sha256);
    if (!ref.ocl_text.empty()) out.raw("ocl", ref.ocl_text);
    if (ref.ocl_package_uri) out.text("ocl_package_uri", *ref.ocl_package_uri);
    return out.str();
}

std::string asset_text(const AssetEntry& asset) {
    return ObjectWriter()
        .text("asset_id", asset.asset_id)
        .text("uri", asset.uri)
        .text("sha256", asset.sha256)
        .integer("size_bytes", asset.size_bytes)
        .text("media_type", asset.media_type)
        .text("priority", asset.required ? "required" : "optional")
        .str();
}

}  // namespace

std::string tokens_text(const std::map<std::string, TokenValue>& tokens) {
    ObjectWriter out;
    for (const auto& [name, value] : tokens) {
        if (!value) {
            out.null(name);
        } else if (const auto* flag = std::get_if<bool>(&*value)) {
            out.boolean(name, *flag);
        } else if (const auto* number = std::get_if<double>(&*value)) {
            out.number(name, *number);
        } else {
            out.text(name, std::get<std::string>(*value));
        }
    }
    return out.str();
}

void write_timeline(ObjectWriter& out, const TimelineDocument& document) {
    out.raw("segments", list_text(document.segments, segment_text));
    if (!document.sequence.empty())
        out.raw("sequence", list_text(document.sequence, sequence_text));
    out.raw("overlays", list_text(document.overlays, overlay_text))
        .raw("assets_manifest", list_text(document.assets, asset_text));
}

}  // namespace vistter::contract
