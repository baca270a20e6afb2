// Seals what Studio says and opens what one appliance says: compact JWS over exact bytes (contract
// B.3); signs and reads session tokens. Every key is read once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/envelope.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"
#include "crypto/session_token.hpp"
#include "studio/adapters/channel/studio_keys.hpp"
#include "studio/core/channel.hpp"

namespace vistter::studio {

// A message whose signature verified with the appliance's key.
struct Opened {
    std::string payload;
    crypto::Digest digest{};  // SHA-256 of the message as it came
    std::string kid;          // the key it verified with
};

// The signing keys of one appliance.
class DeviceKeyring {
  public:
    explicit DeviceKeyring(const std::vector<DeviceKey>& keys);
    const crypto::PublicKey* find(const std::string& kid) const;  // null: unknown

  private:
    struct Entry {
        std::string kid;
        crypto::PublicKey key;
    };
    std::vector<Entry> entries_;
};

class MessageCodec {
  public:
    // Throws std::invalid_argument for a key that cannot be read, or when there is none.
    explicit MessageCodec(const ChannelKeys& keys);

    // Signed with the key of `kid`, or with the current one when there is no such key.
    std::string seal(const contract::Envelope& envelope, const std::string& kid) const;
    // Errors: SEC_UNAUTHORISED, VAL_TOO_BIG. Only the keys of the appliance on this channel open
    // anything: what another appliance signed, or we ourselves, does not.
    Result<Opened> open(std::string_view compact, const DeviceKeyring& keys) const;

    std::string sign_token(const crypto::SessionClaims& claims) const;
    // `thumbprints`: of the certificates the token may be bound to; the one it is bound to is in
    // the claims. Errors as crypto::verify_session_token.
    Result<crypto::SessionClaims> read_token(std::string_view token,
                                             crypto::SessionExpectation expected,
                                             const std::vector<std::string>& thumbprints) const;

  private:
    struct Key {
        std::string kid;
        crypto::PrivateKey key;
    };
    static std::vector<Key> read(const std::vector<StudioKey>& keys);

    std::vector<Key> message_, token_;
};

}  // namespace vistter::studio
