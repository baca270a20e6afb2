// `vistter sandbox up|status|down`: a whole Vistter on this machine, for trying and for testing.
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>

#include <boost/json.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/file.hpp"
#include "cli/sandbox_up.hpp"
#include "cli/verb.hpp"

namespace vistter::cli {
namespace json = boost::json;
namespace fs = std::filesystem;
namespace {

struct Found {
    pid_t pid = 0;
    fs::path state;
    json::value note;
};

// The running sandboxes: those whose note names a living process.
std::vector<Found> running_sandboxes(const std::string& state) {
    std::vector<fs::path> folders;
    if (!state.empty()) folders.emplace_back(state);
    std::error_code failed;
    for (const fs::directory_entry& entry :
         fs::directory_iterator(fs::temp_directory_path(), failed)) {
        if (state.empty() && entry.path().filename().string().starts_with("vistter-sandbox-")) {
            folders.push_back(entry.path());
        }
    }
    std::vector<Found> found;
    for (const fs::path& folder : folders) {
        auto text = read_file(folder / "sandbox.json", 65'536);
        if (!text.ok()) continue;
        boost::system::error_code bad;
        json::value note = json::parse(text.value(), bad);
        if (bad || !note.is_object() || !note.as_object().contains("pid")) continue;
        auto pid = static_cast<pid_t>(note.at("pid").to_number<std::int64_t>());
        if (::kill(pid, 0) == 0) found.push_back({pid, folder, note.at("addresses")});
    }
    return found;
}

int status(const Context& context, const std::string& state) {
    auto found = running_sandboxes(state);
    if (found.empty())
        return report(context, fail(ErrorCode::RES_NOT_FOUND,
                                    "no sandbox is running; start one with: vistter sandbox up"));
    for (const Found& one : found) {
        if (context.json) {
            std::cout << json::serialize(one.note) << std::endl;
        } else {
            std::cout << fmt::format("sandbox {} (state {})", one.pid, one.state.string()) << '\n';
            for (const auto& member : one.note.as_object()) {
                std::cout << fmt::format("  {:10} {}", std::string(member.key()),
                                         std::string(member.value().as_string()))
                          << '\n';
            }
        }
    }
    return exit_ok;
}

int down(const Context& context, const std::string& state) {
    auto found = running_sandboxes(state);
    if (found.empty())
        return report(context, fail(ErrorCode::RES_NOT_FOUND, "no sandbox is running"));
    for (const Found& one : found) ::kill(one.pid, SIGTERM);
    for (const Found& one : found) {
        for (int waited = 0; ::kill(one.pid, 0) == 0; waited += 100) {
            if (waited > 30'000) {
                return report(context, fail(ErrorCode::SYS_TIMEOUT,
                                            fmt::format("sandbox {} does not end", one.pid)));
            }
            ::poll(nullptr, 0, 100);
        }
    }
    if (context.json)
        std::cout << json::serialize(json::object{{"stopped", found.size()}}) << std::endl;
    return exit_ok;
}

void add_up(CLI::App& sandbox, Context& context) {
    // Shared by the options that fill it and by the callback, both of which live as long as the
    // parser.
    auto up = std::make_shared<UpOptions>();
    CLI::App* verb =
        sandbox.add_subcommand("up", "Start everything and put the demo show on the air");
    verb->add_flag("--headless", up->headless,
                   "Run alone, verify what went on air, print one JSON line");
    verb->add_option("--seconds", up->seconds, "How long the show stays on air")
        ->check(CLI::Range(5, 86'400));
    verb->add_option("--state", up->state, "A fresh folder to keep (default: temporary, removed)");
    verb->add_option("--camera", up->cameras,
                     "An RTSP address or video file instead of a simulated camera (repeatable)");
    verb->add_option("--width", up->width, "Programme width")->check(CLI::IsMember({640, 1280}));
    add_json_flag(*verb, context);
    verb->callback([up, &context] {
        up->height = up->width * 9 / 16;
        context.action = [up, &context] { return sandbox_up(*up, context); };
    });
}

}  // namespace

void add_sandbox_verbs(CLI::App& app, Context& context) {
    CLI::App* sandbox = app.add_subcommand(
        "sandbox", "A whole Vistter on this machine: Studio, appliance, cameras, RTMP server");
    sandbox->require_subcommand(1);
    add_up(*sandbox, context);
    auto state = std::make_shared<std::string>();  // shared with the two callbacks below
    for (auto [name, help, act] : {std::tuple{"status", "Show the running sandboxes", &status},
                                   std::tuple{"down", "Stop the running sandboxes", &down}}) {
        CLI::App* verb = sandbox->add_subcommand(name, help);
        verb->add_option("--state", *state, "Only the sandbox with this state folder");
        add_json_flag(*verb, context);
        verb->callback([act = act, state, &context] {
            context.action = [act, state, &context] { return act(context, *state); };
        });
    }
}

}  // namespace vistter::cli
