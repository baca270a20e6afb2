// What one layer of an OCL document shows (contract C.2, C.12): each kind's own members, and what
// any layer may carry.
#include <array>

#include "contract/overlay_rules.hpp"

namespace vistter::contract {
namespace {

using json::Array;
using json::Object;

// Kinds behind a feature, and the files they play.
struct MediaKind {
    std::string_view kind, media;
};
constexpr std::array<MediaKind, 4> media_kinds{{{"svg", "image/svg+xml"},
                                                {"lottie", "application/json video/lottie+json"},
                                                {"video", "video/webm video/quicktime"},
                                                {"image_sequence", picture_media}}};

const MediaKind* media_kind(std::string_view kind) {
    for (const MediaKind& row : media_kinds) {
        if (row.kind == kind) return &row;
    }
    return nullptr;
}

void check_playback(OverlayRules& rules, const Object& layer, const std::string& kind,
                    const std::string& at, std::set<std::string>& images) {
    if (!json::find(layer, "playback")) return;
    const Object& playback = json::object_at(layer, "playback");
    if (kind != "lottie" && kind != "video" && kind != "image_sequence")
        return rules.fault(ErrorCode::OCL_SCHEMA, at, "a layer of kind " + kind + " plays nothing");
    if (kind != "image_sequence") {
        if (json::find(playback, "rate")) {
            rules.fault(ErrorCode::OCL_SCHEMA, at + "/rate",
                        "only an image_sequence is told its rate; this file has its own");
        }
        return;
    }
    const Array& assets = json::array_at(playback, "assets");
    for (std::size_t i = 0; i < assets.size(); ++i) {
        if (!assets[i].is_string()) continue;
        const std::string key(json::view(assets[i].get_string()));
        rules.check_asset(key, picture_media, at + "/assets/" + std::to_string(i));
        images.insert(key);
    }
}

void check_text_member(OverlayRules& rules, const Object& text, const std::string& at) {
    rules.check_text(json::text_at(text, "content"), at + "/content");
    const auto font = json::optional_text_at(text, "font");
    if (font) rules.check_asset(*font, font_media, at + "/font");
    const auto least = json::optional_number_at(text, "min_size_px");
    if (least && *least > json::number_at(text, "size_px", 32))
        rules.fault(ErrorCode::OCL_SCHEMA, at + "/min_size_px", "is above size_px");
}

void check_clip(OverlayRules& rules, const Object& layer, const std::string& at) {
    const Array& inset = json::array_at(json::object_at(layer, "clip"), "inset");
    if (inset.size() != 4) return;
    const auto edge = [&](std::size_t i) { return json::number_of(inset[i]).value_or(0); };
    if (edge(0) + edge(2) >= 1 || edge(1) + edge(3) >= 1)
        rules.fault(ErrorCode::VAL_RANGE, at + "/inset", "the clip leaves nothing");
}

}  // namespace

void check_layer_content(OverlayRules& rules, const Object& layer, const std::string& at,
                         std::set<std::string>& images) {
    const std::string kind = json::text_at(layer, "kind");
    const std::string asset = json::text_at(layer, "asset");
    if (json::text_at(layer, "blend", "normal") != "normal")
        rules.needs_feature("blend.modes", at + "/blend");
    if (kind == "image") {
        rules.check_asset(asset, picture_media, at + "/asset");
        images.insert(asset);
    }
    if (const MediaKind* media = media_kind(kind)) {
        rules.needs_feature("layer." + kind, at + "/kind");
        if (kind != "image_sequence") rules.check_asset(asset, media->media, at + "/asset");
    }
    check_playback(rules, layer, kind, at + "/playback", images);
    if (kind == "text" || kind == "clock")
        check_text_member(rules, json::object_at(layer, "text"), at + "/text");
    check_clip(rules, layer, at + "/clip");
    const std::string rule = json::text_at(json::object_at(layer, "fallback"), "on_missing");
    if (rule.starts_with("asset:")) {
        rules.check_asset(rule.substr(6), picture_media, at + "/fallback/on_missing");
        images.insert(rule.substr(6));
    }
}

}  // namespace vistter::contract
