// What vistter-output is told at its start: sockets on the command line, the destination in a file
// only its owner may read.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace vistter::output {

struct Destination {
    std::string stream_id, destination_id;
    std::string kind;      // rtmp, file
    std::string location;  // address with its stream key, or path
};

struct Options {
    std::filesystem::path socket, media_socket, config;
    int ready_fd = -1;  // where {"ready":true} goes once the control socket listens; -1: nowhere
};

// VAL_SCHEMA with the reason; `usage()` says the rest.
Result<Options> parse_options(int argc, char** argv);
std::string usage();

// The file: key=value lines; every key once, none unknown. CFG_INVALID names the key; values never
// appear in errors. SEC_UNAUTHORISED if others may read the file: it holds the stream key.
Result<Destination> read_destination(const std::filesystem::path& file);
Result<Destination> parse_destination(std::string_view text);

}  // namespace vistter::output
