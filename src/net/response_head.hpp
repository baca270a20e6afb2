// Inside net: the bytes in front of a response's body. No I/O.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "net/http.hpp"

namespace vistter::net {

enum class Framing { length, chunked, until_close };

struct HeadOptions {
    Framing framing = Framing::length;
    bool keep_alive = true;
    bool version_10 = false;
    WallTime now;
};

// The status line and headers with the empty line. Headers that frame the message are ours: given
// ones are left out. A name or value that would break out of its line is left out too.
std::string response_head(const Response& response, const HeadOptions& options);
bool has_body(int status);  // 1xx, 204 and 304 never have one
// A problem document (RFC 9457) for what never reaches a handler.
Response problem_response(int status, std::string_view code, std::string_view detail);
std::string_view reason_phrase(int status);

}  // namespace vistter::net
