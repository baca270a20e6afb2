// The short form of a pairing token: what of a code is kept, and the proof of one attempt
// (implemented in adapters/pairing; the mathematics is crypto/srp.hpp).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"

namespace vistter::studio {

inline constexpr std::int64_t pairing_code_ttl_s = 900;  // at most, whatever the token's own time

struct KeptCode {
    std::string secret_hash;  // of the pairing token it is the short form of
    Bytes verifier;
    WallTime expires_at;
};
struct MintedCode {
    std::string text;  // shown once
    Bytes verifier;
};

// The codes in storage: one a serial, the newest.
class CodeStore {
  public:
    virtual ~CodeStore() = default;
    virtual void put(const std::string& serial, const KeptCode& code) = 0;  // replaces
    virtual std::optional<KeptCode> find(const std::string& serial) const = 0;
    // One try less for that token, durable when it returns or with the transaction around it; and
    // back again. Returns how many are left.
    virtual int take_try(const std::string& secret_hash) = 0;
    virtual void give_back_try(const std::string& secret_hash) = 0;
    // Thirty-two bytes made at the first start: the salt of any serial, paired or made up, comes
    // from it and never changes.
    virtual Bytes salt_key() = 0;
};

// One attempt, taken out of the open ones: it can be checked once.
class CodeAttempt {
  public:
    virtual ~CodeAttempt() = default;
    virtual const KeptCode* code() const = 0;  // null: nothing can prove this one
    // The key that proves the answer, when `answer` (A) and `proof` over `message` come from
    // someone who knows the code and is at the other end of this very connection.
    virtual std::optional<Bytes> check(ByteView answer, ByteView proof,
                                       std::string_view message) = 0;
};

struct CodeOffer {
    Bytes salt, offer;  // B
};

class CodeAttempts {
  public:
    virtual ~CodeAttempts() = default;
    virtual MintedCode mint(const std::string& serial) = 0;
    // Opens the attempt of a connection, in place of one it had. Without a code the offer looks
    // and takes the same, and nothing proves it.
    virtual CodeOffer begin(const Bytes& connection, const std::string& serial,
                            const std::optional<KeptCode>& code, SteadyTime now) = 0;
    // Null when the connection opened none for this serial in the last minute.
    virtual std::unique_ptr<CodeAttempt> take(const Bytes& connection, const std::string& serial,
                                              SteadyTime now) = 0;
};

}  // namespace vistter::studio
