// One branch a message.
#include "program/control_desk.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace vistter::program {

void ControlDesk::tell(ipc::Message message) {
    ports_.events.put(std::move(message));
    ports_.ring();
}

void ControlDesk::take(const ipc::Message& message) {
    if (const auto* hello = std::get_if<ipc::Hello>(&message)) {
        log::info("{} process {} is connected", hello->role, hello->pid);
    } else if (const auto* set = std::get_if<ipc::SetCamera>(&message)) {
        set_camera(*set);
    } else if (const auto* remove = std::get_if<ipc::RemoveCamera>(&message)) {
        remove_camera(remove->camera_id);
    } else if (const auto* show = std::get_if<ipc::LoadShow>(&message)) {
        load(*show);
    } else if (const auto* play = std::get_if<ipc::Play>(&message)) {
        ports_.commands.put(*play);
    } else if (const auto* pause = std::get_if<ipc::Pause>(&message)) {
        ports_.commands.put(*pause);
    } else if (const auto* resume = std::get_if<ipc::Resume>(&message)) {
        ports_.commands.put(*resume);
    } else if (const auto* seek = std::get_if<ipc::Seek>(&message)) {
        ports_.commands.put(*seek);
    } else if (const auto* stop = std::get_if<ipc::StopRun>(&message)) {
        ports_.commands.put(*stop);
    } else if (const auto* overlay = std::get_if<ipc::ShowOverlay>(&message)) {
        show_overlay(*overlay);
    } else if (const auto* tokens = std::get_if<ipc::SetOverlayTokens>(&message)) {
        set_tokens(*tokens);
    } else if (const auto* hide = std::get_if<ipc::HideOverlay>(&message)) {
        // Behind the shows and tokens that were asked for before it.
        overlay_worker_.post([this, order = *hide] { ports_.commands.put(order); });
    } else if (std::holds_alternative<ipc::RequestKeyframe>(message)) {
        ports_.request_keyframe();
    } else if (std::holds_alternative<ipc::RequestStatus>(message)) {
        for (ipc::Message& change : camera_changes(true)) tell(std::move(change));
        ports_.commands.put(ipc::RequestStatus{});
    } else if (std::holds_alternative<ipc::Shutdown>(message)) {
        ports_.shut_down();
    } else {
        log::warning("an ipc message of kind {} is not for the programme", message.index());
    }
}

void ControlDesk::set_camera(const ipc::SetCamera& order) {
    auto known = cameras_.find(order.camera_id);
    if (known != cameras_.end() && known->second.url == order.url)
        return;  // a control process that adopts says it again
    if (known != cameras_.end()) bury({std::move(known->second.input)});
    CameraPtr input = media::open_camera(order.url, format_.width, format_.height);
    cameras_[order.camera_id] = {order.url, input, {}};
    ports_.commands.put(UseCamera{order.camera_id, std::move(input)});
}

void ControlDesk::remove_camera(const std::string& camera_id) {
    auto known = cameras_.find(camera_id);
    if (known == cameras_.end()) return;
    bury({std::move(known->second.input)});
    cameras_.erase(known);
    ports_.commands.put(UseCamera{camera_id, nullptr});
}

std::vector<ipc::Message> ControlDesk::camera_changes(bool all) {
    std::vector<ipc::Message> changes;
    for (auto& [id, camera] : cameras_) {
        media::CameraStatus status = camera.input->status();
        if (!all && status.state == camera.told_state) continue;
        camera.told_state = status.state;
        changes.emplace_back(ipc::CameraChanged{id, status.state, status.error, status.frames,
                                                status.last_frame_age_ms, status.fps});
    }
    return changes;
}

void ControlDesk::bury(std::vector<Retired> retired) {
    if (!retired.empty()) show_worker_.post([things = std::move(retired)] {});
}

