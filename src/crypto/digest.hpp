// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104).
#pragma once

#include <array>
#include <memory>
#include <string>

#include "base/bytes.hpp"

namespace vistter::crypto {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(ByteView bytes);
std::string sha256_hex(std::string_view text);
Digest hmac_sha256(ByteView key, ByteView bytes);
// Compares in time that depends on the lengths only.
bool equal_constant_time(ByteView a, ByteView b);

// SHA-256 of a stream. Single use; a copy goes on from the same point.
class Sha256 {
  public:
    Sha256();
    Sha256(const Sha256& other);
    Sha256& operator=(Sha256 other) noexcept {
        state_.swap(other.state_);
        return *this;
    }
    ~Sha256();
    void add(ByteView bytes);
    Digest finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace vistter::crypto
