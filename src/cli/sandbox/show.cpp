// The steps that put the demo show on the air, each a real command through Studio, followed to its
// end.
#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/ids.hpp"
#include "cli/sandbox/stage.hpp"

namespace vistter::cli {
namespace json = boost::json;
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t lead_ms = 2'000;  // from the command to the show's first frame

Result<json::value> read_json(const fs::path& path) {
    auto text = read_file(path, 1'048'576);
    if (!text.ok()) return text.error();
    boost::system::error_code failed;
    json::value value = json::parse(text.value(), failed);
    if (failed)
        return fail(ErrorCode::VAL_JSON, fmt::format("{}: {}", path.string(), failed.message()));
    return value;
}

// Puts the ids this appliance gave its cameras in place of the demo's.
void name_cameras(json::value& value, const std::vector<std::string>& ids) {
    if (value.is_string()) {
        std::string_view text = value.as_string();
        if (text == "cam_demo_1") value = ids.at(0);
        if (text == "cam_demo_2") value = ids.at(1);
    } else if (value.is_array()) {
        for (json::value& item : value.as_array()) name_cameras(item, ids);
    } else if (value.is_object()) {
        for (auto& member : value.as_object()) name_cameras(member.value(), ids);
    }
}

// Names the cameras that show nothing, and why.
Error dark_camera(const json::value& cameras) {
    std::string words;
    for (const json::value& camera : cameras.as_array()) {
        if (text_of(camera, "state") == "online") continue;
        words += fmt::format("{} is {}: {}. ", text_of(camera, "name"), text_of(camera, "state"),
                             text_of(camera, "error"));
    }
    return fail(
        ErrorCode::CAM_UNREACHABLE,
        words + "Check its address with another player, and that its stream is H.264 or H.265.");
}

struct Address {
    std::string host, path;
    int port = 554;
};

Address split_rtsp(const std::string& url) {
    Address address;
    std::string rest = url.substr(url.find("://") + 3);
    std::size_t slash = rest.find('/');
    address.path = slash == std::string::npos ? "/" : rest.substr(slash);
    std::string authority = rest.substr(0, slash);
    std::size_t colon = authority.rfind(':');
    address.host = authority.substr(0, colon);
    if (colon != std::string::npos) address.port = std::atoi(authority.c_str() + colon + 1);
    return address;
}

}  // namespace

Result<json::value> Stage::follow(const std::string& message_id, const std::string& until) {
    std::optional<Error> refused;
    auto seen = wait_for(fmt::format("command {}", message_id), 60'000,
                         [&]() -> std::optional<json::value> {
                             auto record = studio_api_->get("/v1/commands/" + message_id);
                             if (!record.ok()) return std::nullopt;
                             const bool terminal = record->at("terminal").as_bool();
                             const std::string state = text_of(*record, "state");
                             if (!terminal && state != until) return std::nullopt;
                             return record.value();
                         });
    if (!seen.ok()) return seen;
    const std::string state = text_of(*seen, "state");
    if (state == until || state == "completed" || state == "succeeded") return seen;
    return fail(ErrorCode::STA_TRANSITION,
                fmt::format("{} ended {}: {}", text_of(*seen, "type"), state,
                            json::serialize(seen->as_object().at("ack")) +
                                json::serialize(seen->as_object().at("progress"))));
}

Result<json::value> Stage::command(OnAir& on_air, const std::string& type, const json::value& body,
                                   const std::string& until) {
    auto sent =
        studio_api_->send("POST", fmt::format("/v1/appliances/{}/commands", on_air.device_id),
                          {{"type", type}, {"body", body}});
    if (!sent.ok()) return sent;
    on_air.commands.push_back(text_of(*sent, "message_id"));
    return follow(on_air.commands.back(), until);
}

json::value Stage::house_config() const {
    json::object profile{{"width", options_.width},
                         {"height", options_.height},
                         {"frame_rate", {{"num", 30}, {"den", 1}}},
                         {"video_bitrate_kbps", 3000},
                         {"keyframe_interval_s", 2},
                         {"preset", "superfast"},
                         {"audio_bitrate_kbps", 128}};
    return {{"device", {{"name", "Harbour hut"}}},
            {"encoding_profiles", {{"prf_demo", profile}}},
            {"destinations", {{"dst_local", {{"kind", "rtmp"}, {"url", rtmp_url_}}}}}};
}

Status Stage::add_cameras(OnAir& on_air) {
    for (std::size_t i = 0; i < camera_urls_.size(); ++i) {
        Address address = split_rtsp(camera_urls_[i]);
        auto added = command(on_air, "CAMERA_ACTION",
                             {{"action", "add"},
                              {"payload",
                               {{"name", fmt::format("Camera {}", i + 1)},
                                {"kind", "fixed"},
                                {"protocol", "rtsp"},
                                {"host", address.host},
                                {"port", address.port},
                                {"path", address.path}}}},
                             "completed");
        if (!added.ok()) return added.error();
        on_air.camera_ids.push_back(text_of(added->at("ack").at("result"), "camera_id"));
    }
    on_air.camera_strips = camera_strips_;
    json::value last;
    auto online =
        wait_for("every camera to come online", 30'000, [&]() -> std::optional<json::value> {
            auto status = appliance_api_->get("/local/v1/status");
            if (!status.ok()) return std::nullopt;
            last = status->at("cameras");
            std::size_t count = 0;
            for (const json::value& camera : last.as_array())
                count += text_of(camera, "state") == "online";
            if (count < camera_urls_.size()) return std::nullopt;
            return status.value();
        });
    if (!online.ok() && online.error().code == ErrorCode::SYS_TIMEOUT) return dark_camera(last);
    if (!online.ok()) return online.error();
    say_(fmt::format("cameras online: {}", on_air.camera_ids.size()));
    return ok();
}