void ControlDesk::load(const ipc::LoadShow& order) {
    show_worker_.post([this, order] {
        Result<ShowPtr> show = load_show(order, format_);
        if (!show) {
            log::warning("{} is not loaded: {}", order.timeline_id, describe(show.error()));
            return tell(ipc::ShowLoaded{order.timeline_id, order.revision,
                                        std::string(to_string(show.error().code)),
                                        describe(show.error())});
        }
        // The tick answers ShowLoaded when it has it, so that a Play after the answer always finds
        // the show.
        for (std::size_t use = 0; use < (*show)->renderers.size(); ++use)
            tell_faults((*show)->plan.uses()[use].overlay_id, *(*show)->renderers[use]);
        overlay_worker_.post([this, show = *show] {
            std::erase_if(shows_, [](const ShowKnown& known) { return known.show.expired(); });
            shows_.push_back({show, show->tokens});
            ports_.commands.put(UseShow{show});
        });
    });
}

void ControlDesk::show_overlay(const ipc::ShowOverlay& order) {
    overlay_worker_.post([this, order] {
        Result<StageShow> show = load_overlay(order, format_);
        if (!show) {
            ipc::OverlayChanged failed = {order.overlay_id,
                                          order.scene_id,
                                          order.slot,
                                          {},
                                          {},
                                          "failed",
                                          std::string(to_string(show.error().code)),
                                          describe(show.error()),
                                          0};
            return tell(std::move(failed));
        }
        tell_faults(order.overlay_id, *show->renderer);
        overlays_[order.overlay_id] = {show->renderer, order.scene_id, show->tokens};
        ports_.commands.put(std::move(*show));
    });
}

void ControlDesk::tell_failed(const std::string& overlay_id, const Error& error) {
    log::warning("overlay {}: {}", overlay_id, describe(error));
    tell(ipc::OverlayChanged{overlay_id,
                             {},
                             {},
                             {},
                             {},
                             "failed",
                             std::string(to_string(error.code)),
                             error.message,
                             0});
}

// What is shown otherwise than the document says, or not at all.
void ControlDesk::tell_faults(const std::string& overlay_id,
                              const render::OverlayRenderer& renderer) {
    for (const Error& fault : renderer.faults()) {
        log::warning("overlay {} falls back: {}", overlay_id, describe(fault));
        const std::string place =
            fault.details.empty() ? "" : " (at " + fault.details.front().pointer + ")";
        tell(ipc::OverlayChanged{overlay_id,
                                 {},
                                 {},
                                 {},
                                 {},
                                 "fallback",
                                 std::string(to_string(fault.code)),
                                 fault.message + place,
                                 0});
    }
}

void ControlDesk::set_tokens(const ipc::SetOverlayTokens& order) {
    overlay_worker_.post([this, order] {
        Result<ocl::Tokens> tokens = parse_tokens(order.overlay_id, order.tokens);
        if (!tokens) return tell_failed(order.overlay_id, tokens.error());
        bool in_show = set_show_tokens(order.overlay_id, *tokens);
        auto known = overlays_.find(order.overlay_id);
        if (known == overlays_.end()) {
            if (!in_show)
                tell_failed(order.overlay_id,
                            fail(ErrorCode::RES_NOT_FOUND, "no such overlay is shown"));
            return;
        }
        for (const auto& [name, value] : *tokens) known->second.tokens[name] = value;
        Status prepared = known->second.renderer->prepare(known->second.scene_id,
                                                          known->second.tokens, format_.rate);
        if (!prepared) return tell_failed(order.overlay_id, prepared.error());
        ports_.commands.put(UseStageTokens{order.overlay_id, known->second.tokens, in_show});
    });
}

// Every use of the overlay in a loaded show: a run that is on air takes the new tokens on one
// frame.
bool ControlDesk::set_show_tokens(const std::string& overlay_id, const ocl::Tokens& tokens) {
    bool found = false;
    for (ShowKnown& known : shows_) {
        ShowPtr show = known.show.lock();
        if (!show) continue;
        for (std::size_t use = 0; use < known.tokens.size(); ++use) {
            const timeline::OverlayUse& shown = show->plan.uses()[use];
            if (shown.overlay_id != overlay_id) continue;
            for (const auto& [name, value] : tokens) known.tokens[use][name] = value;
            Status prepared =
                show->renderers[use]->prepare(shown.scene_id, known.tokens[use], format_.rate);
            found = true;
            if (!prepared) {
                tell_failed(overlay_id, prepared.error());
            } else {
                ports_.commands.put(UseShowTokens{show, use, known.tokens[use]});
            }
        }
    }
    return found;
}

}  // namespace vistter::program
