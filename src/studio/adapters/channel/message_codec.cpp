#include "studio/adapters/channel/message_codec.hpp"

#include <algorithm>

#include "crypto/digest.hpp"

namespace vistter::studio {

std::string MessageCodec::seal(const contract::Envelope& envelope) const {
    return crypto::sign_jws(key_, kid_, crypto::message_typ, contract::write_envelope(envelope));
}

Result<Opened> MessageCodec::open(std::string_view compact, const DeviceTrust& device) const {
    auto jws = crypto::read_jws(compact, crypto::message_typ, contract::max_message_bytes);
    if (!jws) return jws.error();
    const auto known =
        std::find_if(device.signing_keys.begin(), device.signing_keys.end(),
                     [&](const DeviceKey& candidate) { return candidate.kid == jws->kid; });
    if (known == device.signing_keys.end())
        return fail(ErrorCode::SEC_UNAUTHORISED, "unknown key " + jws->kid);
    const auto key = crypto::PublicKey::from_pem(known->pem);
    if (!key)
        return fail(ErrorCode::SEC_UNAUTHORISED,
                    "the stored key of " + device.device_id + " cannot be read");
    if (!crypto::verify_jws(*jws, *key))
        return fail(ErrorCode::SEC_UNAUTHORISED, "the signature does not verify");
    return Opened{std::move(jws->payload), crypto::sha256_hex(compact), std::move(jws->kid)};
}

}  // namespace vistter::studio
