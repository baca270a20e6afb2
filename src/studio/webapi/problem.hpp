// Errors as the API says them: application/problem+json (RFC 9457) with the contract's codes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/http.hpp"

namespace vistter::studio {

// Status from the code's one table unless given. Every detail becomes one of `errors`.
net::Response problem(const Error& error, const std::string& correlation_id,
                      std::optional<int> status = {});
// Too many attempts: 429 with Retry-After, rounded up to whole seconds.
net::Response too_many(std::int64_t wait_ms, const std::string& correlation_id,
                       std::string_view what = "attempts");

}  // namespace vistter::studio
