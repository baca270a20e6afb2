// Reads what Studio answers to a pairing; here because JSON may be read here (rulings 27).
#pragma once

#include "appliance/core/identity.hpp"

namespace vistter::appliance {

PairCodec make_pair_codec();

// What a pairing file holds: {"token": "...", "studio_url": "https://..."}.
struct PairRequest {
    std::string token, studio_url;
};
Result<PairRequest> read_pair_request(const std::string& json);

}  // namespace vistter::appliance
