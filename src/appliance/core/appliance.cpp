// Who gets which command.
#include "appliance/core/appliance.hpp"

#include "appliance/core/quarantine.hpp"
#include "base/log.hpp"

namespace vistter::appliance {

Appliance::Appliance(Workshop workshop)
    : shop_(std::move(workshop)),
      config_(shop_),
      cameras_(shop_),
      timelines_(shop_),
      runs_(shop_, timelines_),
      overlays_(shop_),
      streams_(shop_),
      credentials_(shop_) {}

void Appliance::restore() {
    if (shop_.settings.picture) streams_.restore();
}

Decision Appliance::decide(const Command& command) {
    const auto& body = command.body;
    if (verdict_ == quarantine_verdict) {
        if (const Status permitted = permitted_in_quarantine(body); !permitted)
            return rejected(permitted.error());
    }
    if (const auto* config = std::get_if<contract::DeviceConfig>(&body))
        return config_.decide(*config);
    if (const auto* camera = std::get_if<contract::CameraAction>(&body))
        return cameras_.decide(*camera);
    if (const auto* load = std::get_if<contract::TimelineLoad>(&body))
        return timelines_.decide(*load, command.envelope);
    if (const auto* execute = std::get_if<contract::TimelineExecute>(&body))
        return runs_.decide(*execute, command.envelope);
    if (const auto* overlay = std::get_if<contract::OverlayUpdate>(&body))
        return overlays_.decide(*overlay);
    if (const auto* stream = std::get_if<contract::StreamControl>(&body))
        return streams_.decide(*stream, command.envelope);
    if (const auto* credential = std::get_if<contract::CredentialRefresh>(&body))
        return credentials_.decide(*credential);
    return rejected(fail(ErrorCode::VER_UNKNOWN_TYPE, "This is not a command."));
}

void Appliance::run(const Command& command) {
    const auto& body = command.body;
    if (const auto* load = std::get_if<contract::TimelineLoad>(&body))
        return timelines_.run(*load, command.envelope);
    if (const auto* execute = std::get_if<contract::TimelineExecute>(&body))
        return runs_.run(*execute, command.envelope);
    if (const auto* overlay = std::get_if<contract::OverlayUpdate>(&body))
        return overlays_.run(*overlay, command.envelope);
    if (const auto* stream = std::get_if<contract::StreamControl>(&body))
        return streams_.run(*stream, command.envelope);
    if (const auto* credential = std::get_if<contract::CredentialRefresh>(&body))
        return credentials_.run(*credential, command.envelope);
    log::error("A command that needs no turn was given one: {}", command.envelope.message_id);
}

void Appliance::committed(const Command& command) {
    const auto& body = command.body;
    if (const auto* config = std::get_if<contract::DeviceConfig>(&body))
        config_.committed(*config, command.envelope);
    if (std::holds_alternative<contract::CameraAction>(body)) cameras_.reconcile();
    if (const auto* execute = std::get_if<contract::TimelineExecute>(&body))
        runs_.committed(*execute);
    if (const auto* overlay = std::get_if<contract::OverlayUpdate>(&body))
        overlays_.committed(*overlay);
}

void Appliance::program_lost() {
    cameras_.program_lost();
    runs_.program_lost();
    overlays_.program_lost();
}

void Appliance::on_show(const ShowReport& report) {
    timelines_.on_show(report);
    runs_.on_show(report);
}

void Appliance::program_ready(bool adopted) {
    cameras_.program_ready();
    timelines_.program_ready();
    overlays_.program_ready();
    runs_.program_ready(adopted);
}

void Appliance::on_tick(const ProgramTick& tick) {
    runs_.on_tick(tick);
}

}  // namespace vistter::appliance
