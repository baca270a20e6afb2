// Command bodies as JSON text.
#include "contract/json_text.hpp"
#include "contract/write.hpp"

namespace vistter::contract {
namespace {

void write_secret_member(ObjectWriter& out, std::string_view member, const SealedSecret& secret) {
    if (secret.removed) out.null(member);
    if (!secret.text.empty()) out.text(member, secret.text);
}

std::string destination_text(const Destination& destination) {
    ObjectWriter out;
    out.text("kind", destination.kind);
    if (!destination.url.empty()) out.text("url", destination.url);
    if (!destination.path.empty()) out.text("path", destination.path);
    write_secret_member(out, "secret_sealed", destination.secret);
    return out.str();
}

std::string profile_text(const EncodingProfile& profile) {
    ObjectWriter rate;
    rate.integer("num", profile.rate_num).integer("den", profile.rate_den);
    ObjectWriter out;
    out.integer("width", profile.width)
        .integer("height", profile.height)
        .raw("frame_rate", rate.str())
        .integer("video_bitrate_kbps", profile.video_bitrate_kbps)
        .integer("keyframe_interval_s", profile.keyframe_interval_s)
        .text("preset", profile.preset)
        .integer("audio_bitrate_kbps", profile.audio_bitrate_kbps);
    return out.str();
}

template <class Map, class Text>
std::string map_text(const Map& map, Text text) {
    ObjectWriter out;
    for (const auto& [id, entry] : map) {
        if (entry) {
            out.raw(id, text(*entry));
        } else {
            out.null(id);
        }
    }
    return out.str();
}

void write_precondition(ObjectWriter& out, std::string_view name,
                        const std::optional<std::int64_t>& revision) {
    if (!revision) return;
    ObjectWriter preconditions;
    preconditions.integer(name, *revision);
    out.raw("preconditions", preconditions.str());
}

void write_dry_run(ObjectWriter& out, bool dry_run) {
    if (dry_run) out.boolean("dry_run", true);
}

}  // namespace

std::string write(const DeviceConfig& config) {
    ObjectWriter patch;
    const ConfigPatch& source = config.config_patch;
    if (source.device_name) {
        ObjectWriter device;
        device.text("name", *source.device_name);
        patch.raw("device", device.str());
    }
    if (!source.encoding_profiles.empty())
        patch.raw("encoding_profiles", map_text(source.encoding_profiles, profile_text));
    if (!source.destinations.empty())
        patch.raw("destinations", map_text(source.destinations, destination_text));
    ObjectWriter out;
    out.raw("config_patch", patch.str());
    ObjectWriter apply;
    apply.text("mode", config.apply_mode);
    out.raw("apply_after", apply.str());
    write_precondition(out, "config_revision", config.expected_revision);
    write_dry_run(out, config.dry_run);
    return out.str();
}

std::string write(const CameraAction& action) {
    ObjectWriter out;
    if (!action.camera_id.empty()) out.text("camera_id", action.camera_id);
    out.text("action", action.action);
    if (action.spec) {
        const CameraSpec& spec = *action.spec;
        ObjectWriter payload;
        payload.text("name", spec.name).text("kind", spec.kind).text("protocol", spec.protocol);
        if (!spec.host.empty()) payload.text("host", spec.host);
        payload.integer("port", spec.port).text("path", spec.path);
        write_secret_member(payload, "credentials_sealed", spec.credentials);
        out.raw("payload", payload.str());
    } else if (action.force) {
        out.raw("payload", ObjectWriter().boolean("force", true).str());
    }
    write_dry_run(out, action.dry_run);
    return out.str();
}

std::string write(const TimelineLoad& load) {
    ObjectWriter out;
    out.text("timeline_id", load.timeline_id).integer("revision", load.revision);
    if (!load.document.name.empty()) out.text("name", load.document.name);
    out.text("segment_version", load.segment_version);
    write_timeline(out, load.document);
    out.text("activation", load.activation);
    if (!load.retain_previous) out.boolean("retain_previous", false);
    write_precondition(out, "current_revision", load.expected_revision);
    write_dry_run(out, load.dry_run);
    return out.str();
}

std::string write(const TimelineExecute& execute) {
    ObjectWriter out;
    out.text("timeline_id", execute.timeline_id).text("execution_mode", execute.execution_mode);
    if (execute.cue_id) out.text("cue_id", *execute.cue_id);
    if (execute.cue_point_id) out.text("cue_point_id", *execute.cue_point_id);
    if (execute.position_ms) out.integer("position_ms", *execute.position_ms);
    if (execute.revision) out.integer("revision", *execute.revision);
    if (execute.run_id) out.text("run_id", *execute.run_id);
    if (execute.start_at) out.text("start_at", format_rfc3339(*execute.start_at));
    out.text("late_policy", execute.late_policy)
        .integer("priority", execute.priority)
        .text("on_conflict", execute.on_conflict)
        .text("bus", execute.bus)
        .text("stop_mode", execute.stop_mode);
    write_dry_run(out, execute.dry_run);
    return out.str();
}

std::string write(const OverlayUpdate& update) {
    ObjectWriter out;
    out.text("overlay_id", update.overlay_id).text("mode", update.mode);
    if (!update.ocl_text.empty()) out.raw("ocl", update.ocl_text);
    if (update.ocl_package_uri) out.text("ocl_package_uri", *update.ocl_package_uri);
    if (update.checksum) out.text("checksum", *update.checksum);
    if (update.mode == "tokens" || !update.tokens.empty())
        out.raw("tokens", tokens_text(update.tokens));
    out.text("slot", update.slot).integer("z", update.z);
    if (!update.scene_id.empty()) out.text("scene_id", update.scene_id);
    if (update.duration_ms) out.integer("duration_ms", *update.duration_ms);
    out.raw("transition", ObjectWriter().text("kind", update.transition).str());
    if (update.effective == "now") out.raw("effective", ObjectWriter().text("mode", "now").str());
    write_dry_run(out, update.dry_run);
    return out.str();
}

std::string write(const StreamControl& control) {
    ObjectWriter parameters;
    if (control.command == "start") {
        parameters.texts("destination_ids", control.destination_ids)
            .text("profile_id", control.profile_id)
            .text("source", control.source);
    } else if (control.command == "stop") {
        parameters.integer("drain_ms", control.drain_ms);
    }
    ObjectWriter out;
    out.text("stream_id", control.stream_id)
        .text("command", control.command)
        .raw("parameters", parameters.str());
    if (control.expected_state) {
        out.raw("preconditions", ObjectWriter().text("state", *control.expected_state).str());
    }
    write_dry_run(out, control.dry_run);
    return out.str();
}

}  // namespace vistter::contract
