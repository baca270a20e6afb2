// The last 4,096 nonces of one sender in one session, each with a fingerprint of the message that
// bore it (contract B.5). A session lives for days and there are many: entries are packed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
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
    // The text of a nonce: 22 symbols of base64url (contract B.2); a shorter one is padded.
    using Nonce = std::array<char, 24>;
    struct Hash {
        std::size_t operator()(const Nonce& nonce) const {
            return std::hash<std::string_view>{}({nonce.data(), nonce.size()});
        }
    };
    static Nonce packed(const std::string& nonce);
    // 64 bits of it: only whoever holds the sender's key could look for another message with the
    // same ones.
    static std::uint64_t packed_fingerprint(const std::string& fingerprint);

    std::unordered_map<Nonce, std::uint64_t, Hash> seen_;
    std::deque<Nonce> order_;
};

}  // namespace vistter::link
