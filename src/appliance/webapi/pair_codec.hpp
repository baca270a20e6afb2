// Reads what Studio answers to a pairing; here because JSON may be read here (rulings 27).
#pragma once

#include "appliance/core/identity.hpp"

namespace vistter::appliance {

PairCodec make_pair_codec();

// What a pairing file holds: {"token": "...", "studio_url": "https://..."} for one appliance, or an
// enrolment file, {"studio_url": "...", "tokens": [{"serial": "...", "token": "..."}, ...]}, of
// which the entry of `serial` counts.
struct PairRequest {
    std::string token, studio_url;
    bool shared = false;  // from an enrolment file: others still need it
};
Result<PairRequest> read_pair_request(const std::string& json, const std::string& serial);

}  // namespace vistter::appliance
