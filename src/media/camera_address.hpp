// A camera's address and what it asks for, apart.
#pragma once

#include <string>
#include <string_view>

namespace vistter::media {

struct CameraAddress {
    std::string url;             // without user and password
    std::string user, password;  // decoded; empty: none
};

// Takes user and password (percent-encoded, RFC 3986 section 3.2.1) out of an address.
CameraAddress split_login(std::string_view url);

}  // namespace vistter::media
