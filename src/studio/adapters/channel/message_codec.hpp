// Seals what Studio says and opens what one appliance says: compact JWS over exact bytes (contract
// B.3).
#pragma once

#include <string>
#include <string_view>

#include "contract/envelope.hpp"
#include "crypto/jws.hpp"
#include "studio/core/channel.hpp"

namespace vistter::studio {

// A message whose signature verified with the appliance's key.
struct Opened {
    std::string payload;
    std::string fingerprint;  // SHA-256 of the message as it came
    std::string kid;          // the key it verified with
};

class MessageCodec {
  public:
    MessageCodec(crypto::PrivateKey key, std::string kid)
        : key_(std::move(key)), kid_(std::move(kid)) {}

    std::string seal(const contract::Envelope& envelope) const;
    // Errors: SEC_UNAUTHORISED, VAL_TOO_BIG. Only the key of the appliance on this channel opens
    // anything: what another appliance signed, or we ourselves, does not.
    Result<Opened> open(std::string_view compact, const DeviceTrust& device) const;
    const crypto::PrivateKey& key() const { return key_; }
    const std::string& kid() const { return kid_; }

  private:
    crypto::PrivateKey key_;
    std::string kid_;
};

}  // namespace vistter::studio
