// An HTTP proxy that outgoing connections go through (RFC 9110 section 9.3.6, CONNECT), with Basic
// authentication (RFC 7617).
#pragma once

#include <string>

namespace vistter::net {

struct Proxy {
    std::string url;  // http://host:port; empty: no proxy
    std::string username, password;
};

}  // namespace vistter::net
