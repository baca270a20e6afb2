// Compile targets from stored HELLOs.
#include "studio/webapi/compile_targets.hpp"

#include "contract/json.hpp"
#include "studio/webapi/json_body.hpp"

namespace vistter::studio {

std::optional<contract::CompileTarget> compile_target(const Services& services,
                                                      const Device& device) {
    const json::value hello = stored_json(services.telemetry.last_hello(device.device_id));
    if (!hello.is_object()) return std::nullopt;
    const json::object& said = hello.get_object();
    contract::CompileTarget target;
    target.name = device.name.empty() ? device.device_id : device.name;
    target.versions = contract::json::texts_at(said, "ocl_versions");
    target.features = contract::json::texts_at(said, "ocl_features");
    for (const auto& limit : contract::json::object_at(said, "ocl_limits")) {
        target.limits.emplace(std::string(limit.key().data(), limit.key().size()),
                              contract::json::integer_of(limit.value()).value_or(0));
    }
    return target;
}

}  // namespace vistter::studio
