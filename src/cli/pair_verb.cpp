// `vistter pair`: gives a pairing token, a typed code or its entry of an enrolment file to an
// appliance through its local API. The secret comes from a file or standard input, never from the
// command line, where every user of the machine could read it. `vistter unpair` takes it all back.
#include <fmt/format.h>
#include <poll.h>

#include <iostream>
#include <memory>
#include <string>

#include "base/file.hpp"
#include "cli/appliance_access.hpp"
#include "cli/sandbox/rest.hpp"
#include "crypto/pairing_code.hpp"
#include "crypto/pairing_token.hpp"

namespace vistter::cli {
namespace {

namespace json = boost::json;

constexpr std::uint64_t file_limit = 65'536;

struct Arguments {
    ApplianceAccess::Options appliance;
    std::string studio;
    std::filesystem::path token_file, enrolment_file;
    bool stop_air = false;
};

// A typo is found here, before anything is asked of anybody.
Status check_secret(const std::string& secret) {
    if (secret.empty())
        return fail(ErrorCode::PAIR_CHECK,
                    "No pairing token on standard input; or name one with --token-file.");
    if (crypto::reads_as_pairing_code(secret)) {
        const auto code = crypto::parse_pairing_code(secret);
        return code ? ok() : Status(code.error());
    }
    const auto token = crypto::parse_pairing_token(secret);
    return token ? ok() : Status(token.error());
}

// {token, studio_url} of one serial in an enrolment file.
Result<json::object> entry_of(const std::filesystem::path& file, const std::string& serial) {
    const auto text = read_file(file, file_limit);
    if (!text) return text.error();
    boost::system::error_code failed;
    const json::value enrolment = json::parse(*text, failed);
    const json::value* tokens =
        failed || !enrolment.is_object() ? nullptr : enrolment.as_object().if_contains("tokens");
    if (tokens == nullptr || !tokens->is_array())
        return fail(ErrorCode::VAL_JSON, file.string() + " is no enrolment file.");
    for (const json::value& entry : tokens->as_array()) {
        if (text_of(entry, "serial") == serial)
            return json::object{{"token", text_of(entry, "token")},
                                {"studio_url", text_of(enrolment, "studio_url")}};
    }
    return fail(ErrorCode::RES_NOT_FOUND,
                fmt::format("{} holds no token for {}.", file.string(), serial));
}

Result<json::object> request_of(const Arguments& arguments, const ApplianceAccess& appliance) {
    const auto before = appliance.ask("GET", "/local/v1/pairing");
    if (!before) return before.error();
    return entry_of(arguments.enrolment_file, text_of(*before, "serial"));
}

// What the appliance saw on the way, for people; the error itself is reported besides.
void show_steps(const Context& context, const ApplianceAccess& appliance) {
    if (context.json) return;
    const auto after = appliance.ask("GET", "/local/v1/pairing");
    const json::value* last = after ? after->if_contains("last_attempt") : nullptr;
    if (last != nullptr && last->is_object()) std::cerr << steps_text(last->as_object());
}

int pair(const Context& context, const Arguments& arguments) {
    json::object request{{"studio_url", arguments.studio}};
    if (arguments.enrolment_file.empty()) {
        const auto secret = first_line_of(arguments.token_file);
        if (!secret) return report(context, secret.error());
        if (const Status good = check_secret(*secret); !good) return report(context, good.error());
        if (arguments.studio.empty())
            return report(context, fail(ErrorCode::CFG_INVALID, "Name Studio with --studio."));
        request["token"] = *secret;
    }
    const auto appliance = ApplianceAccess::sign_in(arguments.appliance);
    if (!appliance) return report(context, appliance.error());
    if (!arguments.enrolment_file.empty()) {
        auto found = request_of(arguments, *appliance);
        if (!found) return report(context, found.error());
        request = *std::move(found);
    }
    const auto paired = appliance->ask("POST", "/local/v1/pairing", &request);
    if (!paired) {
        show_steps(context, *appliance);
        return report(context, paired.error());
    }
    if (context.json)
        std::cout << json::serialize(*paired) << std::endl;
    else
        std::cerr << "Paired: the appliance is " << text_of(*paired, "device_id") << " at "
                  << text_of(request, "studio_url") << "\n";
    return exit_ok;
}

// The appliance starts over, on the same address and with the same sign-in.
Status wait_for_a_new_start(const ApplianceAccess& appliance) {
    constexpr int looks = 100, look_every_ms = 200;
    for (int look = 0; look < looks; ++look) {
        const auto now = appliance.ask("GET", "/local/v1/pairing");
        const json::value* paired = now ? now->if_contains("paired") : nullptr;
        if (paired != nullptr && *paired == json::value(false)) return ok();
        ::poll(nullptr, 0, look_every_ms);
    }
    return fail(ErrorCode::SYS_TIMEOUT,
                "The appliance has promised to unpair and is not back yet; look at its log.");
}

int unpair(const Context& context, const Arguments& arguments) {
    const auto appliance = ApplianceAccess::sign_in(arguments.appliance);
    if (!appliance) return report(context, appliance.error());
    const auto gone = appliance->ask(
        "DELETE", std::string("/local/v1/pairing") + (arguments.stop_air ? "?on_air=stop" : ""));
    if (!gone) return report(context, gone.error());
    if (const Status back = wait_for_a_new_start(*appliance); !back)
        return report(context, back.error());
    if (context.json)
        std::cout << json::serialize(json::object{{"unpaired", true}}) << std::endl;
    else
        std::cerr << "Unpaired: everything of that Studio is deleted.\n";
    return exit_ok;
}

void add_unpair(CLI::App& app, Context& context) {
    auto arguments = std::make_shared<Arguments>();  // shared: CLI11 keeps its callbacks as copies
    CLI::App* command = app.add_subcommand(
        "unpair", "Make an appliance leave its Studio and delete everything of it");
    ApplianceAccess::add_options(*command, arguments->appliance);
    command->add_flag("--stop-air", arguments->stop_air, "Even while an output is on air");
    add_json_flag(*command, context);
    command->callback([&context, arguments] {
        context.action = [&context, arguments] { return unpair(context, *arguments); };
    });
}

}  // namespace

void add_pair_verb(CLI::App& app, Context& context) {
    auto arguments = std::make_shared<Arguments>();  // shared: CLI11 keeps its callbacks as copies
    CLI::App* command = app.add_subcommand(
        "pair", "Pair an appliance with a Studio; the token or code comes on standard input");
    ApplianceAccess::add_options(*command, arguments->appliance);
    command->add_option("--studio", arguments->studio, "Address of Studio, https://host[:port]");
    command->add_option("--token-file", arguments->token_file,
                        "Read the token or code from this file");
    command->add_option("--enrolment", arguments->enrolment_file,
                        "Take the token of the appliance's serial, and Studio's address, from "
                        "this enrolment file");
    add_json_flag(*command, context);
    command->callback([&context, arguments] {
        context.action = [&context, arguments] { return pair(context, *arguments); };
    });
    add_unpair(app, context);
}

}  // namespace vistter::cli
