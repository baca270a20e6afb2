// Expiring asset addresses (rulings 6): HMAC-SHA-256 over "<path>\n<expiry ms>\n<audience>", as
// query members e and s.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace vistter::crypto {

// "<path>?a=<audience>&e=<ms>&s=<base64url>"; `audience` is a device_id.
std::string sign_url_path(ByteView key, std::string_view path, std::string_view audience,
                          WallTime expires);
struct SignedUrl {
    std::string audience;
    WallTime expires;
};
// Whom and until when a good address was signed for. Errors: AST_EXPIRED_URL past its time,
// SEC_UNAUTHORISED for anything altered, also a member added, left out or spelled in another order.
Result<SignedUrl> read_signed_url(ByteView key, std::string_view path, std::string_view query,
                                  WallTime now);
Status verify_url_path(ByteView key, std::string_view path, std::string_view query, WallTime now);

}  // namespace vistter::crypto
