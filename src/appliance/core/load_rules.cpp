// Walks a timeline document once and notes every reference this appliance cannot keep.
#include "appliance/core/load_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "timeline/plan.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t most_asset_bytes = 512LL * 1024 * 1024;
constexpr std::int64_t disk_reserve_bytes =
    256LL * 1024 * 1024;  // the journal must always find room

// The references of one document, looked up while its cues are walked.
struct Known {
    std::set<std::string> cameras, overlays, asset_ids, asset_hashes;
};

Known known_to(const contract::TimelineLoad& load, Workshop& shop) {
    Known known;
    for (const Camera& camera : shop.cameras.all()) known.cameras.insert(camera.camera_id);
    for (const auto& overlay : load.document.overlays) known.overlays.insert(overlay.overlay_id);
    for (const auto& asset : load.document.assets) {
        known.asset_ids.insert(asset.asset_id);
        known.asset_hashes.insert(asset.sha256);
    }
    return known;
}

void judge_cue(const contract::Cue& cue, const std::string& at, const Known& known,
               Faults& faults) {
    const std::string action = at + "/action";
    if (const auto* show = std::get_if<contract::CameraShow>(&cue.action)) {
        if (!known.cameras.contains(show->camera_id))
            faults.add(ErrorCode::VAL_REFERENCE, action + "/camera_id",
                       "The appliance has no camera " + show->camera_id + "; add it first.");
        if (show->preset_id)
            faults.add(ErrorCode::CAM_PTZ_UNSUPPORTED, action + "/preset_id",
                       "This appliance does not move cameras.");
    } else if (const auto* slate = std::get_if<contract::SlateShow>(&cue.action)) {
        if (!slate->asset_id.empty() && !known.asset_ids.contains(slate->asset_id))
            faults.add(ErrorCode::VAL_REFERENCE, action + "/asset_id",
                       "The assets manifest does not list it.");
    } else if (const auto* overlay = std::get_if<contract::OverlayShow>(&cue.action)) {
        if (!known.overlays.contains(overlay->overlay_id))
            faults.add(ErrorCode::VAL_REFERENCE, action + "/overlay_id",
                       "The load does not bring this overlay.");
    } else if (const auto* tokens = std::get_if<contract::OverlayTokens>(&cue.action)) {
        if (!known.overlays.contains(tokens->overlay_id))
            faults.add(ErrorCode::VAL_REFERENCE, action + "/overlay_id",
                       "The load does not bring this overlay.");
    } else if (const auto* other = std::get_if<contract::UnsupportedAction>(&cue.action)) {
        faults.add(
            ErrorCode::STA_UNSUPPORTED_ACTION, action + "/kind",
            "This appliance does not run " + other->kind +
                " cues; it runs camera.show, slate.show, overlay.show, overlay.tokens and mark.");
    }
}

void judge_overlay(const contract::OverlayRef& overlay, const std::string& at, const Known& known,
                   Library& library, Faults& faults) {
    if (!overlay.ocl) {
        faults.add(ErrorCode::OCL_PACKAGE, at,
                   "This appliance takes overlay documents inline, in the member ocl.");
        return;
    }
    if (library.sha256_hex(overlay.ocl_text) != overlay.doc_sha256)
        faults.add(ErrorCode::AST_HASH, at + "/doc_sha256",
                   "The document does not have this SHA-256.");
    if (overlay.ocl->overlay_id != overlay.overlay_id)
        faults.add(ErrorCode::VAL_REFERENCE, at + "/overlay_id",
                   "The document inside names another overlay.");
    for (const auto& [key, asset] : overlay.ocl->assets) {
        if (!known.asset_hashes.contains(asset.sha256) && !library.has_asset(asset.sha256))
            faults.add(ErrorCode::VAL_REFERENCE, at + "/ocl/assets/" + key,
                       "Neither the assets manifest nor the library has this asset.");
    }
}

void judge_assets(const contract::TimelineLoad& load, Workshop& shop, Faults& faults) {
    std::int64_t to_fetch = 0;
    for (std::size_t i = 0; i < load.document.assets.size(); ++i) {
        const auto& asset = load.document.assets[i];
        const std::string at = fmt::format("/assets_manifest/{}", i);
        if (asset.size_bytes > most_asset_bytes)
            faults.add(ErrorCode::AST_TOO_BIG, at + "/size_bytes",
                       "At most 512 MiB for one asset.");
        if (const Status allowed = shop.downloads.allowed(asset.uri); !allowed)
            faults.add(allowed.error().code, at + "/uri", allowed.error().message);
        if (!shop.library.has_asset(asset.sha256, asset.size_bytes)) to_fetch += asset.size_bytes;
    }
    if (to_fetch > 0 && shop.library.free_bytes() < to_fetch + disk_reserve_bytes)
        faults.add(
            ErrorCode::LIM_STORAGE, "/assets_manifest",
            fmt::format("{} bytes are to be fetched and the disk has no room for them.", to_fetch));
}

}  // namespace

void judge_load(const contract::TimelineLoad& load, Workshop& shop, Faults& faults) {
    const Known known = known_to(load, shop);
    const auto& segments = load.document.segments;
    for (std::size_t s = 0; s < segments.size(); ++s)
        for (std::size_t t = 0; t < segments[s].tracks.size(); ++t)
            for (std::size_t c = 0; c < segments[s].tracks[t].cues.size(); ++c)
                judge_cue(segments[s].tracks[t].cues[c],
                          fmt::format("/segments/{}/tracks/{}/cues/{}", s, t, c), known, faults);
    for (std::size_t i = 0; i < load.document.overlays.size(); ++i)
        judge_overlay(load.document.overlays[i], fmt::format("/overlays/{}", i), known,
                      shop.library, faults);
    judge_assets(load, shop, faults);
    if (!faults.none()) return;
    const auto& programme = shop.settings.programme;
    const auto plan =
        timeline::Plan::compile(load.document, {programme.rate_num, programme.rate_den});
    if (!plan) faults.add(plan.error().code, "/segments", plan.error().message);
}

std::vector<contract::AssetEntry> missing_assets(const contract::TimelineLoad& load,
                                                 Library& library) {
    std::vector<contract::AssetEntry> out;
    std::set<std::string> seen;
    for (const auto& asset : load.document.assets) {
        if (library.has_asset(asset.sha256, asset.size_bytes) || !seen.insert(asset.sha256).second)
            continue;
        out.push_back(asset);
    }
    return out;
}

}  // namespace vistter::appliance
