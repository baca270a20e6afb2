// Slots, outros and durations of overlays outside runs.
#include "program/core/overlay_stage.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vistter::program {
namespace {

const contract::Scene* scene_of(const StageShow& show) {
    for (const contract::Scene& scene : show.renderer->document().scenes) {
        if (scene.scene_id == show.scene_id) return &scene;
    }
    return nullptr;
}

void refuse(const std::string& overlay_id, const char* what, std::int64_t frame, Events& out) {
    ipc::OverlayChanged refused;
    refused.overlay_id = overlay_id;
    refused.state = "failed";
    refused.error_code = to_string(ErrorCode::RES_NOT_FOUND);
    refused.error_message =
        fmt::format("overlay {} is not on air outside a run, so it cannot {}", overlay_id, what);
    refused.output_frame = frame;
    out.emplace_back(std::move(refused));
}

}  // namespace

ipc::OverlayChanged overlay_changed(const StageShow& show, const char* state, std::int64_t frame) {
    return {show.overlay_id, show.scene_id, show.slot, {}, {}, state, {}, {}, frame};
}

void OverlayStage::show(StageShow show, std::int64_t frame, Events& out) {
    for (StageItem& item : items_) {
        bool same = item.show.overlay_id == show.overlay_id && item.show.slot == show.slot &&
                    item.show.scene_id == show.scene_id && item.show.sha256 == show.sha256;
        if (!same || item.hide_frame) continue;
        out.emplace_back(
            overlay_changed(show, item.show.tokens == show.tokens ? "shown" : "updated", frame));
        item.show.tokens = std::move(show.tokens);
        std::swap(item.show.renderer, show.renderer);
        retired_.push_back(std::move(show.renderer));
        return;
    }
    make_room(show.slot, frame, out);
    StageItem item;
    const contract::Scene* scene = scene_of(show);
    item.show_frame = frame;
    item.outro_frames = scene == nullptr ? 0 : ocl::frame_at(scene->phases.outro_ms, rate_);
    if (show.duration_ms >= 0) {
        item.gone_frame = frame + ocl::frame_at(show.duration_ms, rate_);
        item.hide_frame = std::max(frame, *item.gone_frame - item.outro_frames);
    } else if (scene != nullptr && scene->duration_ms) {
        item.gone_frame =
            frame + ocl::frame_at(*scene->duration_ms, rate_);  // its outro comes by itself
    }
    out.emplace_back(overlay_changed(show, "shown", frame));
    item.show = std::move(show);
    auto above = std::find_if(items_.begin(), items_.end(),
                              [&](const StageItem& other) { return other.show.z > item.show.z; });
    items_.insert(above, std::move(item));
    list_claims();
}

void OverlayStage::make_room(const std::string& slot, std::int64_t frame, Events& out) {
    std::vector<std::size_t> there;  // oldest last
    for (std::size_t i = 0; i < items_.size(); ++i) {
        if (items_[i].show.slot == slot) there.push_back(i);
    }
    std::sort(there.begin(), there.end(), [&](std::size_t a, std::size_t b) {
        return items_[a].show_frame > items_[b].show_frame;
    });
    if (there.empty()) return;
    leave(items_[there[0]], frame);
    if (there.size() > 1) drop(there.back(), frame, out);
}

void OverlayStage::leave(StageItem& item, std::int64_t frame) const {
    if (item.hide_frame && *item.hide_frame <= frame) return;  // leaving already
    item.hide_frame = frame;
    std::int64_t gone = frame + item.outro_frames;
    item.gone_frame = item.gone_frame ? std::min(*item.gone_frame, gone) : gone;
}

void OverlayStage::drop(std::size_t index, std::int64_t frame, Events& out) {
    out.emplace_back(overlay_changed(items_[index].show, "hidden", frame));
    retired_.push_back(std::move(items_[index].show.renderer));
    items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(index));
    list_claims();
}

void OverlayStage::set_tokens(const std::string& overlay_id, const ocl::Tokens& tokens,
                              std::int64_t frame, Events& out) {
    bool found = false;
    for (StageItem& item : items_) {
        if (item.show.overlay_id != overlay_id || (item.hide_frame && *item.hide_frame <= frame))
            continue;
        item.show.tokens = tokens;
        out.emplace_back(overlay_changed(item.show, "updated", frame));
        found = true;
    }
    if (!found) refuse(overlay_id, "take tokens", frame, out);
}

void OverlayStage::hide(const std::string& overlay_id, const std::string& transition,
                        std::int64_t frame, Events& out) {
    bool found = false;
    for (StageItem& item : items_) {
        if (item.show.overlay_id != overlay_id) continue;
        found = true;
        leave(item, frame);
        if (transition == "cut") item.gone_frame = frame;
    }
    if (!found) refuse(overlay_id, "be hidden", frame, out);
}

bool OverlayStage::has(const std::string& overlay_id) const {
    return std::any_of(items_.begin(), items_.end(),
                       [&](const StageItem& item) { return item.show.overlay_id == overlay_id; });
}

void OverlayStage::step(std::int64_t frame, Events& out) {
    for (std::size_t i = items_.size(); i-- > 0;) {
        if (items_[i].gone_frame && *items_[i].gone_frame <= frame) drop(i, frame, out);
    }
}

ocl::SceneClock OverlayStage::clock_of(const StageItem& item, std::int64_t frame) const {
    if (item.hide_frame && frame >= *item.hide_frame && item.outro_frames > 0) {
        return {*item.hide_frame - item.show_frame, frame - *item.hide_frame};
    }
    return {frame - item.show_frame, std::nullopt};
}

void OverlayStage::list_claims() {
    claimed_.clear();
    for (const StageItem& item : items_) claimed_.push_back(item.show.slot);
}

void OverlayStage::status(std::int64_t frame, Events& out) const {
    for (const StageItem& item : items_)
        out.emplace_back(overlay_changed(item.show, "shown", frame));
}

}  // namespace vistter::program
