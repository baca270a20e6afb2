// What state a key is in.
#include "studio/core/api_keys.hpp"

namespace vistter::studio {

std::string_view state_of(const ApiKey& key, WallTime now) {
    if (key.revoked_at) return "revoked";
    return key.expires_at <= now ? "expired" : "open";
}

}  // namespace vistter::studio
