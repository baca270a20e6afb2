// Names of Studio's keys.
#include "studio/core/authority.hpp"

#include <algorithm>
#include <array>

namespace vistter::studio {
namespace {

constexpr std::array<std::string_view, 4> names{"message", "session", "server", "root"};

}  // namespace

std::string_view to_string(StudioKeyKind kind) {
    return names.at(static_cast<std::size_t>(kind));
}

std::optional<StudioKeyKind> studio_key_from(std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<StudioKeyKind>(found - names.begin());
}

}  // namespace vistter::studio
