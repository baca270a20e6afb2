// Names for things: UUIDv7 messages (RFC 9562), prefixed ULID-shaped ids, nonces (contract B.2,
// rulings 8).
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/random.hpp"

namespace vistter {

// Lower-case UUIDv7 from the wall clock and 74 random bits.
std::string make_uuid7(const Clock& clock, Random& random);
// `prefix` ("dev_", "ses_", "run_"...) and 26 Crockford symbols: 48 bits of time, 80 random bits.
std::string make_id(std::string_view prefix, const Clock& clock, Random& random);
// 16 random bytes as 22 base64url characters.
std::string make_nonce(Random& random);

bool is_uuid(std::string_view text);        // lower case, any version
bool is_device_id(std::string_view text);   // ^dev_[0-9A-HJKMNP-TV-Z]{26}$
bool is_session_id(std::string_view text);  // ^ses_[0-9A-HJKMNP-TV-Z]{26}$
// ^<prefix>[A-Za-z0-9_-]{1,60}$, prefix given with its underscore, e.g. "cam_".
bool is_id(std::string_view prefix, std::string_view text);

}  // namespace vistter
