// Where Studio is found.
#include "studio/app/addresses.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>
#include <algorithm>
#include <cctype>
#include <cerrno>

namespace vistter::studio {
namespace {

bool is_any_address(const std::string& address) {
    return address == "0.0.0.0" || address == "::";
}

std::string machine_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

std::string in_url(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return text;
}

}  // namespace

std::string reachable_host(const Options& options) {
    if (!options.public_host.empty()) return options.public_host;
    return is_any_address(options.listen.address) ? machine_name() : options.listen.address;
}

std::vector<std::string> server_names(const Options& options) {
    std::vector<std::string> names;
    for (const std::string& name : {std::string("127.0.0.1"), std::string("localhost"),
                                    std::string("::1"), reachable_host(options), machine_name()}) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names;
}

Addresses addresses_of(const std::vector<std::string>& hosts, const std::string& host,
                       std::uint16_t web_port, std::uint16_t channel_port) {
    Addresses addresses;
    addresses.web_url = fmt::format("https://{}:{}", in_url(host), web_port);
    addresses.channel_url = fmt::format("wss://{}:{}/v1/channel", in_url(host), channel_port);
    addresses.recover_url =
        fmt::format("https://{}:{}/v1/bootstrap/recover", in_url(host), web_port);
    addresses.admit_url =
        fmt::format("https://{}:{}/v1/bootstrap/session:admit", in_url(host), web_port);
    addresses.session_url =
        fmt::format("https://{}:{}/v1/bootstrap/session", in_url(host), channel_port);
    for (const std::string& name : hosts) addresses.trusted_hosts.push_back(lower(in_url(name)));
    return addresses;
}

Status check_port_free(const Endpoint& endpoint) {
    if (endpoint.port == 0) return ok();
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST;
    addrinfo* found = nullptr;
    if (::getaddrinfo(endpoint.address.c_str(), std::to_string(endpoint.port).c_str(), &hints,
                      &found) != 0) {
        return fail(ErrorCode::CFG_INVALID,
                    fmt::format("{} is not an IP address of this machine", endpoint.address));
    }
    const int probe = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const int bound = ::bind(probe, found->ai_addr, found->ai_addrlen);
    const int listening = bound == 0 ? ::listen(probe, 1) : -1;
    const int why = errno;
    ::freeaddrinfo(found);
    ::close(probe);
    if (listening == 0) return ok();
    if (why == EADDRINUSE) {
        return fail(ErrorCode::SYS_PORT_IN_USE,
                    fmt::format("port {} is taken by another program; stop it or choose another "
                                "--listen or --channel",
                                endpoint.port));
    }
    return fail(ErrorCode::CFG_INVALID, fmt::format("cannot listen on {}:{}: error {}",
                                                    endpoint.address, endpoint.port, why));
}

}  // namespace vistter::studio
