// Studio's own keys as the channel uses them.
#pragma once

#include <string>
#include <vector>

namespace vistter::studio {

// A P-256 private key of Studio's and the kid it is known by.
struct StudioKey {
    std::string kid, pem;
};

struct ChannelKeys {
    // "studio:<environment>#<n>". The first signs messages, unless a device does not know it yet
    // (DeviceTrust::studio_kid).
    std::vector<StudioKey> message;
    // The first signs session tokens; those signed by the others are good until they end.
    std::vector<StudioKey> token;
};

}  // namespace vistter::studio
