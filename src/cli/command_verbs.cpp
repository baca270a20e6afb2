// `vistter command send|watch|trace|cancel|resend`: one command to one appliance through Studio,
// and what becomes of it.
#include <fmt/format.h>
#include <poll.h>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "cli/studio_access.hpp"
#include "cli/verb.hpp"

namespace vistter::cli {
namespace json = boost::json;
namespace {

constexpr int look_every_ms = 200;
constexpr std::uint64_t max_body_bytes = 1'048'576;

struct SendOptions {
    StudioOptions studio;
    std::string device, type, body_file;
    std::optional<std::int64_t> expires_in_s;
    bool wait = false;
    int timeout_s = 60;
};

struct WatchOptions {
    StudioOptions studio;
    std::string message_id;
    int timeout_s = 60;
};

Result<json::value> read_body(const std::string& file) {
    std::string text;
    if (file == "-") {
        text.assign(std::istreambuf_iterator<char>(std::cin), {});
    } else {
        auto content = read_file(file, max_body_bytes);
        if (!content) return content.error();
        text = std::move(*content);
    }
    boost::system::error_code failed;
    json::value body = json::parse(text, failed);
    if (failed || !body.is_object()) {
        return fail(ErrorCode::VAL_JSON, fmt::format("{}: the body must be one JSON object", file));
    }
    return body;
}

void print_step(const Context& context, std::string_view kind, const json::value& body) {
    if (context.json) {
        json::object line{{"kind", kind}};
        for (const auto& member : body.as_object()) line[member.key()] = member.value();
        std::cout << json::serialize(line) << std::endl;
        return;
    }
    const std::string state = text_of(body, kind == "ack" ? "status" : "state");
    std::cout << kind << ' ' << state;
    const json::value* error = body.as_object().if_contains("error");
    if (error != nullptr && error->is_object()) {
        std::cout << ": " << text_of(*error, "code") << " " << text_of(*error, "message");
    }
    std::cout << std::endl;
}

int exit_of(const json::value& record) {
    const std::string state = text_of(record, "state");
    const json::value* ack = record.as_object().if_contains("ack");
    if (ack != nullptr && text_of(*ack, "status") == "rejected") return exit_rejected;
    if (state == "completed" || state == "succeeded") return exit_ok;
    return state == "expired" ? exit_timed_out : exit_failed;
}

// Prints every ACK and PROGRESS once, in order, until the command is over or the time is.
int watch(const Context& context, const RestClient& studio, const std::string& message_id,
          int timeout_s) {
    const std::int64_t end = machine_clock().steady().ns + timeout_s * 1'000'000'000LL;
    bool acknowledged = false;
    std::size_t shown = 0;
    for (;;) {
        const auto record = studio.get("/v1/commands/" + message_id);
        if (!record) return report(context, record.error());
        const json::value* ack = record->as_object().if_contains("ack");
        if (!acknowledged && ack != nullptr && ack->is_object()) {
            print_step(context, "ack", *ack);
            acknowledged = true;
        }
        const json::array& progress = record->at("progress").as_array();
        for (; shown < progress.size(); ++shown) print_step(context, "progress", progress[shown]);
        if (record->at("terminal").as_bool()) {
            if (text_of(*record, "state") == "expired") {
                report(context, fail(ErrorCode::SYS_TIMEOUT,
                                     "the command expired before the appliance answered"));
            }
            return exit_of(*record);
        }
        if (machine_clock().steady().ns >= end) {
            return report(
                context,
                fail(ErrorCode::SYS_TIMEOUT,
                     fmt::format(
                         "after {} s the command is still {}; vistter command watch {} goes on",
                         timeout_s, text_of(*record, "state"), message_id)));
        }
        ::poll(nullptr, 0, look_every_ms);
    }
}

int send(const Context& context, const SendOptions& options) {
    const auto studio = open_studio(options.studio);
    if (!studio) return report(context, studio.error());
    auto body = read_body(options.body_file);
    if (!body) return report(context, body.error());
    json::object request{{"type", options.type}, {"body", std::move(*body)}};
    if (options.expires_in_s) request["expires_in_s"] = *options.expires_in_s;
    const auto sent =
        studio->send("POST", fmt::format("/v1/appliances/{}/commands", options.device), request);
    if (!sent) return report(context, sent.error());
    const std::string message_id = text_of(*sent, "message_id");
    if (context.json) {
        std::cout << json::serialize(json::object{{"kind", "sent"}, {"message_id", message_id}})
                  << std::endl;
    } else {
        std::cout << message_id << std::endl;
    }
    return options.wait ? watch(context, *studio, message_id, options.timeout_s) : exit_ok;
}

std::string text_or(const json::value& object, std::string_view member, const char* absent) {
    const std::string text = text_of(object, member);
    return text.empty() ? absent : text;
}

// Every message of a command in order, one a line.
int trace(const Context& context, const WatchOptions& options) {
    const auto studio = open_studio(options.studio);
    if (!studio) return report(context, studio.error());
    const auto traced = studio->get("/v1/commands/" + options.message_id + "/trace");
    if (!traced) return report(context, traced.error());
    for (const json::value& entry : traced->at("entries").as_array()) {
        if (context.json) {
            std::cout << json::serialize(entry) << "\n";
            continue;
        }
        const json::value& seq = entry.at("seq");
        std::cout << fmt::format("{} {:<6} {:<12} {:<12} {} {}\n", text_of(entry, "at"),
                                 text_of(entry, "direction"), text_of(entry, "what"),
                                 text_or(entry, "state", "-"), text_or(entry, "session_id", "-"),
                                 seq.is_null() ? "-" : json::serialize(seq));
    }
    return exit_ok;
}

int act(const Context& context, const WatchOptions& options, const std::string& act_name) {
    const auto studio = open_studio(options.studio);
    if (!studio) return report(context, studio.error());
    const auto done = studio->send(
        "POST", fmt::format("/v1/commands/{}:{}", options.message_id, act_name), json::object{});
    if (!done) return report(context, done.error());
    if (context.json) {
        std::cout << json::serialize(*done) << "\n";
    } else {
        std::cout << text_or(*done, "state", "sent again") << "\n";
    }
    return exit_ok;
}

void add_send(CLI::App& command, Context& context) {
    auto options =
        std::make_shared<SendOptions>();  // shared by the parser's options and the callback
    CLI::App* verb = command.add_subcommand("send", "Send one command; prints its message_id");
    add_studio_options(*verb, options->studio);
    verb->add_option("--device", options->device, "The appliance's device_id")->required();
    verb->add_option("--type", options->type, "DEVICE_CONFIG, CAMERA_ACTION, TIMELINE_LOAD, ...")
        ->required();
    verb->add_option("--body", options->body_file,
                     "File with the body as JSON, - for standard input")
        ->required();
    verb->add_option("--expires-in", options->expires_in_s,
                     "Seconds after which it must not start any more");
    verb->add_flag("--wait", options->wait, "Follow it to its end");
    verb->add_option("--timeout", options->timeout_s, "With --wait: seconds to follow it")
        ->capture_default_str();
    add_json_flag(*verb, context);
    verb->callback([options, &context] {
        context.action = [options, &context] { return send(context, *options); };
    });
}

void add_watch(CLI::App& command, Context& context) {
    auto options =
        std::make_shared<WatchOptions>();  // shared by the parser's options and the callback
    CLI::App* verb =
        command.add_subcommand("watch", "Follow a command: its ACK and PROGRESS, one a line");
    add_studio_options(*verb, options->studio);
    verb->add_option("message_id", options->message_id, "What send printed")->required();
    verb->add_option("--timeout", options->timeout_s, "Seconds to follow it")
        ->capture_default_str();
    add_json_flag(*verb, context);
    verb->callback([options, &context] {
        context.action = [options, &context] {
            const auto studio = open_studio(options->studio);
            if (!studio) return report(context, studio.error());
            return watch(context, *studio, options->message_id, options->timeout_s);
        };
    });
}

using OneCommand = std::function<int(const Context&, const WatchOptions&)>;

void add_one(CLI::App& command, Context& context, const std::string& name,
             const std::string& description, OneCommand run) {
    auto options =
        std::make_shared<WatchOptions>();  // shared by the parser's options and the callback
    CLI::App* verb = command.add_subcommand(name, description);
    add_studio_options(*verb, options->studio);
    verb->add_option("message_id", options->message_id, "What send printed")->required();
    add_json_flag(*verb, context);
    verb->callback([options, run = std::move(run), &context] {
        context.action = [options, run, &context] { return run(context, *options); };
    });
}

}  // namespace

void add_command_verbs(CLI::App& app, Context& context) {
    CLI::App* command =
        app.add_subcommand("command", "Send commands to appliances through Studio and follow them");
    command->require_subcommand(1);
    add_send(*command, context);
    add_watch(*command, context);
    add_one(*command, context, "trace", "Every message of a command in order, one a line", trace);
    add_one(*command, context, "cancel", "Cancel a command that is not over",
            [](const Context& where, const WatchOptions& which) {
                return act(where, which, "cancel");
            });
    add_one(*command, context, "resend", "Send an unfinished command again now",
            [](const Context& where, const WatchOptions& which) {
                return act(where, which, "resend");
            });
}

}  // namespace vistter::cli
