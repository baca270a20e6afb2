// Keys by which tools use the API in an organisation's name (implemented in adapters/accounts).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "studio/core/accounts.hpp"

namespace vistter::studio {

// What every key begins with: a finder of leaked secrets knows it, and no sign-in token looks so.
inline constexpr std::string_view api_key_prefix = "vst_";
inline constexpr std::int64_t default_api_key_s = 90LL * 86'400;
inline constexpr std::int64_t min_api_key_s = 60;
inline constexpr std::int64_t max_api_key_s = 366LL * 86'400;
inline constexpr int most_api_keys = 100;  // open ones of an organisation

struct ApiKey {
    std::string key_id, tenant, name;
    std::string role;
    std::string created_by;  // user_id
    WallTime created_at, expires_at;
    std::optional<WallTime> last_used_at;  // to the minute
    std::optional<WallTime> revoked_at;
};

// "open", "expired" or "revoked".
std::string_view state_of(const ApiKey& key, WallTime now);

// Durable when each call returns; loop's thread only. Storage failures are thrown.
class ApiKeys {
  public:
    virtual ~ApiKeys() = default;
    virtual void add(const ApiKey& key, const std::string& key_hash) = 0;
    virtual std::vector<ApiKey> list(const std::string& tenant) const = 0;  // by key_id
    virtual bool revoke(const std::string& tenant, const std::string& key_id,
                        WallTime now) = 0;  // false: no such open key
    // Whom an open key speaks for; remembers that it was used.
    virtual std::optional<SignIn> use(const std::string& key_hash, WallTime now) = 0;
};

}  // namespace vistter::studio
