// Overlays shown outside any run: who holds which slot, and each one's scene clock (contract C.10).
// Pure decisions; the tick thread owns it and calls it in frame order.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ipc/messages.hpp"
#include "program/core/run_board.hpp"
#include "render/overlay_renderer.hpp"

namespace vistter::program {

// Shared: a worker prepares new tokens while the tick draws; dropped off the tick thread.
using RendererPtr = std::shared_ptr<render::OverlayRenderer>;

// A ShowOverlay whose document is read and whose sprites are ready.
struct StageShow {
    std::string overlay_id, scene_id, slot, sha256;
    int z = 0;
    RendererPtr renderer;
    ocl::Tokens tokens;
    std::int64_t duration_ms =
        -1;  // on air in all, outro included; -1: until hidden or until the scene ends
};

struct StageItem {
    StageShow show;
    std::int64_t show_frame = 0;
    std::int64_t outro_frames = 0;
    std::optional<std::int64_t> hide_frame;  // the outro starts on this frame
    std::optional<std::int64_t> gone_frame;  // first frame without it
};

class OverlayStage {
  public:
    explicit OverlayStage(ocl::Rate rate) : rate_(rate) {}

    // Takes effect on `frame`. The same scene of the same document in its slot again is a change of
    // tokens ("updated"); otherwise what holds the slot leaves with its outro and a third instance
    // of a slot is cut.
    void show(StageShow show, std::int64_t frame, Events& out);
    void set_tokens(const std::string& overlay_id, const ocl::Tokens& tokens, std::int64_t frame,
                    Events& out);
    // `transition` "cut" is at once, anything else plays the outro. Reported "hidden" on the first
    // frame without it.
    void hide(const std::string& overlay_id, const std::string& transition, std::int64_t frame,
              Events& out);

    // Once for every frame made, after its commands: drops what is gone.
    void step(std::int64_t frame, Events& out);
    bool has(const std::string& overlay_id) const;
    // In paint order: z, then age.
    const std::vector<StageItem>& items() const { return items_; }
    ocl::SceneClock clock_of(const StageItem& item, std::int64_t frame) const;
    // Slots held by an item, also while it leaves. Lives until the next change.
    const std::vector<std::string_view>& claimed() const { return claimed_; }
    void status(std::int64_t frame, Events& out) const;
    std::vector<RendererPtr> take_retired() { return std::move(retired_); }
    bool has_retired() const { return !retired_.empty(); }

  private:
    void leave(StageItem& item, std::int64_t frame) const;
    void drop(std::size_t index, std::int64_t frame, Events& out);
    void make_room(const std::string& slot, std::int64_t frame, Events& out);
    void list_claims();

    ocl::Rate rate_;
    std::vector<StageItem> items_;
    std::vector<std::string_view> claimed_;
    std::vector<RendererPtr> retired_;
};

// How an OverlayChanged of an overlay outside runs is built; also used for failures before the
// stage is reached.
ipc::OverlayChanged overlay_changed(const StageShow& show, const char* state, std::int64_t frame);

}  // namespace vistter::program
