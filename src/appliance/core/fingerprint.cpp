// Writes a document's members in a fixed order, each with its length, so that no two documents
// share a text.
#include "appliance/core/fingerprint.hpp"

#include <fmt/format.h>

namespace vistter::appliance {
namespace {

class Text {
  public:
    Text& add(std::string_view value) {
        out_ += fmt::format("{}:{};", value.size(), value);
        return *this;
    }
    Text& add(std::int64_t value) {
        out_ += fmt::format("i{};", value);
        return *this;
    }
    Text& add_token(const contract::TokenValue& value) {
        if (!value) return add("null");
        if (const auto* flag = std::get_if<bool>(&*value)) return add(*flag ? "true" : "false");
        if (const auto* number = std::get_if<double>(&*value))
            return add(fmt::format("n{:a}", *number));
        return add(std::get<std::string>(*value));
    }
    Text& add_tokens(const std::map<std::string, contract::TokenValue>& tokens) {
        add(static_cast<std::int64_t>(tokens.size()));
        for (const auto& [name, value] : tokens) add(name).add_token(value);
        return *this;
    }
    std::string take() { return std::move(out_); }

  private:
    std::string out_;
};

void add_action(Text& text, const contract::CueAction& action) {
    text.add(static_cast<std::int64_t>(action.index()));
    if (const auto* camera = std::get_if<contract::CameraShow>(&action))
        text.add(camera->camera_id).add(camera->preset_id.value_or(""));
    else if (const auto* slate = std::get_if<contract::SlateShow>(&action))
        text.add(slate->builtin).add(slate->asset_id);
    else if (const auto* overlay = std::get_if<contract::OverlayShow>(&action))
        text.add(overlay->overlay_id)
            .add(overlay->scene_id)
            .add(overlay->slot)
            .add_tokens(overlay->tokens)
            .add(overlay->z);
    else if (const auto* tokens = std::get_if<contract::OverlayTokens>(&action))
        text.add(tokens->overlay_id).add_tokens(tokens->tokens);
    else if (const auto* mark = std::get_if<contract::Mark>(&action))
        text.add(mark->name);
    else
        text.add(std::get<contract::UnsupportedAction>(action).kind);
}

void add_cue(Text& text, const contract::Cue& cue) {
    text.add(cue.cue_id).add(cue.start_ms).add(cue.duration_ms);
    add_action(text, cue.action);
    text.add(static_cast<std::int64_t>(cue.transition.kind))
        .add(cue.transition.duration_ms)
        .add(cue.transition.direction);
    if (const auto& color = cue.transition.color)
        text.add(fmt::format("{},{},{},{}", color->r, color->g, color->b, color->a));
    text.add(cue.out.kind).add(cue.out.duration_ms).add(cue.on_error);
}

void add_segment(Text& text, const contract::Segment& segment) {
    text.add(segment.segment_id)
        .add(segment.revision)
        .add(segment.name)
        .add(segment.duration_ms)
        .add(segment.end_behavior);
    text.add(static_cast<std::int64_t>(segment.tracks.size()));
    for (const auto& track : segment.tracks) {
        text.add(track.track_id)
            .add(static_cast<std::int64_t>(track.kind))
            .add(track.z)
            .add(track.enabled ? 1 : 0);
        text.add(static_cast<std::int64_t>(track.cues.size()));
        for (const auto& cue : track.cues) add_cue(text, cue);
    }
    text.add(static_cast<std::int64_t>(segment.cue_points.size()));
    for (const auto& point : segment.cue_points)
        text.add(point.cue_point_id).add(point.t_ms).add(point.kind);
}

}  // namespace

std::string fingerprint_text(const contract::TimelineLoad& load) {
    Text text;
    const auto& document = load.document;
    text.add(load.timeline_id).add(load.segment_version).add(document.name);
    text.add(static_cast<std::int64_t>(document.segments.size()));
    for (const auto& segment : document.segments) add_segment(text, segment);
    text.add(static_cast<std::int64_t>(document.sequence.size()));
    for (const auto& item : document.sequence)
        text.add(item.segment_id).add(item.repeat.value_or(-1));
    text.add(static_cast<std::int64_t>(document.overlays.size()));
    for (const auto& overlay : document.overlays)
        text.add(overlay.overlay_id).add(overlay.revision).add(overlay.doc_sha256);
    text.add(static_cast<std::int64_t>(document.assets.size()));
    for (const auto& asset : document.assets)
        text.add(asset.asset_id)
            .add(asset.sha256)
            .add(asset.size_bytes)
            .add(asset.media_type)
            .add(asset.required ? 1 : 0);
    return text.take();
}

}  // namespace vistter::appliance
