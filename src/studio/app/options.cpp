// Options and their help.
#include "studio/app/options.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <charconv>

#include "contract/validate.hpp"

namespace vistter::studio {
namespace {

constexpr int exit_usage = 2;
constexpr const char* version = "0.1.0";

std::string check_endpoint(const std::string& text) {
    const auto read = read_endpoint(text);
    return read ? std::string() : read.error().message;
}

std::string check_environment(const std::string& text) {
    const bool fine =
        !text.empty() && text.size() <= 32 &&
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
    return fine ? std::string()
                : "an environment has 1 to 32 lower-case letters, digits and dashes";
}

std::string check_broker(const std::string& url) {
    constexpr std::string_view scheme = "mqtts://";
    const bool fine = url.starts_with(scheme) && read_endpoint(url.substr(scheme.size())).ok();
    return fine ? std::string() : url + " is not mqtts://HOST:PORT";
}

}  // namespace

Result<Endpoint> read_endpoint(const std::string& text) {
    const auto colon = text.rfind(':');
    Endpoint endpoint;
    const char* end = text.data() + text.size();
    const auto digits = colon == std::string::npos ? end : text.data() + colon + 1;
    const auto [stop, error] = std::from_chars(digits, end, endpoint.port);
    if (colon == std::string::npos || colon == 0 || digits == end || error != std::errc{} ||
        stop != end) {
        return fail(ErrorCode::CFG_INVALID,
                    fmt::format("{} is not ADDR:PORT, e.g. 127.0.0.1:8443", text));
    }
    endpoint.address = text.substr(0, colon);
    if (endpoint.address.starts_with('[') && endpoint.address.ends_with(']')) {
        endpoint.address = endpoint.address.substr(1, endpoint.address.size() - 2);
    }
    return endpoint;
}

std::optional<Options> read_options(int argc, char** argv, int& exit_code) {
    Options options;
    std::string listen = "0.0.0.0:8443";
    std::string channel = "0.0.0.0:8444";
    CLI::App app{"VistterStudio: pairs appliances, sends them commands, keeps what they report."};
    app.set_version_flag("--version", fmt::format("vistter-studio {}, contract {}", version,
                                                  contract::contract_version()));
    app.add_option("--state", options.state, "Folder for keys, database and assets (mode 0700)")
        ->capture_default_str();
    app.add_option("--listen", listen, "Web page, API and pairing (HTTPS); port 0: a free one")
        ->capture_default_str()
        ->check(check_endpoint);
    app.add_option("--channel", channel, "Appliances' channel (mutual TLS); port 0: a free one")
        ->capture_default_str()
        ->check(check_endpoint);
    app.add_option("--public-host", options.public_host,
                   "Name or address appliances and browsers reach Studio by");
    app.add_option("--environment", options.environment,
                   "Name of this Studio's tenant and keys, fixed at first start")
        ->capture_default_str()
        ->check(check_environment);
    app.add_option("--broker-url", options.broker_url,
                   "MQTT broker that carries the channel too, as `vistter broker-config` sets it "
                   "up: mqtts://HOST:PORT")
        ->check(check_broker);
    app.add_flag("--broker-first", options.broker_first,
                 "Appliances prefer the broker and fall back to --channel");
    auto* crl = app.add_option("--broker-crl", options.broker_crl,
                               "crl.pem of a broker on this machine: kept current with what is "
                               "revoked (`vistter broker-config` says which file)");
    app.add_option("--broker-pid-file", options.broker_pid_file,
                   "That broker's pid file: it is told to read crl.pem again (SIGHUP)")
        ->needs(crl);
    app.add_option("--web", options.web, "Folder of the built web pages");
    app.add_option("--ready-fd", options.ready_fd,
                   "Descriptor that gets one JSON line when everything listens")
        ->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& stopped) {
        exit_code = app.exit(stopped) == 0 ? 0 : exit_usage;
        return std::nullopt;
    }
    options.listen = read_endpoint(listen).value();
    options.channel = read_endpoint(channel).value();
    return options;
}

}  // namespace vistter::studio
