// The command line of vistter-program.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "media/encoder.hpp"

namespace vistter::program {

struct Options {
    std::filesystem::path socket, media_socket;
    media::EncoderSettings encoder;
    bool proof_strip = false;
    int ready_fd = 1;  // gets one JSON line when both sockets listen
};

// VAL_RANGE or VAL_SCHEMA with words fit for the terminal. The picture's sides must be even; a
// proof strip needs a width that is a multiple of 80.
Result<Options> parse_options(int argc, char** argv);
std::string usage();

}  // namespace vistter::program
