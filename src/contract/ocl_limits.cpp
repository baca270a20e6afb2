// The baseline limits as data.
#include "contract/ocl_limits.hpp"

#include "contract/object_writer.hpp"

namespace vistter::contract {

const std::map<std::string, std::int64_t>& ocl_limits() {
    static const std::map<std::string, std::int64_t> limits{{"document_bytes", 1'048'576},
                                                            {"scenes", 32},
                                                            {"layers_per_scene", 128},
                                                            {"group_depth", 8},
                                                            {"tracks_per_layer", 16},
                                                            {"keys_per_track", 256},
                                                            {"keys_per_document", 8'192},
                                                            {"tokens", 64},
                                                            {"fonts", 8},
                                                            {"image_side", 4'096},
                                                            {"asset_bytes", 8'388'608}};
    return limits;
}

std::string limits_text(const std::map<std::string, std::int64_t>& limits) {
    ObjectWriter out;
    for (const auto& [name, value] : limits) out.integer(name, value);
    return out.str();
}

}  // namespace vistter::contract
