// Stage 7: what a scene needs beyond the core, and what stands in where the target has not got it.
#include <algorithm>
#include <set>

#include "contract/text_scripts.hpp"
#include "ocl/compile/stages.hpp"
#include "ocl/compile/walk.hpp"

namespace vistter::ocl {
namespace {

using contract::AuthoredDocument;
using contract::AuthoredLayer;
using contract::LayerKind;
using contract::Property;

std::string kind_feature(LayerKind kind) {
    if (kind == LayerKind::svg) return "layer.svg";
    if (kind == LayerKind::lottie) return "layer.lottie";
    if (kind == LayerKind::video) return "layer.video";
    return kind == LayerKind::image_sequence ? "layer.image_sequence" : "";
}

bool has_blur(const AuthoredLayer& layer) {
    const auto is_blur = [](const contract::AuthoredTrack& track) {
        return track.track.property == Property::blur;
    };
    return layer.ocl.props.contains(Property::blur) ||
           std::any_of(layer.tracks.begin(), layer.tracks.end(), is_blur);
}

contract::TextScripts scripts_of(AuthoredLayer& layer) {
    contract::TextScripts all;
    each_content(layer, [&](const std::string& content, const std::string&) {
        const auto scripts = contract::scripts_of(content);
        all.rtl |= scripts.rtl;
        all.complex |= scripts.complex;
    });
    return all;
}

class Features {
  public:
    Features(AuthoredDocument& document, const contract::CompileTarget& target, Report& report)
        : document_(document),
          report_(report),
          supported_(target.features.begin(), target.features.end()),
          target_(target.name.empty() ? "the target" : target.name) {}

    void run() {
        for (contract::AuthoredScene& scene : document_.scenes) siblings(scene.layers);
        each_layer_of(document_, [&](AuthoredLayer& layer) { texts(layer); });
        tokens();
        document_.ocl.features_used.assign(used_.begin(), used_.end());
        document_.ocl.features_required.assign(required_.begin(), required_.end());
    }

  private:
    // True if the construct stays. `optional`: something stands in for it.
    bool keep(const std::string& feature, bool optional, const std::string& at,
              const std::string& instead) {
        if (supported_.contains(feature)) {
            used_.insert(feature);
            if (!optional) required_.insert(feature);
            return true;
        }
        if (optional) {
            report_.warning(ErrorCode::OCL_FEATURE_UNSUPPORTED, at,
                            target_ + " has not " + feature + ": " + instead + ".");
        } else {
            report_.error(ErrorCode::OCL_FEATURE_UNSUPPORTED, at,
                          "This needs " + feature + ", which " + target_ + " has not.");
        }
        return false;
    }

    void siblings(std::vector<AuthoredLayer>& layers) {
        std::set<std::string> unused_masks;
        for (AuthoredLayer& layer : layers) {
            if (layer.ocl.mask &&
                !keep("mask.alpha", !layer.essential, layer.at + "/mask", "drawn without mask")) {
                unused_masks.insert(layer.ocl.mask->layer_id);
                layer.ocl.mask.reset();
            }
            content(layer);
            siblings(layer.layers);
        }
        // A mask is not painted itself; without its user it would be.
        for (AuthoredLayer& layer : layers) {
            if (unused_masks.contains(layer.ocl.layer_id)) hide(layer);
        }
    }

    void content(AuthoredLayer& layer) {
        if (layer.ocl.blend != "normal" &&
            !keep("blend.modes", !layer.essential, layer.at + "/blend", "drawn over what is below"))
            layer.ocl.blend = "normal";
        if (has_blur(layer) && !keep("effect.blur", !layer.essential, layer.at, "drawn sharp")) {
            layer.ocl.props.erase(Property::blur);
            std::erase_if(layer.tracks, [](const contract::AuthoredTrack& track) {
                return track.track.property == Property::blur;
            });
        }
        const std::string feature = kind_feature(layer.ocl.kind);
        const bool optional =
            layer.has_fallback && !layer.essential && layer.ocl.on_missing != "fail_scene";
        if (!feature.empty() &&
            !keep(feature, optional, layer.at, "its fallback is taken, " + layer.ocl.on_missing))
            stand_in(layer);
    }

    // The layer's own fallback, decided now instead of on the appliance (contract C.12).
    static void stand_in(AuthoredLayer& layer) {
        layer.ocl.playback = {};
        if (layer.ocl.on_missing.starts_with("asset:")) {
            layer.ocl.kind = LayerKind::image;
            layer.ocl.asset = layer.ocl.on_missing.substr(6);
            return;
        }
        layer.ocl.kind = LayerKind::solid;
        layer.ocl.asset.clear();
        if (layer.ocl.on_missing == "placeholder") {
            layer.ocl.props[Property::fill_color] = contract::Color{128, 128, 128, 255};
        } else {
            hide(layer);
        }
    }

    static void hide(AuthoredLayer& layer) {
        layer.tracks.clear();
        layer.ocl.props[Property::visible] = false;
    }

    void texts(AuthoredLayer& layer) {
        const auto scripts = scripts_of(layer);
        const bool optional = layer.has_fallback && !layer.essential;
        const std::string instead = "the layer is hidden";
        const bool rtl =
            !scripts.rtl || keep("text.rtl", optional, layer.at + "/text/content", instead);
        const bool complex =
            !scripts.complex || keep("text.complex", optional, layer.at + "/text/content", instead);
        if (rtl && complex) return;
        layer.ocl.text.content.clear();
        layer.ocl.props.erase(Property::content);
        hide(layer);
    }

    void tokens() {
        for (auto& [name, token] : document_.ocl.tokens) {
            const std::string at = "/tokens/" + name;
            if (token.type == "image") keep("token.image", false, at, "");
            const auto* text =
                token.default_value ? std::get_if<std::string>(&*token.default_value) : nullptr;
            if (text) {
                const auto scripts = contract::scripts_of(*text);
                if (scripts.rtl) keep("text.rtl", false, at + "/default", "");
                if (scripts.complex) keep("text.complex", false, at + "/default", "");
            }
            if (!token.source.starts_with("feed:")) continue;
            const bool optional = token.default_value || token.on_missing == "hide_layer";
            if (keep("token.feed", optional, at, "the token keeps its default")) continue;
            token.source = "static";
            token.path.clear();
            token.max_age_s.reset();
            token.on_stale = "last";
        }
    }

    AuthoredDocument& document_;
    Report& report_;
    std::set<std::string> supported_;
    std::string target_;
    std::set<std::string> used_, required_;
};

}  // namespace

void resolve_features(AuthoredDocument& document, const contract::CompileTarget& target,
                      Report& report) {
    Features(document, target, report).run();
}

}  // namespace vistter::ocl
