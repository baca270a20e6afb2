// The six command bodies (contract B.8) from JSON to structs.
#include <array>

#include "contract/decode.hpp"
#include "contract/json_text.hpp"
#include "contract/pointer.hpp"

namespace vistter::contract {
namespace {

using json::Object;
using json::Value;

std::string name_of(const boost::json::key_value_pair& member) {
    return {member.key().data(), member.key().size()};
}

SealedSecret decode_secret(const Object& object, std::string_view member) {
    const Value* value = json::find(object, member);
    return {json::text_at(object, member), value != nullptr && value->is_null()};
}

Destination decode_destination(const Object& object) {
    return {json::text_at(object, "kind"), json::text_at(object, "url"),
            json::text_at(object, "path"), decode_secret(object, "secret_sealed")};
}

EncodingProfile decode_profile(const Object& object) {
    EncodingProfile profile;
    const auto number = [&object](std::string_view key, int fallback) {
        return json::clamp_int(json::integer_at(object, key, fallback));
    };
    profile.width = number("width", profile.width);
    profile.height = number("height", profile.height);
    const Object& rate = json::object_at(object, "frame_rate");
    profile.rate_num = json::clamp_int(json::integer_at(rate, "num", profile.rate_num));
    profile.rate_den = json::clamp_int(json::integer_at(rate, "den", profile.rate_den));
    profile.video_bitrate_kbps = number("video_bitrate_kbps", profile.video_bitrate_kbps);
    profile.keyframe_interval_s = number("keyframe_interval_s", profile.keyframe_interval_s);
    profile.preset = json::text_at(object, "preset", profile.preset);
    profile.audio_bitrate_kbps = number("audio_bitrate_kbps", profile.audio_bitrate_kbps);
    return profile;
}

void read_destinations(const Object& map, ConfigPatch& patch) {
    for (const auto& member : map) {
        const std::string id = name_of(member);
        auto& entry = patch.destinations[id];
        if (!member.value().is_object()) continue;
        entry = decode_destination(member.value().get_object());
        for (const auto& field : member.value().get_object()) {
            const std::string name = name_of(field);
            if (name == "name") {
                patch.unsupported.push_back("/destinations/" + pointer_step(id) + "/" + name);
            }
        }
    }
}

ConfigPatch decode_config_patch(const Object& object) {
    ConfigPatch patch;
    for (const auto& member : object) {
        const std::string name = name_of(member);
        if (name == "destinations" && member.value().is_object()) {
            read_destinations(member.value().get_object(), patch);
        } else if (name == "encoding_profiles" && member.value().is_object()) {
            for (const auto& entry : member.value().get_object()) {
                auto& profile = patch.encoding_profiles[name_of(entry)];
                if (entry.value().is_object()) profile = decode_profile(entry.value().get_object());
            }
        } else if (member.value().is_object()) {
            for (const auto& entry : member.value().get_object()) {
                const std::string field = name_of(entry);
                if (name == "device" && field == "name" && entry.value().is_string()) {
                    patch.device_name = std::string(json::view(entry.value().get_string()));
                } else {
                    patch.unsupported.push_back("/" + pointer_step(name) + "/" +
                                                pointer_step(field));
                }
            }
        }
    }
    return patch;
}

CameraSpec decode_spec(const Object& object) {
    CameraSpec spec;
    spec.name = json::text_at(object, "name");
    spec.kind = json::text_at(object, "kind", spec.kind);
    spec.protocol = json::text_at(object, "protocol", spec.protocol);
    spec.host = json::text_at(object, "host");
    spec.port = json::clamp_int(json::integer_at(object, "port", spec.port));
    spec.path = json::text_at(object, "path");
    spec.credentials = decode_secret(object, "credentials_sealed");
    return spec;
}

std::optional<std::int64_t> precondition(const Object& body, std::string_view name) {
    return json::optional_integer_at(json::object_at(body, "preconditions"), name);
}

}  // namespace

JsonText member_text(std::string_view text, std::string_view name) {
    const auto inner = text_at_pointer(text, "/" + pointer_step(name));
    if (!inner || *inner == "null") return {};
    return {canonical_text(*inner)};
}

DeviceConfig decode_device_config(const Object& body) {
    DeviceConfig config;
    config.config_patch = decode_config_patch(json::object_at(body, "config_patch"));
    config.apply_mode =
        json::text_at(json::object_at(body, "apply_after"), "mode", config.apply_mode);
    config.expected_revision = precondition(body, "config_revision");
    config.dry_run = json::boolean_at(body, "dry_run", false);
    return config;
}

CameraAction decode_camera_action(const Object& body) {
    CameraAction action;
    action.camera_id = json::text_at(body, "camera_id");
    action.action = json::text_at(body, "action");
    const Object& payload = json::object_at(body, "payload");
    if (action.action == "add" || action.action == "update") action.spec = decode_spec(payload);
    action.force = json::boolean_at(payload, "force", false);
    action.dry_run = json::boolean_at(body, "dry_run", false);
    return action;
}

TimelineLoad decode_timeline_load(const Object& body, std::string_view text) {
    TimelineLoad load;
    load.timeline_id = json::text_at(body, "timeline_id");
    load.revision = json::integer_at(body, "revision", 0);
    load.segment_version = json::text_at(body, "segment_version", load.segment_version);
    load.document = decode_timeline(body, text, "assets_manifest");
    load.activation = json::text_at(body, "activation", load.activation);
    load.retain_previous = json::boolean_at(body, "retain_previous", true);
    load.expected_revision = precondition(body, "current_revision");
    load.dry_run = json::boolean_at(body, "dry_run", false);
    return load;
}

TimelineExecute decode_timeline_execute(const Object& body) {
    TimelineExecute execute;
    execute.timeline_id = json::text_at(body, "timeline_id");
    execute.execution_mode = json::text_at(body, "execution_mode");
    execute.cue_id = json::optional_text_at(body, "cue_id");
    execute.cue_point_id = json::optional_text_at(body, "cue_point_id");
    execute.position_ms = json::optional_integer_at(body, "position_ms");
    execute.revision = json::optional_integer_at(body, "revision");
    execute.run_id = json::optional_text_at(body, "run_id");
    execute.start_at = json::optional_time_at(body, "start_at");
    execute.late_policy = json::text_at(body, "late_policy", execute.late_policy);
    execute.priority = json::clamp_int(json::integer_at(body, "priority", execute.priority));
    execute.on_conflict = json::text_at(body, "on_conflict", execute.on_conflict);
    execute.bus = json::text_at(body, "bus", execute.bus);
    execute.stop_mode = json::text_at(body, "stop_mode", execute.stop_mode);
    execute.dry_run = json::boolean_at(body, "dry_run", false);
    return execute;
}

OverlayUpdate decode_overlay_update(const Object& body, std::string_view text) {
    OverlayUpdate update;
    update.overlay_id = json::text_at(body, "overlay_id");
    update.mode = json::text_at(body, "mode", update.mode);
    if (json::find(body, "ocl")) {
        update.ocl = decode_overlay(json::object_at(body, "ocl"));
        update.ocl_text = member_text(text, "ocl").text;
    }
    update.ocl_package_uri = json::optional_text_at(body, "ocl_package_uri");
    update.checksum = json::optional_text_at(body, "checksum");
    update.tokens = decode_tokens(json::object_at(body, "tokens"));
    update.slot = json::text_at(body, "slot", update.slot);
    update.z = json::clamp_int(json::integer_at(body, "z", 0));
    update.scene_id = json::text_at(body, "scene_id");
    update.duration_ms = json::optional_integer_at(body, "duration_ms");
    update.transition =
        json::text_at(json::object_at(body, "transition"), "kind", update.transition);
    update.effective = json::text_at(json::object_at(body, "effective"), "mode", update.effective);
    update.dry_run = json::boolean_at(body, "dry_run", false);
    return update;
}

StreamControl decode_stream_control(const Object& body) {
    StreamControl control;
    control.stream_id = json::text_at(body, "stream_id");
    control.command = json::text_at(body, "command");
    const Object& parameters = json::object_at(body, "parameters");
    control.destination_ids = json::texts_at(parameters, "destination_ids");
    control.profile_id = json::text_at(parameters, "profile_id");
    control.source = json::text_at(parameters, "source", control.source);
    control.drain_ms = json::integer_at(parameters, "drain_ms", control.drain_ms);
    control.expected_state =
        json::optional_text_at(json::object_at(body, "preconditions"), "state");
    control.dry_run = json::boolean_at(body, "dry_run", false);
    return control;
}

}  // namespace vistter::contract
