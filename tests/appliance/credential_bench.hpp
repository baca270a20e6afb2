// A device identity made as Studio makes them, for tests of what is kept of it.
#pragma once

#include <boost/json.hpp>

#include "appliance/adapters/identity/identity_keeper.hpp"
#include "base/file.hpp"
#include "crypto/certificate.hpp"
#include "crypto/sealed.hpp"
#include "kit/temporary_folder.hpp"

namespace vistter::appliance::test {

constexpr std::int64_t day_ms = 86'400'000;

// A folder in memory where there is one: what is killed, not switched off, needs no disk, and an
// identity is written some thousand times.
struct QuickFolder {
    kit::TemporaryFolder on_disk;
    std::filesystem::path at = in_memory();
    ~QuickFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(at, ignored);
    }
    const std::filesystem::path& path() const { return at; }

  private:
    std::filesystem::path in_memory() const {
        std::error_code failed;
        const auto memory = "/dev/shm" / on_disk.path().filename();
        std::filesystem::create_directory(memory, failed);
        return failed ? on_disk.path() : memory;
    }
};

// A small Studio: its root, its message key, and one device it has paired.
struct CredentialBench {
    explicit CredentialBench(WallTime at = {1'800'000'000'000}) : now(at) {}

    QuickFolder folder;
    SeededRandom random{7};
    WallTime now;
    crypto::PrivateKey root_key = crypto::PrivateKey::generate();
    crypto::Certificate root = make_root(root_key);
    std::string device = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC";

    crypto::Certificate make_root(const crypto::PrivateKey& key) {
        return crypto::make_root(key, "root", {{now.ms - day_ms}, {now.ms + 4000 * day_ms}},
                                 random);
    }
    std::string certify(const crypto::PublicKey& key, const std::string& as,
                        std::int64_t days = 400) {
        return crypto::issue_device(root_key, root, key, crypto::device_uri("sandbox", as),
                                    {{now.ms - 2 * day_ms}, {now.ms + days * day_ms}}, random)
            .to_pem();
    }
    contract::TrustBundle trust() const {
        return {{root.to_pem()},
                {to_hex(root.public_key().spki_sha256()), std::string(64, 'a')},
                {{"studio:x#1", crypto::PrivateKey::generate().public_key().to_pem()}}};
    }
    Identity identity(std::int64_t days = 400) {
        const auto tls = crypto::PrivateKey::generate();
        Identity out;
        out.granted.device_id = device;
        out.granted.tenant = "sandbox";
        out.granted.name = "Quay";
        out.granted.client_certificate = certify(tls.public_key(), device, days);
        out.granted.signing_kid = device + "#1";
        out.granted.sealing_kid = device + "#2";
        out.granted.session_url = "https://s/v1/bootstrap/session";
        out.granted.trust = trust();
        out.granted.channels = {{"wss", "wss://s/v1/channel"}};
        out.studio_url = "https://s";
        out.tls_key_pem = tls.to_pem();
        out.signing_key_pem = crypto::PrivateKey::generate().to_pem();
        out.sealing_key_pem = crypto::PrivateKey::generate().to_pem();
        return out;
    }
    IdentityKeeper keeper(crypto::KeyHome home = crypto::KeyHome::file) {
        IdentityKeeper out(IdentityStore(folder.path(), random, home), [this] { return now; });
        const Status opened = out.open();
        if (!opened) throw std::runtime_error(describe(opened.error()));
        return out;
    }
    contract::CredentialRefresh bundle(const std::string& credential) const {
        contract::CredentialRefresh out;
        out.credential = credential;
        out.method = "bundle";
        return out;
    }
    // Studio's half of a renewed certificate: reads the request that the keeper answered with.
    contract::CredentialRefresh certificate_for(const std::string& result, const std::string& as) {
        auto out = bundle("client_cert");
        out.certificate = certify(crypto::read_csr(csr_in(result)).value().key, as);
        return out;
    }
    static std::string csr_in(const std::string& result) {
        return std::string(boost::json::parse(result).at("csr").as_string());
    }
};

// Whether a session could be opened with it: every key is there and fits.
inline bool works(const Identity& identity) {
    const auto certificate = crypto::Certificate::from_pem(identity.granted.client_certificate);
    const auto tls = crypto::PrivateKey::from_pem(identity.tls_key_pem);
    return certificate && tls && crypto::PrivateKey::from_pem(identity.signing_key_pem).ok() &&
           certificate->public_key().spki_sha256() == tls->public_key().spki_sha256();
}

}  // namespace vistter::appliance::test
