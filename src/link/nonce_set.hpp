// The last 4,096 nonces of one sender in one session, each with a fingerprint of the message that
// bore it (contract B.5).
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>

namespace vistter::link {

enum class NonceVerdict { fresh, repeated, conflict };

class NonceSet {
  public:
    static constexpr std::size_t size = 4'096;

    // `fingerprint` is the same for the same bytes only (a digest of the message). Changes nothing.
    NonceVerdict look(const std::string& nonce, const std::string& fingerprint) const;
    // Remembers a fresh nonce and forgets the oldest beyond `size`.
    void remember(const std::string& nonce, const std::string& fingerprint);

  private:
    std::unordered_map<std::string, std::string> seen_;
    std::deque<std::string> order_;
};

}  // namespace vistter::link
