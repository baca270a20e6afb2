// The open attempts to prove a pairing code, in memory: each belongs to one TLS connection.
#pragma once

#include <memory>

#include "base/random.hpp"
#include "studio/core/pairing_code.hpp"

namespace vistter::studio {

inline constexpr std::size_t most_code_attempts = 1'024;  // beyond it the oldest are dropped
inline constexpr std::int64_t code_attempt_ms = 60'000;

// `random` must outlive it.
std::unique_ptr<CodeAttempts> make_code_attempts(Bytes salt_key, Random& random);

}  // namespace vistter::studio
