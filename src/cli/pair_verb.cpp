// `vistter pair`: gives a pairing token to an appliance through its local API. The token comes from
// a file or standard input, never from the command line, where every user of the machine could read
// it.
#include <fmt/format.h>

#include <boost/json.hpp>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "base/file.hpp"
#include "cli/verb.hpp"
#include "crypto/pairing_token.hpp"
#include "net/http_client.hpp"

namespace vistter::cli {
namespace {

namespace json = boost::json;

constexpr std::uint64_t secret_limit = 4'096;
constexpr std::int64_t pair_deadline_ms = 30'000;  // the appliance itself gives Studio 15 s

struct Arguments {
    std::string appliance = "http://127.0.0.1:8080";
    std::string studio;
    std::filesystem::path token_file, password_file;
};

std::string first_line(const std::string& text) {
    std::string line = text.substr(0, text.find('\n'));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    return line;
}

Result<std::string> read_secret(const std::filesystem::path& file) {
    if (!file.empty()) {
        const auto content = read_file(file, secret_limit);
        if (!content) return content.error();
        return first_line(*content);
    }
    std::string line;
    std::getline(std::cin, line);
    if (line.empty())
        return fail(ErrorCode::PAIR_CHECK,
                    "No pairing token on standard input; or name one with --token-file.");
    return first_line(line);
}

// An answer of the local API as the error it stands for.
Error refusal(const net::Fetched& answer) {
    boost::system::error_code failed;
    const json::value problem = json::parse(answer.body, failed);
    if (!failed && problem.is_object()) {
        const json::object& object = problem.as_object();
        const json::value* code = object.if_contains("code");
        const json::value* detail = object.if_contains("detail");
        if (code != nullptr && code->is_string() && detail != nullptr && detail->is_string()) {
            const auto known = error_code_from(std::string_view(code->as_string()));
            return fail(known.value_or(ErrorCode::SYS_INTERNAL), std::string(detail->as_string()));
        }
    }
    return fail(ErrorCode::SYS_INTERNAL,
                fmt::format("The appliance answered {}; is this its address?", answer.status));
}

Result<json::object> post(const Arguments& arguments, const std::string& path,
                          const json::object& body, const std::string& bearer) {
    net::FetchOptions request;
    request.method = "POST";
    request.url = arguments.appliance + path;
    request.headers["content-type"] = "application/json";
    if (!bearer.empty()) request.headers["authorization"] = "Bearer " + bearer;
    request.body = json::serialize(body);
    request.deadline_ms = pair_deadline_ms;
    const auto answer = net::fetch(request);
    if (!answer) return answer.error();
    if (answer->status / 100 != 2) return refusal(*answer);
    boost::system::error_code failed;
    json::value value = json::parse(answer->body, failed);
    if (failed || !value.is_object())
        return fail(ErrorCode::SYS_INTERNAL, "The appliance's answer could not be read.");
    return std::move(value.as_object());
}

Result<json::object> pair(const Arguments& arguments) {
    const auto token = read_secret(arguments.token_file);
    if (!token) return token.error();
    if (const auto good = crypto::parse_pairing_token(*token); !good) return good.error();
    if (arguments.password_file.empty())
        return fail(ErrorCode::API_UNAUTHENTICATED,
                    "Name the file with the appliance page's password: --password-file.");
    const auto password = read_file(arguments.password_file, secret_limit);
    if (!password) return password.error();
    const auto session =
        post(arguments, "/local/v1/session", {{"password", first_line(*password)}}, {});
    if (!session) return session.error();
    const json::value* bearer = session->if_contains("token");
    if (bearer == nullptr || !bearer->is_string())
        return fail(ErrorCode::SYS_INTERNAL, "The appliance's sign-in answer holds no token.");
    return post(arguments, "/local/v1/pairing",
                {{"token", *token}, {"studio_url", arguments.studio}},
                std::string(bearer->as_string()));
}

int run(const Context& context, const Arguments& arguments) {
    const auto paired = pair(arguments);
    if (!paired) return report(context, paired.error());
    if (context.json) {
        std::cout << json::serialize(*paired) << std::endl;
        return exit_ok;
    }
    const json::value* device = paired->if_contains("device_id");
    std::cerr << "Paired: the appliance is "
              << (device != nullptr && device->is_string() ? std::string(device->as_string())
                                                           : "known")
              << " at " << arguments.studio << "\n";
    return exit_ok;
}

}  // namespace

void add_pair_verb(CLI::App& app, Context& context) {
    auto arguments = std::make_shared<Arguments>();  // shared: CLI11 keeps its callbacks as copies
    CLI::App* command = app.add_subcommand(
        "pair", "Pair an appliance with a Studio; the token comes on standard input");
    command->add_option("--appliance", arguments->appliance, "Address of the appliance's local API")
        ->capture_default_str();
    command->add_option("--studio", arguments->studio, "Address of Studio, https://host[:port]")
        ->required();
    command->add_option("--token-file", arguments->token_file, "Read the token from this file");
    command->add_option("--password-file", arguments->password_file,
                        "File with the appliance page's password");
    add_json_flag(*command, context);
    command->callback([&context, arguments] {
        context.action = [&context, arguments] { return run(context, *arguments); };
    });
}

}  // namespace vistter::cli
