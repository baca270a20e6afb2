// What the topics of an OCL document's meaning share: the document, its assets, tokens and declared
// features, and where faults go. All of it forgives what a schema has refused already: an absent or
// wrong member is no fault here.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "contract/check.hpp"
#include "contract/overlay_document.hpp"

namespace vistter::contract {

class OverlayRules {
  public:
    // `document` and `meaning` outlive this; pointers are into `document`, after `at`.
    OverlayRules(const json::Object& document, std::string at, Meaning& meaning);

    const json::Object& document;
    const std::string at;
    Meaning& meaning;
    const json::Object& assets;
    const json::Object& tokens;
    std::size_t keys = 0;              // keyframes met so far
    std::set<std::string> tokens_met;  // by check_text

    void fault(ErrorCode code, std::string pointer, std::string reason) {
        meaning.fault(code, std::move(pointer), std::move(reason));
    }
    bool declares(const std::string& feature) const { return used_.contains(feature); }
    // A construct at `pointer` that belongs to a feature.
    void needs_feature(const std::string& feature, const std::string& pointer);
    // VAL_DUPLICATE_ID if `ids` holds object[member] already.
    void unique(std::set<std::string>& ids, const json::Object& object, std::string_view member,
                const std::string& pointer);
    // `key` names an asset of a media type that `media` lists, separated by spaces.
    void check_asset(const std::string& key, std::string_view media, const std::string& pointer);
    // References to tokens, and scripts that need a feature, in a text the document gives.
    void check_text(std::string_view text, const std::string& pointer);

  private:
    std::set<std::string> used_;
};

inline constexpr std::string_view picture_media = "image/png image/jpeg image/webp";
inline constexpr std::string_view font_media = "font/ttf font/otf font/woff2";

// visit(object, pointer, index) for every object of `array`.
template <class Visit>
void each_object(const json::Array& array, const std::string& at, Visit visit) {
    for (std::size_t i = 0; i < array.size(); ++i) {
        if (array[i].is_object()) visit(array[i].get_object(), at + "/" + std::to_string(i), i);
    }
}

// Phases, cue points and every layer of one scene.
void check_scene(OverlayRules& rules, const json::Object& scene, const std::string& at);
// What one layer shows: kind, asset, playback, text, clip, blend, fallback. Adds the raster
// pictures it decodes to `images`.
void check_layer_content(OverlayRules& rules, const json::Object& layer, const std::string& at,
                         std::set<std::string>& images);
// A layer's props and tracks.
void check_layer_values(OverlayRules& rules, const json::Object& layer, const std::string& at,
                        std::set<std::string>& images);
// One token's declaration.
void check_token(OverlayRules& rules, const json::Object& token, const std::string& at);
// A layer whose texts met `rules.tokens_met` has a fallback if one of them asks for it.
void check_token_fallbacks(OverlayRules& rules, const json::Object& layer, const std::string& at);
// What a whole document paints at once (OCL_LIMIT), and texts that leave the title area
// (OCL_SAFE_AREA, warnings). Expects a document without a fault.
void check_places(const OverlayDocument& document, const std::string& at, Meaning& meaning);

}  // namespace vistter::contract
