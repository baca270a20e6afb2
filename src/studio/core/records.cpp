// When a request is a repetition.
#include "studio/core/records.hpp"

namespace vistter::studio {

Repeat judge_repeat(const std::optional<Answer>& known, const std::string& request_hash) {
    if (!known) return Repeat::first;
    return known->request_hash == request_hash ? Repeat::same : Repeat::different;
}

}  // namespace vistter::studio
