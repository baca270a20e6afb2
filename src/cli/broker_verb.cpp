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
#include "crypto/revocation.hpp"
#include "net/broker_config.hpp"

namespace vistter::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t file_limit = 65'536;
constexpr int most_roots = 1'000;
constexpr std::int64_t day_ms = 86'400'000, clock_slack_ms = 3'600'000;
constexpr std::uint64_t list_limit = 32u << 20;
// Studio's own lists must be younger than ours, or a broker that knows both believes ours.
constexpr std::int64_t list_days = 397, list_head_start_ms = day_ms;

struct Arguments {
    fs::path state = "/var/lib/vistter/studio", out, pid_file;
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
    std::string lists;    // what each of them has revoked
};

// root.key and root.pem are number 1, root-<n>.key and root-<n>.pem came with rotations.
fs::path root_file(const fs::path& state, int number, const char* kind) {
    return state /
           (number == 1 ? fmt::format("root.{}", kind) : fmt::format("root-{}.{}", number, kind));
}

struct Root {
    crypto::PrivateKey key;
    crypto::Certificate certificate;
};

Result<Root> read_root(const fs::path& state, int number) {
    const auto key_text = read_file(root_file(state, number, "key"), file_limit);
    if (!key_text) return key_text.error();
    const auto key = crypto::PrivateKey::from_pem(*key_text);
    if (!key) return key.error();
    const auto pem = read_file(root_file(state, number, "pem"), file_limit);
    if (!pem) return pem.error();
    const auto root = crypto::Certificate::from_pem(*pem);
    if (!root) return root.error();
    return Root{*key, *root};
}

// With crlfile set a broker takes nobody of a root that has no list: an empty one where Studio has
// not made one yet.
void list_revocations(Roots& roots, const Root& root, WallTime now) {
    if (crypto::read_revocations(roots.lists, root.certificate)) return;
    const crypto::Validity validity{{now.ms - list_head_start_ms}, {now.ms + list_days * day_ms}};
    roots.lists += crypto::issue_revocations(root.key, root.certificate, {{}, validity});
}

Result<Roots> read_roots(const fs::path& state, WallTime now) {
    int current = 1;  // the highest; retired ones leave gaps
    for (int number = 2; number <= most_roots; ++number) {
        if (fs::exists(root_file(state, number, "key"))) current = number;
    }
    const auto newest = read_root(state, current);
    if (!newest) return newest.error();
    Roots roots{newest->key, newest->certificate, newest->certificate.to_pem(), {}};
    if (auto lists = read_file(state / "crl.pem", list_limit)) roots.lists = *std::move(lists);
    list_revocations(roots, *newest, now);
    for (int number = current - 1; number > 0; --number) {
        const auto former = read_root(state, number);
        if (!former) continue;
        roots.all_pem += former->certificate.to_pem();
        list_revocations(roots, *former, now);
    }
    return roots;
}

Status write_folder(const Arguments& arguments) {
    const WallTime now = machine_clock().wall();
    const auto roots = read_roots(arguments.state, now);
    if (!roots) return roots.error();
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
    settings.revocations = true;
    settings.pid_file = arguments.pid_file;
    // The root goes along so that a client that holds only its pin can see it.
    const std::pair<const char*, std::string> files[] = {
        {"root.pem", roots->all_pem},
        {"crl.pem", roots->lists},
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
        "Appliances and Studio reach it at {}. Run this again before {} days are over.\n"
        "When an appliance is revoked, copy {} over {} and send the broker SIGHUP;\n"
        "on this machine `vistter-studio --broker-crl FILE --broker-pid-file FILE` does it.\n",
        conf, url, arguments.days, (arguments.state / "crl.pem").string(),
        (fs::absolute(arguments.out) / "crl.pem").string());
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
    verb->add_option("--pid-file", arguments->pid_file,
                     "file the broker writes its process id to, for --broker-pid-file of Studio");
    verb->add_option("--days", arguments->days, "how long its certificate is good")
        ->check(CLI::Range(1, 825))
        ->capture_default_str();
    add_json_flag(*verb, context);
    verb->callback([arguments, &context] {
        context.action = [arguments, &context] { return run(*arguments, context); };
    });
}

}  // namespace vistter::cli
