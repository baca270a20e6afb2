// Stage 6: assets by content, and only those somebody uses.
#include <set>

#include "ocl/compile/stages.hpp"
#include "ocl/compile/walk.hpp"

namespace vistter::ocl {
namespace {

std::set<std::string> used_assets(const contract::AuthoredDocument& document) {
    std::set<std::string> used{document.ocl.fallbacks.image};
    each_layer_of(document, [&](const contract::AuthoredLayer& layer) {
        used.insert(layer.ocl.asset);
        used.insert(layer.ocl.text.font);
        used.insert(layer.ocl.playback.assets.begin(), layer.ocl.playback.assets.end());
        if (layer.ocl.on_missing.starts_with("asset:")) used.insert(layer.ocl.on_missing.substr(6));
        const auto still = layer.ocl.props.find(contract::Property::asset);
        if (still != layer.ocl.props.end()) used.insert(std::get<std::string>(still->second));
        for (const contract::AuthoredTrack& track : layer.tracks) {
            if (track.track.property != contract::Property::asset) continue;
            for (const contract::Keyframe& key : track.track.keyframes)
                used.insert(std::get<std::string>(key.value));
        }
    });
    for (const auto& [name, token] : document.ocl.tokens) {
        const auto* text =
            token.default_value ? std::get_if<std::string>(&*token.default_value) : nullptr;
        if (token.type == "image" && text) used.insert(*text);
    }
    return used;
}

// What the file says wins only where the author said nothing; a contradiction is the author's.
void take_facts(contract::OverlayAsset& asset, const AssetFacts& facts, const std::string& at,
                Report& report) {
    if (!asset.sha256.empty() && asset.sha256 != facts.sha256) {
        report.error(ErrorCode::AST_HASH, at + "/sha256",
                     "The file has another hash than the scene says.");
    }
    asset.sha256 = facts.sha256;
    asset.size_bytes = facts.size_bytes;
    if (asset.width == 0) asset.width = facts.width;
    if (asset.height == 0) asset.height = facts.height;
}

}  // namespace

void resolve_assets(contract::AuthoredDocument& document,
                    const std::map<std::string, AssetFacts>& facts, Report& report) {
    for (const auto& [key, file] : document.asset_files) {
        contract::OverlayAsset& asset = document.ocl.assets.at(key);
        const auto known = facts.find(key);
        if (known != facts.end()) {
            take_facts(asset, known->second, "/assets/" + key, report);
        } else if (asset.sha256.empty()) {
            report.error(ErrorCode::AST_FETCH, "/assets/" + key + "/file",
                         "The file " + file + " was not given to the compiler.");
        }
    }
}

void drop_unused_assets(contract::AuthoredDocument& document, Report& report) {
    const std::set<std::string> used = used_assets(document);
    std::erase_if(document.ocl.assets, [&](const auto& entry) {
        if (used.contains(entry.first)) return false;
        report.note(ErrorCode::OCL_REFERENCE, "/assets/" + entry.first,
                    "No layer uses this asset; it is left out.");
        return true;
    });
}

}  // namespace vistter::ocl
