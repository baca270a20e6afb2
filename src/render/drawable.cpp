// Walks a document for constructs the renderer has no picture for.
#include "render/drawable.hpp"

#include <algorithm>

#include "render/scene_sprites.hpp"

namespace vistter::render {

using contract::Layer;
using contract::LayerKind;
using contract::Property;

namespace {

class Search {
  public:
    void add(const std::string& pointer, const std::string& hint) {
        found_.push_back({.pointer = pointer,
                          .keyword = {},
                          .expected = {},
                          .actual = {},
                          .hint = hint,
                          .code = ErrorCode::OCL_FEATURE_UNSUPPORTED});
    }

    void layer(const Layer& layer, const std::string& pointer) {
        if (layer.kind == LayerKind::group && is_composed(layer)) composed_group(layer, pointer);
        for (std::size_t i = 0; i < layer.layers.size(); ++i)
            this->layer(layer.layers[i], pointer + "/layers/" + std::to_string(i));
    }

    std::vector<ErrorDetail> take() { return std::move(found_); }

  private:
    void composed_group(const Layer& group, const std::string& pointer) {
        const auto refuse = [&](Property property, const std::string& at) {
            if (property == Property::blur)
                add(at, "A group whose children move is not blurred; blur the children.");
            if (property == Property::crop)
                add(at, "A group whose children move is not cropped; clip it.");
        };
        for (const auto& [property, value] : group.props) {
            refuse(property, pointer + "/props/" + (property == Property::blur ? "blur" : "crop"));
        }
        for (std::size_t i = 0; i < group.tracks.size(); ++i)
            refuse(group.tracks[i].property, pointer + "/tracks/" + std::to_string(i));
    }

    std::vector<ErrorDetail> found_;
};

}  // namespace

const std::vector<std::string>& supported_features() {
    static const std::vector<std::string> features{
        "blend.modes",  "effect.blur", "layer.image_sequence", "layer.svg", "mask.alpha",
        "text.complex", "text.rtl"};
    return features;
}

namespace {

bool is_supported(const std::string& feature) {
    const auto& features = supported_features();
    return std::find(features.begin(), features.end(), feature) != features.end();
}

}  // namespace

std::vector<ErrorDetail> find_undrawable(const contract::OverlayDocument& document) {
    Search search;
    for (std::size_t i = 0; i < document.features_required.size(); ++i) {
        const std::string& feature = document.features_required[i];
        if (is_supported(feature)) continue;
        search.add("/features_required/" + std::to_string(i),
                   "The feature " + feature + " is not supported.");
    }
    for (std::size_t s = 0; s < document.scenes.size(); ++s) {
        const std::string scene = "/scenes/" + std::to_string(s);
        for (std::size_t i = 0; i < document.scenes[s].layers.size(); ++i) {
            search.layer(document.scenes[s].layers[i], scene + "/layers/" + std::to_string(i));
        }
    }
    return search.take();
}

std::vector<Error> find_ignored(const contract::OverlayDocument& document) {
    std::vector<Error> found;
    for (std::size_t i = 0; i < document.features_used.size(); ++i) {
        const std::string& feature = document.features_used[i];
        // Tokens of a feature fall back to their defaults; these kinds answer layer by layer.
        if (is_supported(feature) || feature.starts_with("token.") || feature == "layer.lottie" ||
            feature == "layer.video")
            continue;
        found.push_back(fail_at(ErrorCode::OCL_FEATURE_UNSUPPORTED,
                                "/features_used/" + std::to_string(i),
                                "The feature " + feature + " is not drawn."));
    }
    return found;
}

}  // namespace vistter::render
