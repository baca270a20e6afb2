// Where the appliance may connect (rulings 17): never to itself unless it is told to, to Studio's
// host for assets. Pure.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vistter::appliance {

struct Address {  // of an absolute address
    std::string scheme, host,
        path;      // host without brackets, lower case; path with its query, starting with '/'
    int port = 0;  // 0: the scheme's own
    bool userinfo = false;
};

// Splits scheme://[userinfo@]host[:port][/path]. VAL_SCHEMA for anything else.
Result<Address> parse_address(std::string_view url);

// localhost names, 127/8, ::1, 0.0.0.0, ::, link-local and IPv4-mapped forms of these.
bool is_own_or_local(std::string_view host_or_ip);

class AddressPolicy {
  public:
    // `own`: the machine's own addresses.
    AddressPolicy(bool allow_loopback, std::set<std::string> own)
        : allow_loopback_(allow_loopback), own_(std::move(own)) {}
    // A destination or camera that the signed configuration names. SEC_UNAUTHORISED with the
    // reason.
    Status may_connect(std::string_view host_or_ip) const;
    bool allow_loopback() const { return allow_loopback_; }

  private:
    bool allow_loopback_;
    std::set<std::string> own_;
};

}  // namespace vistter::appliance
