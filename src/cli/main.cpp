// `vistter`: the one command-line tool. Verbs live in files of their own; here they are only put
// together.
#include <cstdio>

#include "base/log.hpp"
#include "cli/verb.hpp"
#include "contract/validate.hpp"

int main(int argc, char** argv) {
    using namespace vistter;
    log::open("vistter", log::Level::warning);
    CLI::App app{
        "Vistter: pair appliances, send commands, check contract files, draw overlays, run the "
        "sandbox"};
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string("vistter 0.1.0, contract ") +
                                          std::string(contract::contract_version()));
    cli::Context context;
    cli::add_contract_verbs(app, context);
    cli::add_ocl_verbs(app, context);
    cli::add_ocl_compile_verb(app, context);
    cli::add_ocl_package_verbs(app, context);
    cli::add_pair_verb(app, context);
    cli::add_enrol_verb(app, context);
    cli::add_trust_verbs(app, context);
    cli::add_command_verbs(app, context);
    cli::add_sandbox_verbs(app, context);
    cli::add_doctor_verb(app, context);
    cli::add_broker_verb(app, context);
    cli::add_ledger_verb(app, context);
    cli::add_drill_verb(app, context);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? cli::exit_ok : cli::exit_usage;
    }
    return context.action ? context.action() : cli::exit_usage;
}
