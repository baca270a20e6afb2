#include "crash/two_ends.hpp"

#include <fmt/format.h>

#include <csignal>
#include <iostream>
#include <set>
#include <stdexcept>

#include "base/clock.hpp"
#include "base/file.hpp"

namespace vistter::test {

namespace json = boost::json;

namespace {

constexpr const char* password = "correct horse battery";
constexpr const char* serial = "CRASH-0001";

[[noreturn]] void stop_at(const std::string& step, const Answer& answer) {
    throw std::runtime_error(step + ": " + std::to_string(answer.status) + " " +
                             json::serialize(answer.body));
}

std::string address_of(const std::string& url) {
    const auto begin = url.find("://") + 3;
    return url.substr(begin, url.find('/', begin) - begin);
}

std::string setup_code(const json::value& ready) {
    auto text = read_file(text_of(ready, "setup_code_file"), 1'024);
    if (!text) throw std::runtime_error(describe(text.error()));
    while (!text->empty() && text->back() == '\n') text->pop_back();
    return *text;
}

std::int64_t now_ms() {
    return machine_clock().steady().ns / 1'000'000;
}

// The member of an ACK's or PROGRESS' result, wherever the command's end carries it.
json::value result_of(const json::value& command, const char* member) {
    const auto look = [&](const json::value& answer) -> json::value {
        const auto* fields = answer.if_object();
        const auto* result = fields == nullptr ? nullptr : fields->if_contains("result");
        const auto* object = result == nullptr ? nullptr : result->if_object();
        const auto* found = object == nullptr ? nullptr : object->if_contains(member);
        return found == nullptr ? json::value() : *found;
    };
    json::value found = look(command.at("ack"));
    for (const auto& progress : command.at("progress").as_array()) {
        if (found.is_null()) found = look(progress);
    }
    return found;
}

}  // namespace

TwoEnds::TwoEnds() {
    if (!start(End::studio)) throw std::runtime_error("Studio did not start; see " + logs());
    if (!start(End::appliance))
        throw std::runtime_error("the appliance did not start; see " + logs());
    pair();
}

TwoEnds::~TwoEnds() {
    for (const End end : {End::appliance, End::studio}) {
        if (child(end).running()) (void)child(end).stop(5'000);
    }
    if (!keep_) return;
    for (const char* name : {"studio.log", "appliance.log"}) {
        if (const auto log = read_file(folder_ / name, 64 << 20)) {
            std::cout << "---- end of " << name << "\n"
                      << log->substr(log->size() > 6'000 ? log->size() - 6'000 : 0);
        }
    }
}

std::vector<std::string> TwoEnds::arguments(End end) const {
    const std::string programs = VISTTER_BIN_DIR;
    if (end == End::studio) {
        return {programs + "/vistter-studio",
                "--state",
                (folder_ / "studio").string(),
                "--listen",
                studio_listen_,
                "--channel",
                channel_listen_};
    }
    return {programs + "/vistter-appliance",
            "--state",
            (folder_ / "appliance").string(),
            "--run-dir",
            (folder_ / "run").string(),
            "--listen",
            appliance_listen_,
            "--serial",
            serial,
            "--allow-loopback",
            "--picture",
            "off"};
}

bool TwoEnds::start(End end, const std::string& step) {
    sim::ChildSettings settings;
    settings.argv = arguments(end);
    settings.log_file = (folder_ / (end == End::studio ? "studio.log" : "appliance.log")).string();
    if (!step.empty()) settings.extra_environment = {"VISTTER_CRASH_AT=" + step};
    auto started = sim::ChildProcess::start(settings);
    if (!started) throw std::runtime_error(describe(started.error()));
    child(end) = std::move(*started);
    const auto line = child(end).read_line(20'000);
    if (!line) return false;
    json::value ready = json::parse(*line);
    if (end == End::appliance) {
        appliance_listen_ = address_of(text_of(ready, "url"));
        appliance_ready_ = std::move(ready);
        return true;
    }
    studio_listen_ = address_of(text_of(ready, "url"));
    channel_listen_ = address_of(text_of(ready, "channel_url"));
    studio_ready_ = std::move(ready);
    return true;
}

void TwoEnds::kill(End end) {
    child(end).send_signal(SIGKILL);
    (void)child(end).wait(10'000);
}

void TwoEnds::pair() {
    const auto root = read_file(text_of(studio_ready_, "root_pem_file"), 65'536);
    if (!root) throw std::runtime_error(describe(root.error()));
    studio_api_.emplace("https://" + studio_listen_, *root);
    appliance_api_.emplace("http://" + appliance_listen_, "");
    Answer answer = studio_api_->send(
        "POST", "/v1/setup",
        {{"code", setup_code(studio_ready_)}, {"username", "producer"}, {"password", password}});
    if (!answer.ok()) stop_at("Studio's setup", answer);
    answer = appliance_api_->send("POST", "/local/v1/setup",
                                  {{"code", setup_code(appliance_ready_)}, {"password", password}});
    if (!answer.ok()) stop_at("the appliance's setup", answer);
    sign_in();
    answer = studio_api_->send("POST", "/v1/pairing-tokens", {{"serial", serial}, {"ttl_s", 900}},
                               "token-1");
    if (!answer.ok()) stop_at("the pairing token", answer);
    answer = appliance_api_->send(
        "POST", "/local/v1/pairing",
        {{"token", text_of(answer.body, "token")}, {"studio_url", "https://" + studio_listen_}});
    if (!answer.ok()) stop_at("pairing", answer);
    device_id_ = text_of(answer.body, "device_id");
    for (const std::int64_t deadline = now_ms() + 30'000; !connected();
         (void)dies_within(End::appliance, 20)) {
        if (now_ms() > deadline)
            throw std::runtime_error("the appliance did not connect; see " + logs());
    }
}

void TwoEnds::sign_in() {
    Answer answer = studio_api_->send("POST", "/v1/auth/session",
                                      {{"username", "producer"}, {"password", password}});
    if (!answer.ok()) stop_at("Studio's sign-in", answer);
    studio_api_->set_token(text_of(answer.body, "token"));
    answer = appliance_api_->send("POST", "/local/v1/session", {{"password", password}});
    if (!answer.ok()) stop_at("the appliance's sign-in", answer);
    appliance_api_->set_token(text_of(answer.body, "token"));
}

bool TwoEnds::connected() const {
    const Answer answer = studio_api_->get("/v1/appliances/" + device_id_);
    const auto* fields = answer.body.if_object();
    const auto* flag = fields == nullptr ? nullptr : fields->if_contains("connected");
    return flag != nullptr && flag->is_bool() && flag->as_bool();
}

bool TwoEnds::appliance_comes_through(std::int64_t deadline_ms) {
    for (const std::int64_t deadline = now_ms() + deadline_ms; now_ms() < deadline;) {
        if (text_of(appliance_api_->get("/local/v1/link").body, "state") == "connected")
            return true;
        if (dies_within(End::appliance, 10)) return false;
    }
    return false;
}

Asked TwoEnds::rename_device(std::int64_t not_before_in_ms) {
    Asked asked;
    asked.key = fmt::format("crash-{}", ++asked_);
    json::object request{
        {"type", "DEVICE_CONFIG"},
        {"body", {{"config_patch", {{"device", {{"name", "Stage " + asked.key}}}}}}}};
    if (not_before_in_ms > 0) {
        request["not_before"] =
            format_rfc3339(WallTime{machine_clock().wall().ms + not_before_in_ms});
    }
    asked.request = std::move(request);
    return asked;
}

Asked TwoEnds::add_camera() {
    Asked asked;
    asked.key = fmt::format("crash-{}", ++asked_);
    asked.adds_camera = true;
    asked.request = {{"type", "CAMERA_ACTION"},
                     {"body",
                      {{"action", "add"},
                       {"payload",
                        {{"name", "Camera " + asked.key},
                         {"kind", "fixed"},
                         {"protocol", "rtsp"},
                         {"host", "127.0.0.1"},
                         {"port", 8554},
                         {"path", "/" + asked.key}}}}}};
    return asked;
}

Asked TwoEnds::from_sample(const std::string& sample) {
    const auto text =
        read_file(std::string(VISTTER_SOURCE_DIR) + "/contract/samples/protocol/" + sample, 65'536);
    if (!text) throw std::runtime_error(describe(text.error()));
    const json::value message = json::parse(*text);
    Asked asked;
    asked.key = fmt::format("crash-{}", ++asked_);
    asked.request = {{"type", message.at("type")}, {"body", message.at("body")}};
    return asked;
}

Asked TwoEnds::renew_certificate() {
    Asked asked;
    asked.key = fmt::format("crash-{}", ++asked_);
    asked.path = "appliances/" + device_id_ + "/credentials:rotate";
    asked.request = {{"credential", "client_cert"}};
    return asked;
}

Asked TwoEnds::cancel(const Asked& command) {
    Asked asked;
    asked.key = fmt::format("crash-{}", ++asked_);
    asked.path = "commands/" + command.message_id + ":cancel";
    asked.request = {{"reason", "no longer wanted"}};
    return asked;
}

std::string TwoEnds::faults_in_all(std::int64_t deadline_ms) {
    std::string faults = "Studio does not list the commands\n";
    for (const std::int64_t deadline = now_ms() + deadline_ms; now_ms() < deadline;
         (void)dies_within(End::studio, 10)) {
        const Answer listed =
            studio_api_->get("/v1/appliances/" + device_id_ + "/commands?limit=100");
        if (!listed.ok()) continue;
        faults.clear();
        for (const json::value& seen : listed.body.at("items").as_array()) {
            int ends = 0;
            for (const json::value& progress : seen.at("progress").as_array()) {
                const std::string state = text_of(progress, "state");
                ends += state == "succeeded" || state == "failed" || state == "cancelled" ||
                                state == "expired" || state == "rolled_back"
                            ? 1
                            : 0;
            }
            if (!seen.at("terminal").as_bool() || ends > 1) faults += json::serialize(seen) + "\n";
        }
        if (faults.empty()) faults = open_renewals();
        if (faults.empty()) return {};
    }
    return faults;
}

// A renewal is two commands: after the first has ended the second may not be there yet.
std::string TwoEnds::open_renewals() const {
    const Answer shown = studio_api_->get("/v1/appliances/" + device_id_ + "/credentials");
    if (!shown.ok()) return "Studio does not show the credentials\n";
    std::string open;
    for (const json::value& renewal : shown.body.at("rotations").as_array()) {
        if (renewal.at("ended_at").is_null()) open += json::serialize(renewal) + "\n";
    }
    return open;
}

bool TwoEnds::ask(Asked& asked) const {
    const std::string path =
        asked.path.empty() ? "appliances/" + device_id_ + "/commands" : asked.path;
    const Answer answer = studio_api_->send("POST", "/v1/" + path, asked.request, asked.key);
    const bool later = answer.status == 0 || answer.status == 429 || answer.status == 503;
    if (!later && !answer.ok()) stop_at("a command", answer);
    if (answer.ok()) asked.message_id = text_of(answer.body, "message_id");
    return answer.ok();
}

json::value TwoEnds::command(const std::string& message_id) const {
    Answer answer = studio_api_->get("/v1/commands/" + message_id);
    return answer.ok() ? std::move(answer.body) : json::value();
}

bool TwoEnds::was_sent(const Asked& asked) const {
    const json::value seen = command(asked.message_id);
    return seen.is_object() && seen.at("attempts").to_number<int>() > 0;
}

std::vector<std::string> TwoEnds::unfinished_after(const std::vector<Asked>& asked,
                                                   std::int64_t deadline_ms) {
    std::vector<std::string> open;
    for (const Asked& one : asked) open.push_back(one.message_id);
    for (const std::int64_t deadline = now_ms() + deadline_ms;
         !open.empty() && now_ms() < deadline;) {
        const json::value seen = command(open.back());
        if (seen.is_object() && seen.at("terminal").as_bool()) {
            open.pop_back();
        } else {
            (void)dies_within(End::studio, 10);
        }
    }
    return open;
}

std::string TwoEnds::faults_in(const std::vector<Asked>& asked) const {
    std::string faults;
    std::set<std::int64_t> revisions;
    std::set<std::string> cameras;
    std::size_t renames = 0, adds = 0;
    for (const Asked& one : asked) {
        const json::value seen = command(one.message_id);
        if (!seen.is_object()) return "Studio does not know " + one.message_id;
        const std::string state = text_of(seen, "state");
        if (state != "completed" && state != "succeeded") {
            faults += one.key + " ended as " + state + " " + json::serialize(seen) + "\n";
            continue;
        }
        if (one.adds_camera) {
            ++adds;
            const json::value camera = result_of(seen, "camera_id");
            if (camera.is_string()) cameras.insert(camera.as_string().c_str());
        } else {
            ++renames;
            const json::value revision = result_of(seen, "config_revision");
            if (revision.is_int64()) revisions.insert(revision.as_int64());
        }
    }
    // Every command moved the revision by exactly one: all different, and no gap between them.
    if (revisions.size() != renames)
        faults += fmt::format("{} renames, {} revisions\n", renames, revisions.size());
    if (!revisions.empty() &&
        *revisions.rbegin() - *revisions.begin() + 1 != static_cast<std::int64_t>(renames)) {
        faults += fmt::format("revisions {} to {} for {} renames\n", *revisions.begin(),
                              *revisions.rbegin(), renames);
    }
    if (cameras.size() != adds)
        faults += fmt::format("{} adds, {} camera ids\n", adds, cameras.size());
    const Answer local = appliance_api_->get("/local/v1/cameras");
    const auto* fields = local.body.if_object();
    const auto* items = fields == nullptr ? nullptr : fields->if_contains("items");
    if (items == nullptr || !items->is_array())
        return faults + "the appliance does not list its cameras\n";
    if (items->as_array().size() != adds) {
        faults +=
            fmt::format("{} adds, {} cameras at the appliance\n", adds, items->as_array().size());
    }
    return faults;
}

}  // namespace vistter::test
