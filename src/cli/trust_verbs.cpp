// `vistter credentials list|rotate|revoke`: an appliance's certificate and keys through Studio.
// `vistter keys list|rotate`: Studio's own.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/studio_access.hpp"
#include "cli/verb.hpp"

namespace vistter::cli {
namespace {

namespace json = boost::json;

struct Arguments {
    StudioOptions studio;
    std::string device;
    std::string name;  // a credential, or one of Studio's keys
    std::int64_t overlap_s = 604'800;
    bool yes = false;
};

using Answer = Result<json::value>;
using Ask = Answer (*)(const RestClient&, const Arguments&);
using Show = void (*)(const json::value&);

std::string appliance(const Arguments& arguments) {
    return "/v1/appliances/" + arguments.device;
}

// A member as text: a number too, and "-" for null.
std::string shown(const json::value& object, std::string_view member) {
    const json::value* found =
        object.is_object() ? object.as_object().if_contains(member) : nullptr;
    if (!found || found->is_null()) return "-";
    return found->is_string() ? std::string(found->as_string()) : json::serialize(*found);
}

void show_list(const json::value& answer, std::string_view list,
               const std::vector<std::string_view>& columns) {
    for (const json::value& row : answer.at(list).as_array()) {
        std::string line;
        for (const std::string_view column : columns) {
            const std::string text = shown(row, column);
            if (text != "-" || column == "state") line += text + "  ";
        }
        std::cout << line << '\n';
    }
}

void show_credentials(const json::value& answer) {
    show_list(answer, "credentials",
              {"state", "kind", "kid", "thumbprint", "issued_at", "not_after", "ends_at"});
    show_list(answer, "rotations", {"step", "credential", "started_at", "ended_at", "reason"});
    if (shown(answer, "revoked_at") != "-")
        std::cout << "revoked since " << shown(answer, "revoked_at") << '\n';
}

void show_keys(const json::value& answer) {
    show_list(answer, "items", {"state", "key", "id", "made_at"});
}

void show_rotation(const json::value& answer) {
    std::cout << fmt::format("{} is being renewed; follow it: vistter command watch {}\n",
                             shown(answer, "credential"), shown(answer, "message_id"));
}

void show_revoked(const json::value& answer) {
    std::cout << fmt::format("{} is revoked; its local show goes on, Studio hears it no more\n",
                             shown(answer, "device_id"));
}

int run(const Context& context, const Arguments& arguments, Ask ask, Show show) {
    const auto studio = open_studio(arguments.studio);
    if (!studio) return report(context, studio.error());
    const auto answer = ask(*studio, arguments);
    if (!answer) return report(context, answer.error());
    if (context.json)
        std::cout << json::serialize(*answer) << std::endl;
    else
        show(*answer);
    return exit_ok;
}

// A verb's leaf: its options are added by the caller.
std::shared_ptr<Arguments> add_leaf(CLI::App& leaf, Context& context, Ask ask, Show show) {
    auto arguments = std::make_shared<Arguments>();  // shared: CLI11 keeps its callbacks as copies
    add_studio_options(leaf, arguments->studio);
    add_json_flag(leaf, context);
    leaf.callback([&context, arguments, ask, show] {
        context.action = [&context, arguments, ask, show] {
            return run(context, *arguments, ask, show);
        };
    });
    return arguments;
}

void add_credentials(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("credentials", "An appliance's certificate and keys");
    verb->require_subcommand(1);
    CLI::App* list = verb->add_subcommand("list", "Show them and their renewals");
    auto shown_device = add_leaf(
        *list, context,
        [](const RestClient& studio, const Arguments& arguments) {
            return studio.get(appliance(arguments) + "/credentials");
        },
        show_credentials);
    list->add_option("device", shown_device->device, "The appliance's id")->required();

    CLI::App* rotate = verb->add_subcommand("rotate", "Renew one while the show goes on");
    auto renewed = add_leaf(
        *rotate, context,
        [](const RestClient& studio, const Arguments& arguments) {
            return studio.send(
                "POST", appliance(arguments) + "/credentials:rotate",
                json::object{{"credential", arguments.name}, {"overlap_s", arguments.overlap_s}});
        },
        show_rotation);
    rotate->add_option("device", renewed->device, "The appliance's id")->required();
    rotate
        ->add_option("credential", renewed->name,
                     "client_cert, signing_key, sealing_key, trust_bundle or session_token")
        ->required();
    rotate
        ->add_option("--overlap", renewed->overlap_s,
                     "Seconds the former one stays good beside the new one")
        ->capture_default_str();

    CLI::App* revoke = verb->add_subcommand("revoke", "Cut an appliance off for good");
    auto revoked = add_leaf(
        *revoke, context,
        [](const RestClient& studio, const Arguments& arguments) {
            return studio.send("POST", appliance(arguments) + ":revoke", json::object{});
        },
        show_revoked);
    revoke->add_option("device", revoked->device, "The appliance's id")->required();
    revoke->add_flag("--yes", revoked->yes, "It is meant: this cannot be taken back")->required();
}

void add_keys(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand("keys", "Studio's own keys");
    verb->require_subcommand(1);
    add_leaf(
        *verb->add_subcommand("list", "Show them"), context,
        [](const RestClient& studio, const Arguments&) { return studio.get("/v1/studio/keys"); },
        show_keys);
    CLI::App* rotate = verb->add_subcommand("rotate", "Make the next one and use it from now on");
    auto renewed = add_leaf(
        *rotate, context,
        [](const RestClient& studio, const Arguments& arguments) {
            return studio.send("POST", "/v1/studio/keys:rotate",
                               json::object{{"key", arguments.name}});
        },
        show_keys);
    rotate->add_option("key", renewed->name, "message, session, server or root")->required();
}

}  // namespace

void add_trust_verbs(CLI::App& app, Context& context) {
    add_credentials(app, context);
    add_keys(app, context);
}

}  // namespace vistter::cli
