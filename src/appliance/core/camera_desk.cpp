// Cameras: what may be stored, and keeping the programme in step with it.
#include "appliance/core/camera_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "contract/secrets.hpp"

namespace vistter::appliance {
namespace {

constexpr std::string_view offered = "add, update, remove, list";
constexpr std::size_t most_cameras = 32;  // METRICS has room for these

void judge_spec(const contract::CameraSpec& spec, const AddressPolicy& policy, Faults& faults) {
    if (spec.name.empty())
        faults.add(ErrorCode::VAL_SCHEMA, "/payload/name", "A camera needs a name.");
    if (spec.protocol != "rtsp")
        faults.add(ErrorCode::STA_UNSUPPORTED_ACTION, "/payload/protocol",
                   "This appliance reads rtsp cameras.");
    if (spec.kind != "fixed")
        faults.add(ErrorCode::CAM_PTZ_UNSUPPORTED, "/payload/kind",
                   "This appliance does not move cameras; use fixed.");
    const auto address = parse_address(camera_url(spec));
    if (!address || address->userinfo || address->host.empty()) {
        faults.add(ErrorCode::VAL_SCHEMA, "/payload/host",
                   "host is a name or an address, path starts with '/'.");
    } else if (const Status allowed = policy.may_connect(address->host); !allowed) {
        faults.add(allowed.error().code, "/payload/host", allowed.error().message);
    }
}

std::string lane_of(const std::string& camera_id) {
    return "camera:" + camera_id;
}

std::string camera_json(const CameraView& view) {
    const auto& spec = view.camera.spec;
    contract::ObjectWriter out;
    out.text("camera_id", view.camera.camera_id).text("name", spec.name).text("kind", spec.kind);
    out.text("protocol", spec.protocol)
        .text("host", spec.host)
        .integer("port", spec.port)
        .text("path", spec.path);
    out.boolean("has_credentials", view.has_credentials);
    return out.text("state", view.state).str();
}

// RFC 3986 section 2: everything but the unreserved characters.
std::string percent_encoded(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~')
            out.push_back(c);
        else
            out += fmt::format("%{:02X}", byte);
    }
    return out;
}

// What is stored and shown of a camera.
contract::CameraSpec plain(contract::CameraSpec spec) {
    spec.credentials = {};
    return spec;
}

}  // namespace

std::string camera_url(const contract::CameraSpec& spec) {
    const bool bare_v6 = spec.host.find(':') != std::string::npos && spec.host.front() != '[';
    const std::string host = bare_v6 ? "[" + spec.host + "]" : spec.host;
    const std::string slash = spec.path.starts_with('/') ? "" : "/";
    return spec.protocol + "://" + host + ":" + std::to_string(spec.port) + slash + spec.path;
}

Decision CameraDesk::decide(const contract::CameraAction& command) {
    if (command.action == "add") return add(command);
    if (command.action == "update") return update(command);
    if (command.action == "remove") return remove(command);
    if (command.action == "list") return list();
    return rejected(unsupported("/action", command.action, offered));
}

Result<SecretChange> CameraDesk::judge_secret(const contract::CameraAction& command,
                                              const std::string& camera_id) {
    return judge_camera_secret(shop_.secrets, secret_owner_of_camera(camera_id),
                               command.spec->credentials, contract::secret_address(*command.spec),
                               "/payload/credentials_sealed");
}

Decision CameraDesk::add(const contract::CameraAction& command) {
    if (!command.spec)
        return rejected(
            fail_at(ErrorCode::VAL_SCHEMA, "/payload", "add needs the camera's payload."));
    Faults faults;
    judge_spec(*command.spec, shop_.addresses, faults);
    if (shop_.cameras.all().size() >= most_cameras)
        faults.add(ErrorCode::LIM_CAPACITY, "/action",
                   "The appliance already has 32 cameras; remove one first.");
    const std::string camera_id = make_id("cam_", shop_.clock, shop_.random);
    const auto secret = judge_secret(command, camera_id);
    if (!secret) faults.add(secret.error());
    if (!faults.none()) return rejected(faults.error());
    if (command.dry_run) return would_do("camera:new");
    shop_.cameras.put({camera_id, plain(*command.spec)});
    apply_change(shop_.secrets, secret_owner_of_camera(camera_id), *secret);
    return completed(lane_of(camera_id),
                     contract::ObjectWriter().text("camera_id", camera_id).str());
}

Decision CameraDesk::update(const contract::CameraAction& command) {
    if (!command.spec)
        return rejected(
            fail_at(ErrorCode::VAL_SCHEMA, "/payload", "update needs the camera's payload."));
    Faults faults;
    if (!shop_.cameras.find(command.camera_id))
        faults.add(ErrorCode::RES_NOT_FOUND, "/camera_id",
                   "There is no such camera; CAMERA_ACTION list names them.");
    judge_spec(*command.spec, shop_.addresses, faults);
    const auto secret = judge_secret(command, command.camera_id);
    if (!secret) faults.add(secret.error());
    if (!faults.none()) return rejected(faults.error());
    if (command.dry_run) return would_do(lane_of(command.camera_id));
    shop_.cameras.put({command.camera_id, plain(*command.spec)});
    apply_change(shop_.secrets, secret_owner_of_camera(command.camera_id), *secret);
    return completed(lane_of(command.camera_id),
                     contract::ObjectWriter().text("camera_id", command.camera_id).str());
}

