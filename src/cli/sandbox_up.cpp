// `vistter sandbox up`: builds the stage, puts the show on the air, waits or verifies, leaves
// nothing behind.
#include "cli/sandbox_up.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "cli/sandbox/stage.hpp"
#include "cli/sandbox/trail.hpp"
#include "cli/verb.hpp"

namespace vistter::cli {
namespace json = boost::json;
namespace fs = std::filesystem;
namespace {

void say(const std::string& line) {
    std::cerr << "sandbox: " << line << std::endl;
}

Result<fs::path> state_folder(const std::string& wanted) {
    if (wanted.empty()) {
        std::string shape = (fs::temp_directory_path() / "vistter-sandbox-XXXXXX").string();
        if (::mkdtemp(shape.data()) == nullptr)
            return fail(ErrorCode::SYS_STORAGE, "cannot make a temporary folder");
        return fs::path(shape);
    }
    if (fs::exists(wanted) && !fs::is_empty(wanted)) {
        return fail(ErrorCode::STA_IN_USE,
                    fmt::format("{} is not empty; name a fresh folder", wanted));
    }
    Status made = make_private_directory(wanted);
    if (!made.ok()) return made.error();
    return fs::absolute(wanted);
}

// An RTSP address without a password in it, or a file that is there.
Status known_camera(const std::string& camera) {
    std::error_code failed;
    if (camera.starts_with("rtsp://")) {
        if (camera.find('@') == std::string::npos) return ok();
        return fail(ErrorCode::VAL_INLINE_SECRET,
                    "a camera's address may not carry a password; sealed secrets come later");
    }
    if (fs::is_regular_file(camera, failed)) return ok();
    return fail(
        ErrorCode::RES_NOT_FOUND,
        fmt::format("{} is neither an rtsp:// address nor a video file on this machine", camera));
}

// sim/demo of the source tree, or beside the installed programs.
fs::path demo_folder() {
    fs::path installed = own_folder() / "../share/vistter/demo";
    return fs::exists(installed) ? installed : fs::path(VISTTER_DEMO_DIR);
}

// Runs vistter-verify-air on the recording and returns its verdict.
Result<json::value> verify_air(const Stage& stage, const OnAir& on_air,
                               const StageOptions& options) {
    if (stage.recordings().empty())
        return fail(ErrorCode::RES_NOT_FOUND, "the RTMP server recorded nothing");
    fs::path load = options.state / "timeline-load.json";
    Status stored = write_file(load, json::serialize(on_air.load), 0600);
    if (!stored.ok()) return stored.error();
    std::vector<std::string> argv{(options.programs / "vistter-verify-air").string(),
                                  "--recording",
                                  stage.recordings().back().string(),
                                  "--load",
                                  load.string(),
                                  "--markers",
                                  (options.demo / "markers.json").string(),
                                  "--start-frame",
                                  std::to_string(on_air.start_frame),
                                  "--end-frame",
                                  std::to_string(on_air.end_frame),
                                  "--rate",
                                  "30/1"};
    for (std::size_t i = 0; i < on_air.camera_ids.size(); ++i) {
        if (on_air.camera_strips.at(i) == 0) continue;
        argv.insert(argv.end(), {"--camera", fmt::format("{}={}", on_air.camera_ids[i],
                                                         on_air.camera_strips[i])});
    }
    auto child = sim::ChildProcess::start({argv, (options.state / "verify.log").string(), {}});
    if (!child.ok()) return child.error();
    auto line = child->read_line(120'000);
    if (!line.ok()) return line.error();
    boost::system::error_code failed;
    json::value verdict = json::parse(line.value(), failed);
    if (failed) return fail(ErrorCode::VAL_JSON, "the verdict cannot be read");
    return verdict;
}

Result<std::vector<json::value>> all_events(const Stage& stage, const std::string& device_id) {
    std::vector<json::value> events;
    std::string cursor;
    do {
        auto page =
            stage.studio().get(fmt::format("/v1/appliances/{}/events?limit=200{}", device_id,
                                           cursor.empty() ? "" : "&cursor=" + cursor));
        if (!page.ok()) return page.error();
        for (const json::value& event : page->at("items").as_array()) events.push_back(event);
        cursor = text_of(*page, "next");
    } while (!cursor.empty());
    std::reverse(events.begin(),
                 events.end());  // Studio lists the newest first; equal times keep their order
    std::stable_sort(events.begin(), events.end(), [](const json::value& a, const json::value& b) {
        return text_of(a, "occurred_at") < text_of(b, "occurred_at");
    });
    return events;
}

Result<Trail> judge_trail(const Stage& stage, const OnAir& on_air) {
    Trail trail;
    std::vector<json::value> records;
    for (const std::string& id : on_air.commands) {
        auto record = stage.studio().get("/v1/commands/" + id);
        if (!record.ok()) return record.error();
        records.push_back(record.value());
    }
    judge_commands(records, trail);
    auto events = all_events(stage, on_air.device_id);
    if (!events.ok()) return events.error();
    judge_events(*events,
                 {"config.applied", "camera.online", "stream.state", "timeline.state",
                  "overlay.shown", "overlay.hidden", "timeline.state", "stream.state"},
                 trail);
    return trail;
}

Status keep_on_air(Stage& stage, Interrupt& interrupt, std::int64_t seconds, bool headless) {
    const std::int64_t end = machine_clock().steady().ns + seconds * 1'000'000'000;
    while (seconds == 0 || machine_clock().steady().ns < end) {
        if (interrupt.wait_ms(200)) {
            if (headless) return fail(ErrorCode::SYS_BUSY, "interrupted");
            return ok();
        }
        auto dead = stage.casualty();
        if (dead == "vistter-appliance") {
            say("the control process ended; the picture goes on; starting it again");
            Status back = stage.restart_control();
            if (!back.ok()) return back;
            say("the control process has adopted the running show");
            continue;
        }
        if (dead) return fail(ErrorCode::SYS_INTERNAL, fmt::format("{} ended", *dead));
    }
    return ok();
}

json::object summary_of(const OnAir& on_air, const json::value& air, const Trail& trail,
                        const json::value& status, std::int64_t seconds) {
    json::array faults;
    for (const std::string& fault : trail.faults) faults.push_back(json::value(fault));
    const bool right = air.at("ok").as_bool() && trail.faults.empty();
    return {{"ok", right},
            {"seconds", seconds},
            {"start_frame", on_air.start_frame},
            {"air", air},
            {"trail",
             {{"complete", trail.faults.empty()},
              {"commands", trail.commands},
              {"events", trail.events},
              {"faults", faults}}},
            {"program", status.at("program")}};
}

Status headless_show(Stage& stage, Interrupt& interrupt, const StageOptions& options, OnAir& on_air,
                     std::int64_t seconds, bool& right) {
    Status kept = keep_on_air(stage, interrupt, seconds, true);
    if (!kept.ok()) return kept;
    auto status = stage.appliance().get("/local/v1/status");
    if (!status.ok()) return status.error();
    say("taking the show off the air");
    Status left = stage.leave_air(on_air);
    if (!left.ok()) return left;
    auto trail = judge_trail(stage, on_air);
    if (!trail.ok()) return trail.error();
    say("verifying what the RTMP server received, frame by frame");
    auto air = verify_air(stage, on_air, options);
    if (!air.ok()) return air.error();
    json::object summary = summary_of(on_air, *air, *trail, *status, seconds);
    right = summary.at("ok").as_bool();
    std::cout << json::serialize(summary) << std::endl;
    return ok();
}

Status interactive_show(Stage& stage, Interrupt& interrupt, std::int64_t seconds,
                        const Context& context) {
    if (context.json) std::cout << json::serialize(stage.addresses()) << std::endl;
    say(seconds == 0 ? "on air until Ctrl-C" : fmt::format("on air for {} s", seconds));
    return keep_on_air(stage, interrupt, seconds, false);
}

Status run_stage(const UpOptions& up, const Context& context, Interrupt& interrupt,
                 const StageOptions& options, bool& right) {
    Stage stage(options, interrupt, say);
    Status started = stage.start_everything();
    if (!started.ok()) return started;
    Status noted = write_file(
        options.state / "sandbox.json",
        json::serialize(json::object{{"pid", ::getpid()}, {"addresses", stage.addresses()}}), 0600);
    if (!noted.ok()) return noted;
    Status paired = stage.pair();
    if (!paired.ok()) return paired;
    auto on_air = stage.go_on_air();
    if (!on_air.ok()) return on_air.error();
    Status shown = up.headless ? headless_show(stage, interrupt, options, *on_air,
                                               up.seconds > 0 ? up.seconds : 30, right)
                               : interactive_show(stage, interrupt, up.seconds, context);
    say("stopping everything");
    stage.stop_everything();
    return shown;
}

}  // namespace

int sandbox_up(const UpOptions& up, const Context& context) {
    for (const std::string& camera : up.cameras) {
        Status known = known_camera(camera);
        if (!known.ok()) return report(context, known.error());
    }
    auto state = state_folder(up.state);
    if (!state.ok()) return report(context, state.error());
    StageOptions options;
    options.state = *state;
    options.programs = own_folder();
    options.demo = demo_folder();
    options.cameras = up.cameras;
    options.width = up.width;
    options.height = up.height;
    adopt_orphans();
    Interrupt interrupt;
    bool right = !up.headless;
    Status done = run_stage(up, context, interrupt, options, right);
    const int killed = end_orphans(5'000);
    if (killed > 0) say(fmt::format("{} processes had to be killed", killed));
    if (!done.ok() && done.error().code == ErrorCode::SYS_BUSY && interrupt.wait_ms(0)) {
        if (up.state.empty()) fs::remove_all(options.state);
        say("stopped before the show was on the air");
        return exit_interrupted;
    }
    if (!done.ok()) {
        say(fmt::format("the state and the logs are kept in {}", options.state.string()));
        return report(context, done.error());
    }
    if (up.state.empty() && right) fs::remove_all(options.state);
    return right ? exit_ok : exit_failed;
}

}  // namespace vistter::cli
