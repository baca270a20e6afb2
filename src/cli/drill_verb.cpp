// `vistter drill`: hands over to vistter-drill beside this program, which holds both ends of the
// road.
#include <unistd.h>

#include <iostream>
#include <memory>
#include <vector>

#include "cli/verb.hpp"

namespace vistter::cli {
namespace {

int hand_over(std::vector<std::string> arguments) {
    const std::string program = (own_folder() / "vistter-drill").string();
    arguments.insert(arguments.begin(), program);
    std::vector<char*> pointers;
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    ::execv(program.c_str(), pointers.data());
    std::cerr << "vistter: " << program << " is not there; scripts/build makes it\n";
    return exit_not_found;
}

}  // namespace

void add_drill_verb(CLI::App& app, Context& context) {
    auto* drill = app.add_subcommand(
        "drill", "Run a failover drill, e.g. random-faults --commands 20000 --faults 500 --seed 1");
    drill->prefix_command();
    drill->callback(
        [drill, &context] { context.action = [drill] { return hand_over(drill->remaining()); }; });
}

}  // namespace vistter::cli
