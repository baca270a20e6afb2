#include "fuzz/target.hpp"

namespace vistter::fuzz {

#define X(target, samples)               \
    void target(std::string_view input); \
    std::vector<std::string> target##_examples();
#include "fuzz/targets.def"
#ifdef VISTTER_FUZZ_NET
#include "fuzz/targets_net.def"
#endif
#undef X

const std::vector<Target>& all_targets() {
    static const std::vector<Target> targets = {
#define X(target, samples) {#target, &target, &target##_examples},
#include "fuzz/targets.def"
#ifdef VISTTER_FUZZ_NET
#include "fuzz/targets_net.def"
#endif
#undef X
    };
    return targets;
}

const Target* find_target(std::string_view name) {
    for (const Target& target : all_targets()) {
        if (target.name == name) return &target;
    }
    return nullptr;
}

std::string_view sample_folder(std::string_view name) {
#define X(target, samples) \
    if (name == #target) return samples;
#include "fuzz/targets.def"
#ifdef VISTTER_FUZZ_NET
#include "fuzz/targets_net.def"
#endif
#undef X
    return {};
}

}  // namespace vistter::fuzz
