// SRP-6a (RFC 2945, RFC 5054 group 2048, SHA-256) bound to one TLS connection: both ends prove that
// they know a short code without sending anything to grind. Whoever is in between has other
// connection secrets and gets nowhere; whoever guesses gets one guess a try.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"

namespace vistter::crypto {

// What both ends know besides the code; all of it is mixed into the keys.
struct SrpContext {
    std::string serial;
    Bytes salt;
    Bytes connection;  // the TLS exporter's bytes (net/http.hpp)
};

// What came of it. A message is proved with the key of its direction.
struct SrpKeys {
    Digest request{}, answer{};
};
Digest srp_proof(const Digest& key, std::string_view message);

// What the server keeps instead of the code.
Bytes srp_verifier(std::string_view code, std::string_view serial, ByteView salt);

// The server's end of one attempt.
class SrpServer {
  public:
    SrpServer(ByteView verifier, Random& random);
    SrpServer(SrpServer&&) noexcept;
    SrpServer& operator=(SrpServer&&) noexcept;
    ~SrpServer();
    const Bytes& offer() const { return offer_; }  // B
    // PAIR_INVALID when `answer` (A) is no number the group allows. Once.
    Result<SrpKeys> agree(ByteView answer, const SrpContext& context);

  private:
    struct State;
    std::unique_ptr<State> state_;
    Bytes offer_;
};

struct SrpAgreement {
    Bytes answer;  // A
    SrpKeys keys;
};
// The client's end. PAIR_INVALID when `offer` is no number the group allows.
Result<SrpAgreement> srp_agree(std::string_view code, ByteView offer, const SrpContext& context,
                               Random& random);

}  // namespace vistter::crypto
