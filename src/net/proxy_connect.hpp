// Inside net: asking an HTTP proxy for a tunnel (RFC 9110 section 9.3.6). No I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/proxy.hpp"

namespace vistter::net {

// A proxy nobody wants (empty url), or one that can be asked: http://host:port, credentials that
// fit in a header. Errors: CFG_INVALID.
Status check_proxy(const Proxy& proxy);

// What is sent to it for a tunnel to `authority`, host:port with the port always there.
std::string connect_request(const Proxy& proxy, std::string_view authority);

// How much of a proxy's answer is read before it is given up.
inline constexpr std::size_t connect_answer_limit = 16'384;

// The status of the answer at the beginning of `bytes`; nothing while its head is incomplete.
// Errors: AST_FETCH for what is no HTTP answer, or too long a one, or one that is followed by bytes
// nobody asked for.
Result<std::optional<int>> connect_status(std::string_view bytes);

// A status other than 2xx in words: SEC_UNAUTHORISED for 407 and 401, AST_FETCH for all others.
Error connect_refused(int status, const Proxy& proxy, std::string_view authority);

}  // namespace vistter::net
