// What a user may be called and be.
#include "studio/core/accounts.hpp"

#include <algorithm>
#include <array>

namespace vistter::studio {

Status check_username(const std::string& username) {
    const bool printable = std::all_of(username.begin(), username.end(), [](unsigned char symbol) {
        return symbol > 0x20 && symbol != 0x7F;
    });
    if (username.empty() || username.size() > 64 || !printable) {
        return fail_at(ErrorCode::VAL_SCHEMA, "/username",
                       "a username has 1 to 64 visible characters, no spaces");
    }
    return ok();
}

bool is_role(std::string_view text) {
    constexpr std::array roles{"viewer", "operator", "producer", "admin", "emergency"};
    return std::find(roles.begin(), roles.end(), text) != roles.end();
}

}  // namespace vistter::studio
