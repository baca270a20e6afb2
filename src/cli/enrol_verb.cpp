// `vistter enrol`: lets Studio make pairing tokens. One serial: token, code and a QR picture on the
// terminal. Up to fifty: one enrolment file, which `vistter pair --enrolment` and the appliance's
// --pairing-file read.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "base/file.hpp"
#include "cli/studio_access.hpp"
#include "cli/verb.hpp"
#include "qr/qr_code.hpp"

namespace vistter::cli {
namespace {

namespace json = boost::json;

struct Arguments {
    StudioOptions studio;
    std::vector<std::string> serials;
    std::string file;
    std::optional<std::int64_t> ttl_s;
};

// To the terminal only: data for a pipe is JSON.
void show(const json::value& token) {
    const json::object content{{"token", text_of(token, "token")},
                               {"studio_url", text_of(token, "studio_url")}};
    if (const auto drawn = qr::to_terminal(json::serialize(content))) std::cout << *drawn;
    std::cout << fmt::format(
        "Serial  {}\nStudio  {}\nCode    {}   (type it; until {})\nToken   {}\n        (copy it; "
        "until {})\n",
        text_of(token, "serial"), text_of(token, "studio_url"), text_of(token, "code"),
        text_of(token, "code_expires_at"), text_of(token, "token"), text_of(token, "expires_at"));
}

int enrol_one(const Context& context, const Arguments& arguments, const RestClient& studio) {
    json::object request{{"serial", arguments.serials.front()}};
    if (arguments.ttl_s) request["ttl_s"] = *arguments.ttl_s;
    const auto token = studio.send("POST", "/v1/pairing-tokens", request);
    if (!token) return report(context, token.error());
    if (context.json)
        std::cout << json::serialize(*token) << std::endl;
    else
        show(*token);
    return exit_ok;
}

int enrol_many(const Context& context, const Arguments& arguments, const RestClient& studio) {
    json::object request{{"serials", json::value_from(arguments.serials)}};
    if (arguments.ttl_s) request["ttl_s"] = *arguments.ttl_s;
    const auto enrolment = studio.send("POST", "/v1/enrolments", request);
    if (!enrolment) return report(context, enrolment.error());
    if (const Status kept = write_file(arguments.file, json::serialize(*enrolment) + "\n", 0600);
        !kept)
        return report(context, kept.error());
    if (context.json)
        std::cout << json::serialize(json::object{{"file", arguments.file},
                                                  {"tokens", arguments.serials.size()}})
                  << std::endl;
    else
        std::cerr << fmt::format("{}: {} tokens, good until {}. Keep it like a key.\n",
                                 arguments.file, arguments.serials.size(),
                                 text_of(*enrolment, "expires_at"));
    return exit_ok;
}

int run(const Context& context, const Arguments& arguments) {
    const auto studio = open_studio(arguments.studio);
    if (!studio) return report(context, studio.error());
    if (!arguments.file.empty()) return enrol_many(context, arguments, *studio);
    if (arguments.serials.size() == 1) return enrol_one(context, arguments, *studio);
    return report(context,
                  fail(ErrorCode::CFG_INVALID, "Name the file for several serials with --file."));
}

}  // namespace

void add_enrol_verb(CLI::App& app, Context& context) {
    auto arguments = std::make_shared<Arguments>();  // shared: CLI11 keeps its callbacks as copies
    CLI::App* verb = app.add_subcommand("enrol", "Let Studio make pairing tokens for serials");
    add_studio_options(*verb, arguments->studio);
    verb->add_option("serials", arguments->serials, "One to fifty serials")->required();
    verb->add_option("--file", arguments->file, "Write one enrolment file for all of them");
    verb->add_option("--ttl", arguments->ttl_s, "Seconds the tokens live");
    add_json_flag(*verb, context);
    verb->callback([&context, arguments] {
        context.action = [&context, arguments] { return run(context, *arguments); };
    });
}

}  // namespace vistter::cli
