// What a user may be called and be.
#include "studio/core/accounts.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace vistter::studio {

Status check_username(const std::string& username) {
    const bool printable = std::all_of(username.begin(), username.end(), [](unsigned char symbol) {
        return symbol > 0x20 && symbol != 0x7F;
    });
    if (username.empty() || username.size() > 64 || !printable) {
        return fail_at(ErrorCode::VAL_SCHEMA, "/username",
                       "a username has 1 to 64 visible characters, no spaces");
    }
    if (!read_sign_in_name(username).handle.empty()) {
        return fail_at(ErrorCode::VAL_SCHEMA, "/username",
                       "what follows the @ in a username has a dot, as in an e-mail address");
    }
    return ok();
}

bool is_handle(std::string_view text) {
    if (text.size() < 2 || text.size() > 32 || text.front() == '-' || text.back() == '-')
        return false;
    if (text.find("--") != std::string_view::npos) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

SignInName read_sign_in_name(std::string_view typed) {
    const auto at = typed.rfind('@');
    if (at == std::string_view::npos || at == 0 || typed.find('.', at) != std::string_view::npos)
        return {std::string(typed), {}};
    std::string handle(typed.substr(at + 1));
    std::transform(handle.begin(), handle.end(), handle.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return {std::string(typed.substr(0, at)), std::move(handle)};
}

bool is_role(std::string_view text) {
    constexpr std::array roles{"viewer", "operator", "producer", "admin", "emergency"};
    return std::find(roles.begin(), roles.end(), text) != roles.end();
}

}  // namespace vistter::studio
