// `vistter broker-config`: everything a mosquitto broker needs to carry the channel of one Studio,
// in one folder: its configuration, access list, certificate and key. Run again, it renews them.
#include <fmt/format.h>

#include <boost/json.hpp>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/random.hpp"
#include "cli/verb.hpp"
#include "crypto/certificate.hpp"
#include "net/broker_config.hpp"

namespace vistter::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t file_limit = 65'536;
constexpr int most_roots = 1'000;
constexpr std::int64_t day_ms = 86'400'000, clock_slack_ms = 3'600'000;

struct Arguments {
    fs::path state = "/var/lib/vistter/studio", out;
    std::vector<std::string> hosts;
    std::string listen = "0.0.0.0";
    std::uint16_t port = 8883;
    std::int64_t days = 397;
};

// Studio's certificate authority as its state folder holds it.
struct Roots {
    crypto::PrivateKey key;
    crypto::Certificate current;
    std::string all_pem;  // with former ones, from which device certificates may still come
};

// root.key and root.pem are number 1, root-<n>.key and root-<n>.pem came with rotations.
fs::path root_file(const fs::path& state, int number, const char* kind) {
    return state /
           (number == 1 ? fmt::format("root.{}", kind) : fmt::format("root-{}.{}", number, kind));
}

Result<Roots> read_roots(const fs::path& state) {
    int current = 1;  // the highest; retired ones leave gaps
    for (int number = 2; number <= most_roots; ++number) {
        if (fs::exists(root_file(state, number, "key"))) current = number;
    }
    const auto key_text = read_file(root_file(state, current, "key"), file_limit);
    if (!key_text) return key_text.error();
    const auto key = crypto::PrivateKey::from_pem(*key_text);
    if (!key) return key.error();
    const auto pem = read_file(root_file(state, current, "pem"), file_limit);
    if (!pem) return pem.error();
    const auto root = crypto::Certificate::from_pem(*pem);
    if (!root) return root.error();
    std::string all = *pem;
    for (int former = current - 1; former > 0; --former) {
        if (const auto more = read_file(root_file(state, former, "pem"), file_limit); more)
            all += *more;
    }
    return Roots{*key, *root, std::move(all)};
}

Status write_folder(const Arguments& arguments) {
    const auto roots = read_roots(arguments.state);
    if (!roots) return roots.error();
    const WallTime now = machine_clock().wall();
    const crypto::Validity validity{{now.ms - clock_slack_ms}, {now.ms + arguments.days * day_ms}};
    const auto key = crypto::PrivateKey::generate();
    const auto certificate = crypto::issue_server(roots->key, roots->current, key.public_key(),
                                                  arguments.hosts, validity, machine_random());
    const fs::path folder = fs::absolute(arguments.out);
    if (Status made = make_private_directory(folder); !made) return made;
    net::BrokerSettings settings;
    settings.address = arguments.listen;
    settings.port = arguments.port;
    settings.folder = folder;
    // The root goes along so that a client that holds only its pin can see it.
    const std::pair<const char*, std::string> files[] = {
        {"root.pem", roots->all_pem},
        {"broker.pem", certificate.to_pem() + roots->current.to_pem()},
        {"broker.key", key.to_pem()},
        {"acl", net::mosquitto_acl()},
        {"mosquitto.conf", net::mosquitto_config(settings)},
    };
    for (const auto& [name, content] : files) {
        if (Status kept = write_file(folder / name, content, 0600); !kept) return kept;
    }
    return ok();
}

int run(const Arguments& arguments, const Context& context) {
    if (const Status written = write_folder(arguments); !written)
        return report(context, written.error());
    const std::string conf = (fs::absolute(arguments.out) / "mosquitto.conf").string();
    const std::string url = fmt::format("mqtts://{}:{}", arguments.hosts.front(), arguments.port);
    if (context.json) {
        std::cout << boost::json::serialize(boost::json::object{{"config", conf}, {"url", url}})
                  << '\n';
        return exit_ok;
    }
    std::cout << conf << '\n';
    std::cerr << fmt::format(
        "Start it as a user who may read that folder: mosquitto -c {}\n"
        "Appliances and Studio reach it at {}. Run this again before {} days are over.\n",
        conf, url, arguments.days);
    return exit_ok;
}

}  // namespace

void add_broker_verb(CLI::App& app, Context& context) {
    CLI::App* verb = app.add_subcommand(
        "broker-config", "write what a mosquitto broker needs to carry Studio's channel");
    auto arguments = std::make_shared<Arguments>();  // shared: CLI11's callback outlives this call
    verb->add_option("--state", arguments->state, "Studio's state folder, whose root signs")
        ->capture_default_str();
    verb->add_option("--out", arguments->out, "folder to write; the broker reads it there")
        ->required();
    verb->add_option("--host", arguments->hosts, "name or address the broker is reached at")
        ->required();
    verb->add_option("--listen", arguments->listen, "address it listens at")->capture_default_str();
    verb->add_option("--port", arguments->port, "port it listens at")->capture_default_str();
    verb->add_option("--days", arguments->days, "how long its certificate is good")
        ->check(CLI::Range(1, 825))
        ->capture_default_str();
    add_json_flag(*verb, context);
    verb->callback([arguments, &context] {
        context.action = [arguments, &context] { return run(*arguments, context); };
    });
}

}  // namespace vistter::cli
