// Limits of OCL documents by the names they have in HELLO `ocl.limits` and in compile targets.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace vistter::contract {

// What this source tree takes: contract C.13, profile `baseline`. The names: document_bytes,
// scenes, layers_per_scene, group_depth, tracks_per_layer, keys_per_track, keys_per_document,
// tokens, fonts, image_side (pixels), asset_bytes.
const std::map<std::string, std::int64_t>& ocl_limits();
// {"name":number,...}
std::string limits_text(const std::map<std::string, std::int64_t>& limits);

}  // namespace vistter::contract
