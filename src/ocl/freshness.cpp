// The rules max_age_s and on_stale.
#include "ocl/freshness.hpp"

namespace vistter::ocl {

FreshTokens fresh_tokens(const std::map<std::string, contract::TokenSpec>& declared,
                         const std::map<std::string, TokenReading>& readings) {
    FreshTokens fresh;
    for (const auto& [name, reading] : readings) {
        const auto spec = declared.find(name);
        if (spec == declared.end()) continue;
        const contract::TokenSpec& rules = spec->second;
        const bool stale =
            reading.value && rules.max_age_s && reading.age_ms > *rules.max_age_s * 1000;
        if (stale && rules.on_stale == "hide_layer") fresh.withheld[name] = Withheld::hide_layer;
        if (stale && rules.on_stale == "fallback") fresh.withheld[name] = Withheld::fallback;
        if (!stale || rules.on_stale == "last") fresh.values[name] = reading.value;
    }
    return fresh;
}

}  // namespace vistter::ocl