Decision CameraDesk::remove(const contract::CameraAction& command) {
    if (!shop_.cameras.find(command.camera_id))
        return rejected(fail_at(ErrorCode::RES_NOT_FOUND, "/camera_id",
                                "There is no such camera; CAMERA_ACTION list names them."));
    const auto users = users_of(command.camera_id);
    if (!users.empty() && !command.force) {
        Error error = fail_at(
            ErrorCode::STA_IN_USE, "/camera_id",
            "A running timeline shows this camera; stop it first, or remove with payload.force.");
        error.details[0].actual = users.front();
        return rejected(std::move(error));
    }
    if (command.dry_run) return would_do(lane_of(command.camera_id));
    shop_.cameras.remove(command.camera_id);
    shop_.secrets.forget(secret_owner_of_camera(command.camera_id));
    return completed(lane_of(command.camera_id),
                     contract::ObjectWriter().text("camera_id", command.camera_id).str());
}

Decision CameraDesk::list() {
    std::string items;
    for (const CameraView& camera : view())
        items += (items.empty() ? "" : ",") + camera_json(camera);
    return completed("camera:list",
                     contract::ObjectWriter().raw("cameras", "[" + items + "]").str());
}

std::vector<std::string> CameraDesk::users_of(const std::string& camera_id) {
    std::vector<std::string> users;
    for (const StoredRun& run : shop_.runs.live()) {
        const auto timeline = shop_.timelines.find(run.timeline_id, run.revision);
        if (!timeline) continue;
        const auto load = contract::parse_timeline_load(timeline->body);
        if (!load) continue;
        for (const auto& segment : load->document.segments)
            for (const auto& track : segment.tracks)
                for (const auto& cue : track.cues) {
                    const auto* show = std::get_if<contract::CameraShow>(&cue.action);
                    if (show != nullptr && show->camera_id == camera_id)
                        users.push_back(run.run_id);
                }
    }
    return users;
}

void CameraDesk::reconcile() {
    if (!shop_.program.ready()) return;
    std::map<std::string, std::string> wanted;
    for (const Camera& camera : shop_.cameras.all())
        wanted[camera.camera_id] = url_with_secret(camera);
    // What the programme reports was given to it by somebody, perhaps by this process before a
    // restart.
    for (const auto& [camera_id, report] : reports_) {
        if (!wanted.contains(camera_id) && told_.emplace(camera_id, "").second)
            told_[camera_id].clear();
    }
    for (const auto& [camera_id, url] : told_) {
        if (wanted.contains(camera_id)) continue;
        shop_.program.remove_camera(camera_id);
        reports_.erase(camera_id);
    }
    for (const auto& [camera_id, url] : wanted) {
        const auto told = told_.find(camera_id);
        if (told == told_.end() || told->second != url) shop_.program.set_camera(camera_id, url);
    }
    told_ = std::move(wanted);
}

void CameraDesk::program_lost() {
    told_.clear();
    reports_.clear();
}

void CameraDesk::on_camera(const CameraReport& report) {
    const auto before = reports_.find(report.camera_id);
    const std::string was = before == reports_.end() ? "" : before->second.state;
    reports_[report.camera_id] = report;
    const bool adopting =
        !shop_.program.ready();  // what a running programme already had is no news
    if (adopting || report.state == was || !shop_.cameras.find(report.camera_id)) return;
    contract::ObjectWriter context;
    context.text("camera_id", report.camera_id)
        .integer("last_frame_age_ms", std::max<std::int64_t>(0, report.last_frame_age_ms));
    if (!report.error.empty()) context.text("error", report.error);
    if (report.state == "online") shop_.reports.event("camera.online", context);
    if (report.state == "offline" && !was.empty()) shop_.reports.event("camera.offline", context);
    if (report.state == "stalled") shop_.reports.event("camera.frames_stalled", context);
}

std::string CameraDesk::url_with_secret(const Camera& camera) {
    std::string url = camera_url(camera.spec);
    const auto kept = shop_.secrets.find(secret_owner_of_camera(camera.camera_id));
    if (!kept) {
        if (kept.error().code != ErrorCode::RES_NOT_FOUND)
            log::error("Camera {}: {}", camera.camera_id, kept.error().message);
        return url;
    }
    const auto secret = contract::parse_camera_secret(*kept);
    if (!secret) return url;
    return url.insert(url.find("://") + 3, percent_encoded(secret->user) + ":" +
                                               percent_encoded(secret->password) + "@");
}

std::vector<CameraView> CameraDesk::view() {
    std::vector<CameraView> out;
    for (Camera& camera : shop_.cameras.all()) {
        CameraView view;
        if (const auto report = reports_.find(camera.camera_id); report != reports_.end()) {
            view.state = report->second.state;
            view.error = report->second.error;
            view.fps = report->second.fps;
            view.last_frame_age_ms = report->second.last_frame_age_ms;
        }
        view.has_credentials = shop_.secrets.has(secret_owner_of_camera(camera.camera_id));
        view.camera = std::move(camera);
        out.push_back(std::move(view));
    }
    return out;
}

}  // namespace vistter::appliance
