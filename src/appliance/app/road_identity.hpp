// What pairing left behind, in the words of the road and of the downloads.
#pragma once

#include <optional>

#include "appliance/adapters/download/downloads.hpp"
#include "appliance/adapters/road/road.hpp"
#include "appliance/core/identity.hpp"

namespace vistter::appliance {

// `not_before`: certificates of servers are judged as of no earlier time.
RoadIdentity road_identity(const Identity& identity, WallTime not_before);
std::optional<AssetSource> asset_source(const std::optional<Identity>& identity,
                                        WallTime not_before, const net::Proxy& proxy);

}  // namespace vistter::appliance
