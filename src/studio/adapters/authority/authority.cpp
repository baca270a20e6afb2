// Keys and certificates on disk, and the CA's work with them.
#include "studio/adapters/authority/authority.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "crypto/certificate.hpp"
#include "crypto/pairing_token.hpp"
#include "crypto/signed_url.hpp"
#include "studio/adapters/authority/key_files.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t root_days = 20 * 365;
constexpr std::int64_t server_days = 397;
constexpr std::int64_t renew_before_days = 30;
constexpr std::int64_t clock_slack_ms = 3'600'000;  // peers' clocks may be a little behind

crypto::Validity validity(WallTime now, std::int64_t days) {
    return {WallTime{now.ms - clock_slack_ms}, WallTime{now.ms + days * day_ms}};
}

// Everything the first start makes and every later start reads.
struct Material {
    crypto::PrivateKey root_key, server_key, signing_key;
    crypto::Certificate root;
    std::string spare_pin;  // hex
    bool made_spare = false;
    Bytes url_key;
};

class FileTrust final : public StudioTrust {
  public:
    FileTrust(AuthorityOptions options, Material material, std::string server_pem,
              const Clock& clock, Random& random)
        : options_(std::move(options)),
          material_(std::move(material)),
          server_pem_(std::move(server_pem)),
          clock_(clock),
          random_(random) {}

    MintedToken mint_pairing_token(const std::string& serial) override;
    Result<SecretPrint> print_of(const std::string& secret_hex,
                                 const std::string& serial) const override;
    Result<DeviceKeys> read_requests(const std::string& csr_tls,
                                     const std::string& csr_sign) const override;
    DeviceCertificate certify(const std::string& tenant, const std::string& device_id,
                              const std::string& tls_key_pem) override;
    TrustBundle trust_bundle() const override;
    std::string sign_asset_path(std::string_view path, const std::string& device_id,
                                WallTime expires) const override {
        return crypto::sign_url_path(material_.url_key, path, device_id, expires);
    }
    Status check_asset_path(std::string_view path, std::string_view query,
                            WallTime now) const override {
        return crypto::verify_url_path(material_.url_key, path, query, now);
    }

    std::string root_pem() const override { return material_.root.to_pem(); }
    std::filesystem::path root_file() const override { return options_.state / "root.pem"; }
    std::string server_chain_pem() const override { return server_pem_ + material_.root.to_pem(); }
    std::string server_key_pem() const override { return material_.server_key.to_pem(); }
    std::string signing_kid() const override {
        return fmt::format("studio:{}#1", options_.environment);
    }
    std::string signing_key_pem() const override { return material_.signing_key.to_pem(); }
    bool renew_server_certificate() override;
    bool made_spare_root() const override { return material_.made_spare; }
    std::filesystem::path spare_root_file() const override {
        return options_.state / "spare-root.key";
    }

  private:
    static SecretPrint print_of(const crypto::PairingToken& token, const std::string& serial);

    AuthorityOptions options_;
    Material material_;
    std::string server_pem_;
    const Clock& clock_;
    Random& random_;
};

SecretPrint FileTrust::print_of(const crypto::PairingToken& token, const std::string& serial) {
    // A serial is never empty, so the mark over an empty one is a different domain.
    return {crypto::pairing_secret_hash(token, serial), crypto::pairing_secret_hash(token, "")};
}

