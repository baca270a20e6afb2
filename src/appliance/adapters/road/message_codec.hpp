// Seals what the appliance says and opens what Studio says: compact JWS over exact bytes (contract
// B.3).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/adapters/road/road.hpp"
#include "contract/envelope.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"

namespace vistter::appliance {

// A message whose signature verified with a key of Studio's.
struct Opened {
    std::string payload;
    crypto::Digest digest{};  // of the message as it came
};

class MessageCodec {
  public:
    // Errors: CFG_INVALID when a key of the identity cannot be read.
    static Result<MessageCodec> make(const RoadIdentity& identity);

    std::string seal(const contract::Envelope& envelope) const;
    // Errors: SEC_UNAUTHORISED, VAL_TOO_BIG. A key of another role than Studio's is an unknown key:
    // what we said ourselves, reflected, does not open.
    Result<Opened> open(std::string_view compact) const;

  private:
    MessageCodec(crypto::PrivateKey key, std::string kid)
        : key_(std::move(key)), kid_(std::move(kid)) {}

    crypto::PrivateKey key_;
    std::string kid_;
    std::map<std::string, crypto::PublicKey> studio_keys_;
};

}  // namespace vistter::appliance
