// The CA's work with its keys, and the keys' own rotation.
#include "studio/adapters/authority/authority.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "crypto/admission.hpp"
#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "crypto/pairing_token.hpp"
#include "crypto/recovery.hpp"
#include "crypto/signed_url.hpp"
#include "studio/adapters/authority/material.hpp"
#include "studio/adapters/authority/revocations.hpp"

namespace vistter::studio {
namespace {

// A bundle holds at most four roots and eight keys (contract, trust_bundle): one more than that
// could not be told to anybody.
constexpr std::size_t most_roots = 4;
constexpr std::size_t most_message_keys = 8;
constexpr std::int64_t longest_session_ms = 3'600'000;  // a token signed before ends by then

class FileTrust final : public StudioTrust {
  public:
    FileTrust(AuthorityOptions options, Material material, const Clock& clock, Random& random)
        : options_(std::move(options)),
          material_(std::move(material)),
          clock_(clock),
          random_(random) {}

    MintedToken mint_pairing_token(const std::string& serial) override;
    Result<SecretPrint> print_of(const std::string& secret_hex,
                                 const std::string& serial) const override;
    Result<DeviceKeys> read_requests(const std::string& csr_tls,
                                     const std::string& csr_sign) const override;
    Result<std::string> read_request(const std::string& csr,
                                     const std::string& challenge) const override;
    Result<std::string> read_sealing_key(const std::string& jwk) const override;
    std::string key_print(const std::string& pem) const override;
    DeviceCertificate certify(const std::string& tenant, const std::string& device_id,
                              const std::string& tls_key_pem) override;
    bool of_current_root(const std::string& certificate_pem) const override;
    Result<KeyClaim> read_recovery(const std::string& compact) const override;
    Result<RecoveryRequest> verify_recovery(const std::string& compact,
                                            const std::string& signing_key_pem) const override;
    Result<KeyClaim> read_admission(const std::string& compact) const override;
    Result<std::string> verify_admission(const std::string& compact,
                                         const std::string& signing_key_pem,
                                         ByteView tls_exporter) const override;
    TrustBundle trust_bundle() const override;
    TrustStanding standing() const override;
    std::vector<StudioKeyInfo> keys() const override;
    Status rotate(StudioKeyKind kind) override;
    bool retire_former(StudioKeyKind kind) override;
    std::string sign_asset_path(std::string_view path, const std::string& device_id,
                                WallTime expires) const override {
        return crypto::sign_url_path(material_.url_key, path, device_id, expires);
    }
    Status check_asset_path(std::string_view path, std::string_view query,
                            WallTime now) const override {
        return crypto::verify_url_path(material_.url_key, path, query, now);
    }

    std::string root_pem() const override { return material_.roots.front().to_pem(); }
    std::filesystem::path root_file() const override {
        return material_.root_keys.file(material_.root_keys.current().number, "pem");
    }
    std::string client_roots_pem() const override;
    std::string server_chain_pem() const override { return material_.server_pem + root_pem(); }
    std::string server_key_pem() const override {
        return material_.server_keys.current().key.to_pem();
    }
    std::vector<NamedKey> message_keys() const override;
    std::vector<NamedKey> session_keys() const override;
    TlsFiles client_identity(const std::string& common_name) override;
    bool renew_server_certificate() override;
    std::filesystem::path revocations_file() const override { return options_.state / "crl.pem"; }
    Result<bool> keep_revocations(const std::vector<std::string>& revoked) override {
        return studio::keep_revocations(material_, revocations_file(), revoked, clock_.wall());
    }
    bool made_spare_root() const override { return material_.made_spare; }
    std::filesystem::path spare_root_file() const override { return spare_key_file(material_); }

  private:
    static SecretPrint print_of(const crypto::PairingToken& token, const std::string& serial);
    std::string kid_of(StudioKeyKind kind, std::int64_t number) const;
    KeyRing& ring(StudioKeyKind kind);
    void list(std::vector<StudioKeyInfo>& all, StudioKeyKind kind, const KeyRing& ring) const;
    bool sessions_ended() const;