Status Stage::load_show(OnAir& on_air) {
    auto timeline = read_json(options_.demo / "timeline.json");
    if (!timeline.ok()) return timeline.error();
    name_cameras(*timeline, on_air.camera_ids);
    auto logo = read_file(options_.demo / "assets" / "logo.png", 1'048'576);
    if (!logo.ok()) return logo.error();
    auto asset = studio_api_->upload("/v1/assets", "image/png", "logo.png", logo.value());
    if (!asset.ok()) return asset.error();
    json::array overlays;
    for (const char* name : {"lower_third", "bug"}) {
        auto document = read_json(options_.demo / "overlays" / (std::string(name) + ".json"));
        if (!document.ok()) return document.error();
        json::object& ocl = document->as_object();
        if (json::value* assets = ocl.if_contains("assets")) {
            for (auto& member : assets->as_object()) {
                member.value().as_object()["asset_id"] = text_of(*asset, "asset_id");
                member.value().as_object()["sha256"] = text_of(*asset, "sha256");
                member.value().as_object()["size_bytes"] = logo->size();
            }
        }
        overlays.push_back(
            {{"overlay_id", ocl.at("overlay_id")}, {"revision", ocl.at("revision")}, {"ocl", ocl}});
    }
    timeline->as_object()["overlays"] = overlays;
    timeline->as_object()["assets"] = json::array{text_of(*asset, "asset_id")};
    on_air.timeline_id = "tml_harbour_round";
    auto stored = studio_api_->send("PUT", "/v1/timelines/" + on_air.timeline_id, *timeline);
    if (!stored.ok()) return stored.error();
    auto published =
        studio_api_->send("POST", fmt::format("/v1/timelines/{}:publish", on_air.timeline_id),
                          {{"device_id", on_air.device_id}});
    if (!published.ok()) return published.error();
    on_air.commands.push_back(text_of(*published, "message_id"));
    auto loaded = follow(on_air.commands.back(), "succeeded");
    if (!loaded.ok()) return loaded.error();
    on_air.load = loaded->at("body");
    say_("timeline loaded: validated, assets downloaded and verified, ready");
    return ok();
}

Result<OnAir> Stage::go_on_air() {
    OnAir on_air;
    auto link = appliance_api_->get("/local/v1/link");
    if (!link.ok()) return link.error();
    on_air.device_id = text_of(*link, "device_id");
    auto configured =
        command(on_air, "DEVICE_CONFIG", {{"config_patch", house_config()}}, "completed");
    if (!configured.ok()) return configured.error();
    Status cameras = add_cameras(on_air);
    if (!cameras.ok()) return cameras.error();
    Status loaded = load_show(on_air);
    if (!loaded.ok()) return loaded.error();
    on_air.stream_id = "str_main";
    auto live = command(on_air, "STREAM_CONTROL",
                        {{"stream_id", on_air.stream_id},
                         {"command", "start"},
                         {"parameters",
                          {{"destination_ids", json::array{"dst_local"}},
                           {"profile_id", "prf_demo"},
                           {"source", "program"}}}},
                        "succeeded");
    if (!live.ok()) return live.error();
    say_("output live: the RTMP server takes the stream");
    WallTime start = machine_clock().wall();
    start.ms += lead_ms;
    auto played =
        studio_api_->send("POST", fmt::format("/v1/timelines/{}:execute", on_air.timeline_id),
                          {{"device_id", on_air.device_id},
                           {"execution_mode", "play"},
                           {"start_at", format_rfc3339(start)}});
    if (!played.ok()) return played.error();
    on_air.commands.push_back(text_of(*played, "message_id"));
    auto running = follow(on_air.commands.back(), "running");
    if (!running.ok()) return running.error();
    const json::value& result = running->at("ack").at("result");
    on_air.run_id = text_of(result, "run_id");
    on_air.start_frame = result.at("frame").to_number<std::int64_t>();
    say_(fmt::format("ON AIR since output frame {}", on_air.start_frame));
    return on_air;
}

Status Stage::leave_air(OnAir& on_air) {
    auto stopped = command(on_air, "TIMELINE_EXECUTE",
                           {{"timeline_id", on_air.timeline_id},
                            {"execution_mode", "stop"},
                            {"run_id", on_air.run_id},
                            {"stop_mode", "cut"}},
                           "succeeded");
    if (!stopped.ok()) return stopped.error();
    const json::array& answers = stopped->at("progress").as_array();
    if (answers.empty() || !answers.back().at("result").is_object()) {
        return fail(ErrorCode::SYS_INTERNAL, "the stop did not say on which frame it took effect");
    }
    on_air.end_frame = answers.back().at("result").at("frame").to_number<std::int64_t>();
    auto ended = command(
        on_air, "STREAM_CONTROL",
        {{"stream_id", on_air.stream_id}, {"command", "stop"}, {"parameters", json::object{}}},
        "succeeded");
    if (!ended.ok()) return ended.error();
    return ok();
}

}  // namespace vistter::cli
