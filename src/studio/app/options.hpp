// The command line of vistter-studio.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace vistter::studio {

struct Endpoint {
    std::string address;  // IPv6 without brackets
    std::uint16_t port = 0;
};
// "ADDR:PORT", "[ADDR]:PORT". Errors: CFG_INVALID.
Result<Endpoint> read_endpoint(const std::string& text);

struct Options {
    std::filesystem::path state = "/var/lib/vistter/studio";
    Endpoint listen{"0.0.0.0", 8443};
    Endpoint channel{"0.0.0.0", 8444};
    std::string
        public_host;  // empty: the listening address, or this machine's name if that is any address
    std::string environment = "main";  // names the tenant and the keys; fixed at the first start
    std::string broker_url;     // mqtts://host:port, as Studio and appliances reach it; empty: none
    bool broker_first = false;  // appliances prefer it to the channel that Studio terminates
    std::filesystem::path broker_crl;       // where a broker on this machine reads what is revoked
    std::filesystem::path broker_pid_file;  // whom to tell then; empty: nobody
    std::filesystem::path web;              // empty: beside the program
    int ready_fd = 1;
};

// Parses argv. Nothing: there is nothing to run (help, version or a usage error was printed),
// `exit_code` says which.
std::optional<Options> read_options(int argc, char** argv, int& exit_code);

}  // namespace vistter::studio