    AuthorityOptions options_;
    Material material_;
    const Clock& clock_;
    Random& random_;
};

SecretPrint FileTrust::print_of(const crypto::PairingToken& token, const std::string& serial) {
    // A serial is never empty, so the mark over an empty one is a different domain.
    return {crypto::pairing_secret_hash(token, serial), crypto::pairing_secret_hash(token, "")};
}

MintedToken FileTrust::mint_pairing_token(const std::string& serial) {
    const auto token = crypto::make_pairing_token(material_.roots.front().public_key(), random_);
    return {crypto::format_pairing_token(token), print_of(token, serial)};
}

Result<SecretPrint> FileTrust::print_of(const std::string& secret_hex,
                                        const std::string& serial) const {
    const auto bytes = from_hex(secret_hex);
    crypto::PairingToken token;
    if (!bytes || bytes->size() != token.secret.size()) {
        return fail_at(ErrorCode::VAL_SCHEMA, "/token_secret",
                       "token_secret must be 20 hex digits");
    }
    std::copy(bytes->begin(), bytes->end(), token.secret.begin());
    return print_of(token, serial);
}

Result<DeviceKeys> FileTrust::read_requests(const std::string& csr_tls,
                                            const std::string& csr_sign) const {
    const auto tls = crypto::read_csr(csr_tls);
    if (!tls) return fail_at(ErrorCode::VAL_SCHEMA, "/csr_tls", tls.error().message);
    const auto signing = crypto::read_csr(csr_sign);
    if (!signing) return fail_at(ErrorCode::VAL_SCHEMA, "/csr_sign", signing.error().message);
    if (tls->key.spki_sha256() == signing->key.spki_sha256()) {
        return fail_at(ErrorCode::VAL_SCHEMA, "/csr_sign",
                       "csr_tls and csr_sign must be for two different keys");
    }
    return DeviceKeys{tls->key.to_pem(), signing->key.to_pem()};
}

Result<std::string> FileTrust::read_request(const std::string& csr,
                                            const std::string& challenge) const {
    const auto request = crypto::read_csr(csr);
    if (!request) return request.error();
    if (request->challenge != challenge)
        return fail(ErrorCode::SEC_UNAUTHORISED, "the request answers another challenge");
    return request->key.to_pem();
}

Result<std::string> FileTrust::read_sealing_key(const std::string& jwk) const {
    const auto key = crypto::PublicKey::from_jwk(jwk);
    if (!key) return key.error();
    return key->to_jwk();
}

std::string FileTrust::key_print(const std::string& pem) const {
    if (const auto certificate = crypto::Certificate::from_pem(pem))
        return to_hex(certificate->public_key().spki_sha256());
    const auto key = crypto::PublicKey::from_pem(pem);
    return key ? to_hex(key->spki_sha256()) : std::string();
}

DeviceCertificate FileTrust::certify(const std::string& tenant, const std::string& device_id,
                                     const std::string& tls_key_pem) {
    const auto key = crypto::PublicKey::from_pem(tls_key_pem).value();
    const auto certificate =
        crypto::issue_device(material_.root_keys.current().key, material_.roots.front(), key,
                             crypto::device_uri(tenant, device_id),
                             validity(clock_.wall(), device_certificate_days), random_);
    return {certificate.to_pem(), certificate.thumbprint(), certificate.not_after()};
}

bool FileTrust::of_current_root(const std::string& certificate_pem) const {
    const auto certificate = crypto::Certificate::from_pem(certificate_pem);
    return certificate && certificate->issued_by(material_.roots.front());
}

KeyClaim claim_of(const crypto::Jws& jws) {
    return {jws.kid.substr(0, jws.kid.rfind('#')), jws.kid};
}

Result<KeyClaim> FileTrust::read_recovery(const std::string& compact) const {
    const auto jws = crypto::read_recovery(compact);
    if (!jws) return jws.error();
    return claim_of(*jws);
}

Result<RecoveryRequest> FileTrust::verify_recovery(const std::string& compact,
                                                   const std::string& signing_key_pem) const {
    const auto jws = crypto::read_recovery(compact);
    if (!jws) return jws.error();
    const auto key = crypto::PublicKey::from_pem(signing_key_pem);
    if (!key) return key.error();
    const auto request = crypto::verify_recovery(*jws, *key);
    if (!request) return request.error();
    const auto csr = crypto::read_csr(request->csr_tls);
    if (!csr) return csr.error();
    return RecoveryRequest{csr->key.to_pem(), request->timestamp};
}

Result<KeyClaim> FileTrust::read_admission(const std::string& compact) const {
    const auto jws = crypto::read_admission(compact);
    if (!jws) return jws.error();
    return claim_of(*jws);
}

Result<std::string> FileTrust::verify_admission(const std::string& compact,
                                                const std::string& signing_key_pem,
                                                ByteView tls_exporter) const {
    const auto jws = crypto::read_admission(compact);
    if (!jws) return jws.error();
    const auto key = crypto::PublicKey::from_pem(signing_key_pem);
    if (!key) return key.error();
    const auto request = crypto::verify_admission(*jws, *key);
    if (!request) return request.error();
    const bool for_us = request->audience == "studio:" + options_.environment;
    if (!for_us || !crypto::equal_constant_time(request->tls_exporter, tls_exporter))
        return fail(ErrorCode::SEC_UNAUTHORISED, "the request was made for another connection");
    return request->certificate_thumbprint;
}

TrustBundle FileTrust::trust_bundle() const {
    TrustBundle bundle;
    for (const crypto::Certificate& root : material_.roots) {
        bundle.roots.push_back(root.to_pem());
        bundle.pins.push_back(to_hex(root.public_key().spki_sha256()));
    }
    bundle.pins.insert(bundle.pins.begin() + 1, material_.spare_pin);
    for (const RingKey& each : material_.message_keys.all()) {
        bundle.studio_keys.push_back(
            {kid_of(StudioKeyKind::message, each.number), each.key.public_key().to_pem()});
    }
    return bundle;
}

TrustStanding FileTrust::standing() const {
    const TrustBundle bundle = trust_bundle();
    std::string all;
    for (const std::string& pin : bundle.pins) all += pin + "\n";
    for (const auto& key : bundle.studio_keys) all += key.kid + "\n" + key.pem;
    constexpr std::size_t mark_length = 32;
    return {bundle.studio_keys.front().kid, crypto::sha256_hex(all).substr(0, mark_length)};
}

std::string FileTrust::client_roots_pem() const {
    std::string all;
    for (const crypto::Certificate& root : material_.roots) all += root.to_pem();
    return all;
}

std::string FileTrust::kid_of(StudioKeyKind kind, std::int64_t number) const {
    return fmt::format("{}:{}#{}", kind == StudioKeyKind::session ? "session" : "studio",
                       options_.environment, number);
}

std::vector<NamedKey> FileTrust::message_keys() const {
    std::vector<NamedKey> named;
    for (const RingKey& each : material_.message_keys.all())
        named.push_back({kid_of(StudioKeyKind::message, each.number), each.key.to_pem()});
    return named;
}

// Tokens of a former key end within an hour of the new key's making.
bool FileTrust::sessions_ended() const {
    const auto made = material_.session_keys.current().made_at;
    return !made || clock_.wall().ms - made->ms > longest_session_ms;
}

std::vector<NamedKey> FileTrust::session_keys() const {
    std::vector<NamedKey> named;
    for (const RingKey& each : material_.session_keys.all()) {
        named.push_back({kid_of(StudioKeyKind::session, each.number), each.key.to_pem()});
        if (sessions_ended()) break;
    }
    return named;
}

void FileTrust::list(std::vector<StudioKeyInfo>& all, StudioKeyKind kind,
                     const KeyRing& ring) const {
    const bool named = kind == StudioKeyKind::message || kind == StudioKeyKind::session;
    for (const RingKey& each : ring.all()) {
        all.push_back(
            {kind, each.number,
             named ? kid_of(kind, each.number) : to_hex(each.key.public_key().spki_sha256()),
             each.made_at, &each == &ring.current()});
    }
}

std::vector<StudioKeyInfo> FileTrust::keys() const {
    std::vector<StudioKeyInfo> all;
    list(all, StudioKeyKind::message, material_.message_keys);
    list(all, StudioKeyKind::session, material_.session_keys);
    list(all, StudioKeyKind::server, material_.server_keys);
    list(all, StudioKeyKind::root, material_.root_keys);
    return all;
}

KeyRing& FileTrust::ring(StudioKeyKind kind) {
    switch (kind) {
        case StudioKeyKind::message:
            return material_.message_keys;
        case StudioKeyKind::session:
            return material_.session_keys;
        case StudioKeyKind::server:
            return material_.server_keys;
        case StudioKeyKind::root:
            break;
    }
    return material_.root_keys;
}

Status FileTrust::rotate(StudioKeyKind kind) {
    const std::size_t most = kind == StudioKeyKind::root ? most_roots : most_message_keys;
    if (ring(kind).all().size() >= most) {
        return fail(ErrorCode::STA_NOT_READY,
                    "some appliances still need the oldest key; let them connect, or revoke them");
    }
    const WallTime now = clock_.wall();
    if (kind == StudioKeyKind::root) return promote_spare(material_, options_, now, random_);
    if (kind == StudioKeyKind::session) retire_former(kind);
    if (auto added = ring(kind).add(crypto::PrivateKey::generate(), now); !added) return added;
    if (kind != StudioKeyKind::server) return ok();
    const auto renewed = renew_server(material_, options_, now, random_);
    if (!renewed) return renewed.error();
    material_.server_keys.forget_former();
    return ok();
}

bool FileTrust::retire_former(StudioKeyKind kind) {
    if (ring(kind).all().size() == 1) return false;
    if (kind == StudioKeyKind::session && !sessions_ended()) return false;
    if (kind == StudioKeyKind::root) {
        std::error_code ignored;  // without a key of its number nothing reads it again
        for (const RingKey& each : material_.root_keys.all()) {
            if (&each != &material_.root_keys.current())
                std::filesystem::remove(material_.root_keys.file(each.number, "pem"), ignored);
        }
        material_.roots.erase(material_.roots.begin() + 1, material_.roots.end());
    }
    ring(kind).forget_former();
    return true;
}

// Named like no appliance (crypto::device_of), so that it opens nothing at the channel.
TlsFiles FileTrust::client_identity(const std::string& common_name) {
    constexpr std::int64_t year_days = 397;
    const auto key = crypto::PrivateKey::generate();
    const auto certificate = crypto::issue_device(
        material_.root_keys.current().key, material_.roots.front(), key.public_key(),
        "spiffe://vistter/" + common_name, validity(clock_.wall(), year_days), random_);
    return {certificate.to_pem(), key.to_pem()};
}

bool FileTrust::renew_server_certificate() {
    const auto renewed = renew_server(material_, options_, clock_.wall(), random_);
    if (!renewed) log::warning("{}", describe(renewed.error()));
    return renewed && *renewed;
}

}  // namespace

Result<std::unique_ptr<StudioTrust>> open_authority(AuthorityOptions options, const Clock& clock,
                                                    Random& random) {
    auto material = open_material(options, clock.wall(), random);
    if (!material) return material.error();
    return std::unique_ptr<StudioTrust>(
        std::make_unique<FileTrust>(std::move(options), std::move(*material), clock, random));
}

}  // namespace vistter::studio
