// How `vistter` is put together: each verb adds its subcommand and says what to run; main maps the
// outcome to an exit code.
#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <functional>

#include "base/result.hpp"

namespace vistter::cli {

// Exit codes every verb keeps (rulings 4; also 130 when interrupted).
enum Exit : int {
    exit_ok = 0,
    exit_failed = 1,
    exit_usage = 2,
    exit_unreachable = 3,
    exit_not_authorised = 4,
    exit_not_found = 5,
    exit_conflict = 6,
    exit_rejected = 7,
    exit_timed_out = 8,
    exit_interrupted = 130,
};

// The exit code an error code stands for; the one table.
int exit_for(ErrorCode code);

// Shared by all verbs. Data goes to standard output, talk to standard error.
struct Context {
    bool json = false;            // --json given
    std::function<int()> action;  // what the chosen subcommand will do; set by its callback
};

// Prints an error as words on standard error or, with --json, as {"error":{code,message,details}}
// on standard output; returns its exit code.
int report(const Context& context, const Error& error);
// Adds --json to a subcommand.
void add_json_flag(CLI::App& command, Context& context);

// The folder this executable is in; the other programs lie beside it.
std::filesystem::path own_folder();

void add_contract_verbs(CLI::App& app, Context& context);
void add_ocl_verbs(CLI::App& app, Context& context);
void add_ocl_compile_verb(CLI::App& app, Context& context);   // after add_ocl_verbs
void add_ocl_package_verbs(CLI::App& app, Context& context);  // after add_ocl_verbs
void add_pair_verb(CLI::App& app, Context& context);
void add_enrol_verb(CLI::App& app, Context& context);
void add_trust_verbs(CLI::App& app, Context& context);
void add_command_verbs(CLI::App& app, Context& context);
void add_sandbox_verbs(CLI::App& app, Context& context);
void add_doctor_verb(CLI::App& app, Context& context);
void add_broker_verb(CLI::App& app, Context& context);
void add_ledger_verb(CLI::App& app, Context& context);
void add_drill_verb(CLI::App& app, Context& context);

}  // namespace vistter::cli
