// Walks a document for constructs the renderer has no picture for.
#include "render/drawable.hpp"

#include <algorithm>

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

    void layer(const Layer& layer, const std::string& pointer, bool inside_group) {
        // The kinds behind features (svg, lottie, video, image_sequence) are read as groups without
        // layers.
        if (layer.kind == LayerKind::group && layer.layers.empty()) {
            add(pointer, "This kind of layer is not drawn, or the group is empty.");
        }
        if (layer.props.contains(Property::blur))
            add(pointer + "/props/blur", "Blur is not drawn.");
        for (std::size_t i = 0; i < layer.tracks.size(); ++i) {
            const std::string at = pointer + "/tracks/" + std::to_string(i);
            if (layer.tracks[i].property == Property::blur) add(at, "Blur is not drawn.");
            if (inside_group) add(at, "Layers inside a group must stand still; animate the group.");
        }
        if (inside_group && (layer.in_ms != 0 || layer.out_ms)) {
            add(pointer,
                "Layers inside a group must be there as long as the group; use in_ms and out_ms on "
                "the group.");
        }
        if (inside_group && layer.props.contains(Property::reveal)) {
            add(pointer + "/props/reveal", "Inside a group nothing is revealed; reveal the group.");
        }
        for (std::size_t i = 0; i < layer.layers.size(); ++i) {
            this->layer(layer.layers[i], pointer + "/layers/" + std::to_string(i), true);
        }
    }

    std::vector<ErrorDetail> take() { return std::move(found_); }

  private:
    std::vector<ErrorDetail> found_;
};

}  // namespace

const std::vector<std::string>& supported_features() {
    static const std::vector<std::string> features{"text.complex", "text.rtl"};
    return features;
}

namespace {

bool is_supported(const std::string& feature) {
    const auto& features = supported_features();
    return std::find(features.begin(), features.end(), feature) != features.end();
}

// Tokens of a feature fall back to their defaults (contract C.12); whatever else a feature adds
// would be missing from the picture.
bool may_be_ignored(const std::string& feature) {
    return feature.starts_with("token.");
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
    for (std::size_t i = 0; i < document.features_used.size(); ++i) {
        const std::string& feature = document.features_used[i];
        if (is_supported(feature) || may_be_ignored(feature)) continue;
        search.add("/features_used/" + std::to_string(i),
                   "The feature " + feature + " is not drawn.");
    }
    for (std::size_t s = 0; s < document.scenes.size(); ++s) {
        const std::string scene = "/scenes/" + std::to_string(s);
        for (std::size_t i = 0; i < document.scenes[s].layers.size(); ++i) {
            search.layer(document.scenes[s].layers[i], scene + "/layers/" + std::to_string(i),
                         false);
        }
    }
    return search.take();
}

}  // namespace vistter::render
