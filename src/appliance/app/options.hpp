// The command line of vistter-appliance.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "contract/messages.hpp"
#include "net/proxy.hpp"

namespace vistter::appliance {

struct Options {
    std::filesystem::path state = "/var/lib/vistter/appliance";
    std::filesystem::path run_dir;  // empty: <state>/run
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
    std::string serial;  // empty: found (rulings 18)
    bool allow_loopback = false;
    bool proof_strip = false;
    std::filesystem::path pairing_file;
    bool picture = true;
    std::filesystem::path programs;  // empty: beside this executable
    std::filesystem::path web;       // empty: looked for beside this executable
    int ready_fd = 1;
    contract::EncodingProfile programme;
    std::string keys = "auto";  // tpm, file, auto: the TPM where there is one
    net::Proxy proxy;           // for every connection to Studio; empty url: none
    bool verbose = false;
};

// What the command line asks for; or the exit code to leave with at once (help, version, usage
// errors).
struct Parsed {
    Options options;
    std::optional<int> exit;
};
Parsed parse_options(int argc, char** argv);

}  // namespace vistter::appliance
