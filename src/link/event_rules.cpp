#include "link/event_rules.hpp"

namespace vistter::link {
namespace {

constexpr EventRule rules[] = {
    {"device.started", "info", true},
    {"device.stopping", "info", true},
    {"device.health_changed", "warning", true},
    {"device.disk_low", "warning", true},
    {"device.temp_high", "warning", true},
    {"device.throttled", "warning", true},
    {"device.memory_low", "warning", true},
    {"connectivity.changed", "notice", true},
    {"clock.stepped", "warning", false},
    {"clock.unsynced", "warning", false},
    {"config.applied", "notice", true},
    {"config.rolled_back", "error", true},
    {"config.local_change", "notice", true},
    {"firmware.state", "notice", true},
    {"credential.rotated", "notice", true},
    {"credential.expiring", "warning", true},
    {"credential.revoked", "critical", true},
    {"security.transcript_broken", "error", true},
    {"security.ledger_rollback", "error", true},
    {"security.wrong_device", "warning", true},
    {"journal.corrupt", "error", true},
    {"security.signature_invalid", "warning", true},
    {"security.replay_rejected", "warning", true},
    {"security.nonce_conflict", "error", true},
    {"security.auth_failed", "warning", true},
    {"security.pin_mismatch", "error", true},
    {"camera.online", "notice", true},
    {"camera.offline", "error", true},
    {"camera.degraded", "warning", false},
    {"camera.frames_stalled", "warning", false},
    {"camera.preset_reached", "info", false},
    {"camera.preset_timeout", "warning", true},
    {"timeline.state", "info", true},
    {"timeline.cue_started", "debug", false},
    {"timeline.cue_ended", "debug", false},
    {"timeline.cue_failed", "warning", true},
    {"timeline.cue_skipped", "warning", true},
    {"timeline.sync_timeout", "warning", true},
    {"timeline.drift", "warning", false},
    {"overlay.shown", "info", true},
    {"overlay.hidden", "info", true},
    {"overlay.fallback_used", "warning", true},
    {"overlay.token_stale", "notice", false},
    {"overlay.invalid", "error", true},
    {"proof.played", "info", true},
    {"stream.state", "info", true},
    {"stream.bitrate_low", "warning", false},
    {"stream.frames_dropped", "warning", false},
    {"stream.destination_error", "error", true},
    {"stream.slate_inserted", "warning", true},
    {"override.started", "notice", true},
    {"override.ended", "notice", true},
    {"emergency.engaged", "critical", true},
    {"emergency.cleared", "notice", true},
    {"schedule.fired", "info", true},
    {"schedule.missed", "warning", true},
    {"schedule.skipped", "notice", true},
    {"asset.cached", "info", false},
    {"asset.corrupt", "error", true},
    {"asset.evicted", "info", false},
    {"asset.fetch_failed", "warning", true},
    {"segment.imported", "notice", true},
    {"segment.rejected", "error", true},
    {"telemetry.outbox_overflow", "error", true},
    {"telemetry.gap", "error", true},
    {"audit.local_action", "info", true},
    {"deprecation.used", "notice", true},
};

}  // namespace

std::span<const EventRule> event_rules() {
    return rules;
}

std::optional<EventRule> event_rule(std::string_view type) {
    for (const EventRule& rule : rules) {
        if (rule.type == type) return rule;
    }
    return std::nullopt;
}

}  // namespace vistter::link
