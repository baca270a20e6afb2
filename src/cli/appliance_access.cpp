// A small client of the local API.
#include "cli/appliance_access.hpp"

#include <fmt/format.h>

#include <iostream>

#include "base/file.hpp"
#include "cli/sandbox/rest.hpp"
#include "net/http_client.hpp"

namespace vistter::cli {
namespace {

namespace json = boost::json;

constexpr std::uint64_t secret_limit = 4'096;
constexpr std::int64_t deadline_ms = 45'000;  // the appliance itself gives Studio 15 s a request

std::string first_line(const std::string& text) {
    std::string line = text.substr(0, text.find('\n'));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    return line;
}

// An answer of the local API as the error it stands for.
Error refusal(const net::Fetched& answer) {
    boost::system::error_code failed;
    const json::value problem = json::parse(answer.body, failed);
    const std::string detail = failed ? std::string() : text_of(problem, "detail");
    if (detail.empty())
        return fail(ErrorCode::SYS_INTERNAL,
                    fmt::format("The appliance answered {}; is this its address?", answer.status));
    const auto known = error_code_from(text_of(problem, "code"));
    return fail(known.value_or(ErrorCode::SYS_INTERNAL), detail);
}

}  // namespace

Result<std::string> first_line_of(const std::filesystem::path& file) {
    if (!file.empty()) {
        const auto content = read_file(file, secret_limit);
        if (!content) return content.error();
        return first_line(*content);
    }
    std::string line;
    std::getline(std::cin, line);
    return first_line(line);
}

void ApplianceAccess::add_options(CLI::App& verb, Options& options) {
    verb.add_option("--appliance", options.url, "Address of the appliance's local API")
        ->capture_default_str();
    verb.add_option("--password-file", options.password_file,
                    "File with the appliance page's password");
}

Result<ApplianceAccess> ApplianceAccess::sign_in(const Options& options) {
    if (options.password_file.empty())
        return fail(ErrorCode::API_UNAUTHENTICATED,
                    "Name the file with the appliance page's password: --password-file.");
    const auto password = first_line_of(options.password_file);
    if (!password) return password.error();
    ApplianceAccess access(options.url);
    const json::object body{{"password", *password}};
    const auto session = access.ask("POST", "/local/v1/session", &body);
    if (!session) return session.error();
    access.bearer_ = text_of(*session, "token");
    if (access.bearer_.empty())
        return fail(ErrorCode::SYS_INTERNAL, "The appliance's sign-in answer holds no token.");
    return access;
}

Result<json::object> ApplianceAccess::ask(const std::string& method, const std::string& path,
                                          const json::object* body) const {
    net::FetchOptions request;
    request.method = method;
    request.url = url_ + path;
    if (body != nullptr) {
        request.headers["content-type"] = "application/json";
        request.body = json::serialize(*body);
    }
    if (!bearer_.empty()) request.headers["authorization"] = "Bearer " + bearer_;
    request.deadline_ms = deadline_ms;
    const auto answer = net::fetch(request);
    if (!answer) return answer.error();
    if (answer->status / 100 != 2) return refusal(*answer);
    if (answer->status == 204) return json::object();
    boost::system::error_code failed;
    json::value value = json::parse(answer->body, failed);
    if (failed || !value.is_object())
        return fail(ErrorCode::SYS_INTERNAL, "The appliance's answer could not be read.");
    return std::move(value.as_object());
}

std::string steps_text(const json::object& report) {
    std::string text;
    const json::value* steps = report.if_contains("steps");
    if (steps == nullptr || !steps->is_array()) return text;
    for (const json::value& step : steps->as_array()) {
        text += fmt::format("  {:9} {}\n", text_of(step, "state"), text_of(step, "name"));
        if (text_of(step, "state") != "failed") continue;
        text += fmt::format("            {}\n            {}\n", text_of(step, "cause"),
                            text_of(step, "next"));
    }
    return text;
}

}  // namespace vistter::cli
