#include "studio/adapters/channel/message_codec.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/log.hpp"

namespace vistter::studio {

DeviceKeyring::DeviceKeyring(const std::vector<DeviceKey>& keys) {
    for (const DeviceKey& key : keys) {
        auto read = crypto::PublicKey::from_pem(key.pem);
        if (read) {
            entries_.push_back({key.kid, std::move(*read)});
        } else {
            log::error("the stored key {} cannot be read", key.kid);
        }
    }
}

const crypto::PublicKey* DeviceKeyring::find(const std::string& kid) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& entry) { return entry.kid == kid; });
    return found == entries_.end() ? nullptr : &found->key;
}

MessageCodec::MessageCodec(const ChannelKeys& keys)
    : message_(read(keys.message)), token_(read(keys.token)) {}

std::vector<MessageCodec::Key> MessageCodec::read(const std::vector<StudioKey>& keys) {
    std::vector<Key> all;
    for (const StudioKey& one : keys) {
        auto key = crypto::PrivateKey::from_pem(one.pem);
        if (!key) throw std::invalid_argument("Studio's key " + one.kid + " cannot be read");
        all.push_back({one.kid, std::move(*key)});
    }
    if (all.empty()) throw std::invalid_argument("Studio has no key to sign with");
    return all;
}

std::string MessageCodec::seal(const contract::Envelope& envelope, const std::string& kid) const {
    const auto wanted = std::find_if(message_.begin(), message_.end(),
                                     [&](const Key& key) { return key.kid == kid; });
    const Key& key = wanted == message_.end() ? message_.front() : *wanted;
    return crypto::sign_jws(key.key, key.kid, crypto::message_typ,
                            contract::write_envelope(envelope));
}

Result<Opened> MessageCodec::open(std::string_view compact, const DeviceKeyring& keys) const {
    auto jws = crypto::read_jws(compact, crypto::message_typ, contract::max_message_bytes);
    if (!jws) return jws.error();
    const crypto::PublicKey* key = keys.find(jws->kid);
    if (key == nullptr) return fail(ErrorCode::SEC_UNAUTHORISED, "unknown key " + jws->kid);
    if (!crypto::verify_jws(*jws, *key))
        return fail(ErrorCode::SEC_UNAUTHORISED, "the signature does not verify");
    return Opened{std::move(jws->payload), crypto::sha256(as_bytes(compact)), std::move(jws->kid)};
}

std::string MessageCodec::sign_token(const crypto::SessionClaims& claims) const {
    return crypto::sign_session_token(token_.front().key, token_.front().kid, claims);
}

Result<crypto::SessionClaims> MessageCodec::read_token(
    std::string_view token, crypto::SessionExpectation expected,
    const std::vector<std::string>& thumbprints) const {
    std::optional<Error> first;
    for (const Key& key : token_) {
        for (const std::string& thumbprint : thumbprints) {
            expected.kid = key.kid;
            expected.certificate_thumbprint = thumbprint;
            auto claims = crypto::verify_session_token(token, key.key.public_key(), expected);
            if (claims) return claims;
            if (!first) first = claims.error();
        }
    }
    if (first) return *first;
    return fail(ErrorCode::SEC_UNAUTHORISED, "the appliance has no certificate");
}

}  // namespace vistter::studio
