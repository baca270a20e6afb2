// How verbs reach Studio: its address, its root and a sign-in token from files.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

#include "base/result.hpp"
#include "cli/sandbox/rest.hpp"

namespace vistter::cli {

struct StudioOptions {
    std::string url = "https://127.0.0.1:8443";
    std::string token_file;
    std::string root_file;
};

void add_studio_options(CLI::App& verb, StudioOptions& options);
// Token and root come from files: neither is ever an argument, where other users of the machine
// could read it. Errors: CFG_INVALID, API_UNAUTHENTICATED, RES_NOT_FOUND.
Result<RestClient> open_studio(const StudioOptions& options);

}  // namespace vistter::cli
