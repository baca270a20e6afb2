// OVERLAY_UPDATE: inline packages, tokens, show, hide, remove; and the claims that hold overlays on
// air outside any run (contract B.8.5). Claims survive a restart of this process and of the
// programme.
#pragma once

#include <map>

#include "appliance/core/workshop.hpp"

namespace vistter::appliance {

struct OverlayView {
    std::string overlay_id, sha256, state, scene_id, slot, run_id;  // state: held, shown
    std::int64_t revision = 0;
};

class OverlayDesk {
  public:
    explicit OverlayDesk(Workshop& workshop) : shop_(workshop) {}
    Decision decide(const contract::OverlayUpdate& command);
    void run(const contract::OverlayUpdate& command, const contract::Envelope& envelope);
    void committed(const contract::OverlayUpdate& command);
    void program_lost() { on_air_.clear(); }
    void program_ready();
    void on_overlay(const OverlayReport& report);
    std::vector<OverlayView> view();

  private:
    Decision package(const contract::OverlayUpdate& command);
    Decision tokens(const contract::OverlayUpdate& command);
    Decision show(const contract::OverlayUpdate& command);
    Decision hide(const contract::OverlayUpdate& command);
    Decision remove(const contract::OverlayUpdate& command);
    std::optional<OverlayClaim> claim_of(const std::string& overlay_id);
    void show_to_program(const OverlayClaim& claim);

    Workshop& shop_;
    std::map<std::string, OverlayReport> on_air_;  // by slot
};

// The JSON object of command tokens.
std::string tokens_json(const std::map<std::string, contract::TokenValue>& tokens);
// Judges token names and types against the document that declares them (OCL_TOKEN at
// /tokens/<name>).
void judge_tokens(const std::map<std::string, contract::TokenValue>& tokens,
                  const contract::OverlayDocument& document, Faults& faults);

}  // namespace vistter::appliance
