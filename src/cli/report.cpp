// Errors to words and exit codes, the same way for every verb.
#include <boost/json.hpp>

#include <cstdio>
#include <iostream>

#include "cli/verb.hpp"

namespace vistter::cli {

int exit_for(ErrorCode code) {
    switch (code) {
        case ErrorCode::AST_FETCH:
        case ErrorCode::CAM_UNREACHABLE:
            return exit_unreachable;
        case ErrorCode::SEC_PIN:
        case ErrorCode::SEC_UNAUTHORISED:
        case ErrorCode::SEC_REVOKED:
        case ErrorCode::API_UNAUTHENTICATED:
        case ErrorCode::API_FORBIDDEN:
        case ErrorCode::PAIR_INVALID:
        case ErrorCode::PAIR_EXPIRED:
        case ErrorCode::PAIR_USED:
            return exit_not_authorised;
        case ErrorCode::RES_NOT_FOUND:
        case ErrorCode::API_NOT_FOUND:
            return exit_not_found;
        case ErrorCode::STA_PRECONDITION:
        case ErrorCode::STA_TRANSITION:
        case ErrorCode::STA_IN_USE:
        case ErrorCode::TML_REVISION:
        case ErrorCode::API_PRECONDITION:
        case ErrorCode::SYS_PORT_IN_USE:
            return exit_conflict;
        case ErrorCode::SYS_TIMEOUT:
            return exit_timed_out;
        default:
            return exit_failed;
    }
}

int report(const Context& context, const Error& error) {
    if (context.json) {
        boost::json::array details;
        for (const ErrorDetail& detail : error.details) {
            details.push_back({{"pointer", detail.pointer},
                               {"code", to_string(detail.code)},
                               {"hint", detail.hint}});
        }
        boost::json::object body{
            {"code", to_string(error.code)}, {"message", error.message}, {"details", details}};
        std::cout << boost::json::serialize(boost::json::object{{"error", body}}) << std::endl;
    } else {
        std::cerr << "vistter: " << describe(error) << '\n';
        if (exit_for(error.code) == exit_unreachable)
            std::cerr << "  Nobody answers there. Is it running, and is the address right?\n";
        for (const ErrorDetail& detail : error.details) {
            std::cerr << "  " << to_string(detail.code) << ' ' << detail.pointer << ": "
                      << detail.hint << '\n';
        }
    }
    return exit_for(error.code);
}

std::filesystem::path own_folder() {
    std::error_code failed;
    return std::filesystem::read_symlink("/proc/self/exe", failed).parent_path();
}

void add_json_flag(CLI::App& command, Context& context) {
    command.add_flag("--json", context.json, "Print JSON on standard output");
}

}  // namespace vistter::cli
