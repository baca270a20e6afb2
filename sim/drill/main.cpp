// `vistter-drill random-faults`: the run of drills R1 as a program. One JSON line says what came of
// it; exit 0 when nothing was lost, doubled or out of order, 1 otherwise.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/log.hpp"
#include "sim/drill/drill.hpp"

namespace {

using namespace vistter;
namespace fs = std::filesystem;

// A folder for the databases that goes with the run.
struct Scratch {
    explicit Scratch(const fs::path& parent) : path((parent / "vistter-drill-XXXXXX").string()) {
        if (::mkdtemp(path.data()) == nullptr)
            throw std::runtime_error("cannot make a folder in " + parent.string());
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    std::string path;
};

constexpr std::pair<const char*, drill::Without> defences[] = {
    {"nothing", drill::Without::nothing},
    {"dedupe", drill::Without::dedupe},
    {"durability", drill::Without::durability},
    {"replay_window", drill::Without::replay_window},
    {"session_binding", drill::Without::session_binding}};

std::vector<std::string> names_of_defences() {
    std::vector<std::string> names;
    for (const auto& [name, defence] : defences) names.emplace_back(name);
    return names;
}

std::string as_json(const drill::Plan& plan, const drill::Outcome& outcome) {
    std::string kinds;
    for (const auto& [kind, count] : outcome.fault_kinds)
        kinds += fmt::format("{}\"{}\":{}", kinds.empty() ? "" : ",", kind, count);
    return fmt::format(
        "{{\"drill\":\"random-faults\",\"seed\":{},\"commands\":{},\"faults\":{},\"kinds\":{{{}}},"
        "\"messages\":{},\"lost\":{},\"doubled\":{},\"disordered\":{},\"disagreed\":{},"
        "\"ledger_faults\":{},\"distrusted\":{},\"ledger_matched\":{},\"took_ms\":{},"
        "\"passed\":{}}}",
        plan.seed, outcome.commands, outcome.faults, kinds, outcome.messages, outcome.lost,
        outcome.doubled, outcome.disordered, outcome.disagreed, outcome.ledger_faults,
        outcome.distrusted, outcome.ledger_matched, outcome.took_ms, outcome.good());
}

}  // namespace

int main(int argc, char** argv) {
    log::open("vistter-drill", log::Level::error);
    CLI::App app{"Runs failover drills on both ends of the road and judges the outcome"};
    app.require_subcommand(1);
    auto* command = app.add_subcommand("random-faults", "Commands under random faults (drills R1)");
    drill::Plan plan;
    std::string without = "nothing", folder;
    command->add_option("--commands", plan.commands, "How many commands")->capture_default_str();
    command->add_option("--faults", plan.faults, "How many faults")->capture_default_str();
    command->add_option("--appliances", plan.appliances, "How many appliances")
        ->check(CLI::Range(1, 1'000))
        ->capture_default_str();
    command->add_option("--seed", plan.seed, "Repeats a run's choices")->capture_default_str();
    command->add_option("--without", without, "A defence that is taken away; the run must fail")
        ->check(CLI::IsMember(names_of_defences()));
    command->add_option("--only", plan.only, "Faults of this kind and no other")
        ->check(CLI::IsMember(drill::fault_kinds()));
    command->add_option("--folder", folder, "Where the databases lie (default: in memory)");
    command->add_option("--stall-ms", plan.stall_ms, "Given up after so long without any end");
    CLI11_PARSE(app, argc, argv);
    for (const auto& [name, defence] : defences) {
        if (without == name) plan.without = defence;
    }
    (void)sim::raise_file_limit();
    if (folder.empty() && fs::is_directory("/dev/shm")) folder = "/dev/shm";
    const Scratch scratch(folder.empty() ? fs::temp_directory_path() : fs::path(folder));
    plan.folder = scratch.path;
    const drill::Outcome outcome = drill::Drill(plan).run();
    std::cout << as_json(plan, outcome) << std::endl;
    return outcome.good() && outcome.commands == plan.commands ? 0 : 1;
}
