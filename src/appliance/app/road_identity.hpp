// What pairing left behind, in the words of the road and of the downloads.
#pragma once

#include <optional>

#include "appliance/adapters/download/downloads.hpp"
#include "appliance/adapters/road/road.hpp"
#include "appliance/core/identity.hpp"

namespace vistter::appliance {

RoadIdentity road_identity(const Identity& identity);
std::optional<AssetSource> asset_source(const std::optional<Identity>& identity);

}  // namespace vistter::appliance
