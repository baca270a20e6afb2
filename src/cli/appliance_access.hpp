// What verbs that speak with an appliance's local API share: sign-in, requests, and the seven steps
// of an attempt as people read them.
#pragma once

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "cli/verb.hpp"

namespace vistter::cli {

// The first line of a secret's file, or of standard input when no file is named.
Result<std::string> first_line_of(const std::filesystem::path& file);

class ApplianceAccess {
  public:
    struct Options {
        std::string url = "http://127.0.0.1:8080";
        std::filesystem::path password_file;
    };
    static void add_options(CLI::App& verb, Options& options);
    // Errors: API_UNAUTHENTICATED, AST_FETCH, and what the appliance answers.
    static Result<ApplianceAccess> sign_in(const Options& options);
    Result<boost::json::object> ask(const std::string& method, const std::string& path,
                                    const boost::json::object* body = nullptr) const;

  private:
    explicit ApplianceAccess(std::string url) : url_(std::move(url)) {}
    std::string url_, bearer_;
};

// One line a step, with the cause and the next step of the one that failed.
std::string steps_text(const boost::json::object& report);

}  // namespace vistter::cli