MintedToken FileTrust::mint_pairing_token(const std::string& serial) {
    const auto token = crypto::make_pairing_token(material_.root.public_key(), random_);
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

DeviceCertificate FileTrust::certify(const std::string& tenant, const std::string& device_id,
                                     const std::string& tls_key_pem) {
    const auto key = crypto::PublicKey::from_pem(tls_key_pem).value();
    const auto certificate = crypto::issue_device(
        material_.root_key, material_.root, key, crypto::device_uri(tenant, device_id),
        validity(clock_.wall(), device_certificate_days), random_);
    return {certificate.to_pem(), certificate.thumbprint()};
}

TrustBundle FileTrust::trust_bundle() const {
    TrustBundle bundle;
    bundle.roots = {root_pem()};
    bundle.pins = {to_hex(material_.root.public_key().spki_sha256()), material_.spare_pin};
    bundle.studio_keys = {{signing_kid(), material_.signing_key.public_key().to_pem()}};
    return bundle;
}

bool FileTrust::renew_server_certificate() {
    const auto current = crypto::Certificate::from_pem(server_pem_);
    const WallTime now = clock_.wall();
    if (current && current->not_after().ms - now.ms > renew_before_days * day_ms) return false;
    server_pem_ =
        crypto::issue_server(material_.root_key, material_.root, material_.server_key.public_key(),
                             options_.hosts, validity(now, server_days), random_)
            .to_pem();
    // Unwritten it is issued again at the next start; the listeners can use it now.
    if (auto kept = keep_file(options_.state / "server.pem", server_pem_); !kept) {
        log::warning("{}", describe(kept.error()));
    }
    return true;
}

// The root certificate of the root key; made when it is missing or does not belong to the key.
Result<crypto::Certificate> open_root(const std::filesystem::path& state,
                                      const crypto::PrivateKey& key, const std::string& environment,
                                      WallTime now, Random& random) {
    if (const auto pem = read_if_there(state / "root.pem")) {
        auto root = crypto::Certificate::from_pem(*pem);
        if (!root || !root->issued_by(*root) ||
            root->public_key().spki_sha256() != key.public_key().spki_sha256()) {
            return fail(
                ErrorCode::CFG_INVALID,
                fmt::format("{} does not belong to root.key beside it; restore both from a backup",
                            (state / "root.pem").string()));
        }
        return root;
    }
    auto root = crypto::make_root(key, fmt::format("Vistter Studio {} root", environment),
                                  validity(now, root_days), random);
    if (auto kept = keep_file(state / "root.pem", root.to_pem()); !kept) return kept.error();
    return root;
}

// The pin of the offline spare root. Its private key is only ever written, so that it can be moved
// off the machine; once the pin is on disk the key file is not needed here again.
Status open_spare(const std::filesystem::path& state, Material& material) {
    if (const auto pin = read_if_there(state / "spare-root.pin")) {
        material.spare_pin = *pin;
        return ok();
    }
    const auto spare = open_key(state / "spare-root.key");
    if (!spare) return spare.error();
    material.spare_pin = to_hex(spare->public_key().spki_sha256());
    material.made_spare = true;
    return keep_file(state / "spare-root.pin", material.spare_pin);
}

Result<std::string> open_server_certificate(const AuthorityOptions& options,
                                            const Material& material, WallTime now,
                                            Random& random) {
    const std::string hosts = fmt::format("{}\n", fmt::join(options.hosts, "\n"));
    const auto pem = read_if_there(options.state / "server.pem");
    if (pem && read_if_there(options.state / "server.hosts") == hosts) {
        const auto kept = crypto::Certificate::from_pem(*pem);
        if (kept && kept->issued_by(material.root) &&
            kept->public_key().spki_sha256() == material.server_key.public_key().spki_sha256()) {
            return *pem;
        }
    }
    const std::string issued =
        crypto::issue_server(material.root_key, material.root, material.server_key.public_key(),
                             options.hosts, validity(now, server_days), random)
            .to_pem();
    // The certificate before its host list: interrupted between the two, the next start issues
    // again.
    if (auto kept = keep_file(options.state / "server.pem", issued); !kept) return kept.error();
    if (auto kept = keep_file(options.state / "server.hosts", hosts); !kept) return kept.error();
    return issued;
}

}  // namespace

Result<std::unique_ptr<StudioTrust>> open_authority(AuthorityOptions options, const Clock& clock,
                                                    Random& random) {
    const WallTime now = clock.wall();
    const auto root_key = open_key(options.state / "root.key");
    if (!root_key) return root_key.error();
    const auto server_key = open_key(options.state / "server.key");
    if (!server_key) return server_key.error();
    const auto signing_key = open_key(options.state / "signing.key");
    if (!signing_key) return signing_key.error();
    const auto root = open_root(options.state, *root_key, options.environment, now, random);
    if (!root) return root.error();
    const auto url_key = open_secret(options.state / "url.key", random);
    if (!url_key) return url_key.error();
    Material material{*root_key, *server_key, *signing_key, *root, {}, false, *url_key};
    if (auto spare = open_spare(options.state, material); !spare) return spare.error();
    auto server_pem = open_server_certificate(options, material, now, random);
    if (!server_pem) return server_pem.error();
    auto trust = std::make_unique<FileTrust>(std::move(options), std::move(material),
                                             std::move(*server_pem), clock, random);
    trust->renew_server_certificate();
    return std::unique_ptr<StudioTrust>(std::move(trust));
}

}  // namespace vistter::studio
