#include "appliance/adapters/road/message_codec.hpp"

namespace vistter::appliance {

Result<MessageCodec> MessageCodec::make(const RoadIdentity& identity) {
    auto key = crypto::PrivateKey::from_pem(identity.signing_key_pem);
    if (!key)
        return fail(ErrorCode::CFG_INVALID,
                    "the signing key cannot be read; pair the appliance again");
    MessageCodec codec(std::move(*key), identity.signing_kid);
    for (const StudioKey& studio : identity.studio_keys) {
        auto trusted = crypto::PublicKey::from_pem(studio.pem);
        if (!trusted)
            return fail(ErrorCode::CFG_INVALID,
                        "Studio's key " + studio.kid + " cannot be read; pair again");
        codec.studio_keys_.emplace(studio.kid, std::move(*trusted));
    }
    return codec;
}

std::string MessageCodec::seal(const contract::Envelope& envelope) const {
    return crypto::sign_jws(key_, kid_, crypto::message_typ, contract::write_envelope(envelope));
}

Result<Opened> MessageCodec::open(std::string_view compact) const {
    auto jws = crypto::read_jws(compact, crypto::message_typ, contract::max_message_bytes);
    if (!jws) return jws.error();
    const auto key = studio_keys_.find(jws->kid);
    if (key == studio_keys_.end())
        return fail(ErrorCode::SEC_UNAUTHORISED, "unknown key " + jws->kid);
    if (!crypto::verify_jws(*jws, key->second))
        return fail(ErrorCode::SEC_UNAUTHORISED, "the signature does not verify");
    return Opened{std::move(jws->payload), crypto::sha256(as_bytes(compact))};
}

}  // namespace vistter::appliance
