// `vistter doctor`: the five checks that explain most first failures, each with its cause and the
// next step.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <filesystem>
#include <iostream>
#include <vector>

#include "base/clock.hpp"
#include "cli/appliance_access.hpp"
#include "cli/sandbox/rest.hpp"
#include "cli/verb.hpp"
#include "sim/kit/child_process.hpp"

namespace vistter::cli {
namespace fs = std::filesystem;
namespace {

struct Check {
    std::string name;
    bool good = true;
    std::string text;    // what was found
    std::string remedy;  // the next step; empty when good
};

Check programs() {
    std::string missing;
    for (const char* name :
         {"vistter-studio", "vistter-appliance", "vistter-program", "vistter-output"}) {
        if (::access((own_folder() / name).c_str(), X_OK) != 0) missing += std::string(" ") + name;
    }
    if (missing.empty()) return {"programs", true, "all four are beside this tool", ""};
    return {"programs", false, "missing:" + missing,
            "build them: scripts/build, or install the whole package"};
}

// The picture process probes its own media elements; nobody else links the media libraries.
Check media() {
    auto child = sim::ChildProcess::start(
        {{(own_folder() / "vistter-program").string(), "--check"}, "/dev/null", {}});
    if (!child.ok()) return {"media", false, child.error().message, "see the check programs"};
    auto line = child->read_line(15'000);
    if (!line.ok())
        return {"media", false, "vistter-program cannot start",
                "run vistter-program --check and read its error"};
    if (*line == "ok") return {"media", true, "decoder, encoder and RTMP elements are there", ""};
    return {"media", false, *line, "install the run packages of packages.txt: scripts/install run"};
}

Check disk(const std::string& state) {
    fs::path folder = state;
    while (!folder.empty() && !fs::exists(folder)) folder = folder.parent_path();
    struct statvfs info {};
    if (::statvfs(folder.c_str(), &info) != 0)
        return {"disk", false, "cannot look at " + folder.string(), "name another --state"};
    const std::uint64_t free_mb = info.f_bavail * info.f_frsize / (1024 * 1024);
    std::string text = fmt::format("{} MiB free at {}", free_mb, folder.string());
    if (free_mb < 1024)
        return {"disk", false, text,
                "free at least 1 GiB: assets, recordings and journals live there"};
    return {"disk", true, text, ""};
}

bool port_taken(std::uint16_t port) {
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const bool taken = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 &&
                       errno == EADDRINUSE;
    ::close(fd);
    return taken;
}

Check ports() {
    std::string taken;
    for (std::uint16_t port : {std::uint16_t{8443}, std::uint16_t{8444}, std::uint16_t{8080}}) {
        if (port_taken(port)) taken += fmt::format(" {}", port);
    }
    if (taken.empty()) return {"ports", true, "8443, 8444 and 8080 are free", ""};
    return {"ports", false, "in use:" + taken,
            "if that is not Vistter itself, give other ports with --listen and --channel"};
}

Check clock() {
    const WallTime now = machine_clock().wall();
    std::string text = "it is " + format_rfc3339(now);
    if (now < WallTime{1'767'225'600'000}) {  // 2026-01-01: no build is older
        return {"clock", false, text, "set the clock: certificates and commands are judged by it"};
    }
    return {"clock", true, text, ""};
}

// The way from an appliance to its Studio, as that appliance sees it: one check a step.
std::vector<Check> way_to_studio(const ApplianceAccess::Options& options) {
    const auto appliance = ApplianceAccess::sign_in(options);
    if (!appliance)
        return {{"appliance", false, appliance.error().message,
                 "check --appliance and --password-file"}};
    const auto report = appliance->ask("GET", "/local/v1/link/diagnose");
    if (!report)
        return {{"studio", false, report.error().message, "pair the appliance: vistter pair"}};
    std::vector<Check> checks;
    for (const boost::json::value& step : report->at("steps").as_array()) {
        const bool good = text_of(step, "state") != "failed";
        checks.push_back({text_of(step, "name"), good,
                          good ? text_of(step, "state") : text_of(step, "cause"),
                          text_of(step, "next")});
    }
    return checks;
}

struct Arguments {
    std::string state = "/var/lib/vistter";
    ApplianceAccess::Options appliance;
};

int doctor(const Context& context, const Arguments& arguments) {
    std::vector<Check> checks{programs(), media(), disk(arguments.state), ports(), clock()};
    if (!arguments.appliance.password_file.empty()) {
        for (Check& check : way_to_studio(arguments.appliance)) checks.push_back(std::move(check));
    }
    bool good = true;
    boost::json::array list;
    for (const Check& check : checks) {
        good = good && check.good;
        list.push_back({{"name", check.name},
                        {"ok", check.good},
                        {"text", check.text},
                        {"remedy", check.remedy}});
        if (context.json) continue;
        std::cout << fmt::format("{:5} {:9} {}", check.good ? "ok" : "FAULT", check.name,
                                 check.text)
                  << '\n';
        if (!check.remedy.empty()) std::cout << "                " << check.remedy << '\n';
    }
    if (context.json)
        std::cout << boost::json::serialize(boost::json::object{{"ok", good}, {"checks", list}})
                  << std::endl;
    return good ? exit_ok : exit_failed;
}

}  // namespace

void add_doctor_verb(CLI::App& app, Context& context) {
    auto arguments = std::make_shared<Arguments>();  // shared: CLI11 keeps its callbacks as copies
    CLI::App* verb = app.add_subcommand(
        "doctor",
        "Check this machine: programs, media, disk, ports, clock; with --password-file also the "
        "appliance's way to its Studio");
    verb->add_option("--state", arguments->state, "The state folder to look at");
    ApplianceAccess::add_options(*verb, arguments->appliance);
    add_json_flag(*verb, context);
    verb->callback([arguments, &context] {
        context.action = [arguments, &context] { return doctor(context, *arguments); };
    });
}

}  // namespace vistter::cli
