// Reading, writing and making P-256 keys; every other kind is refused at the door.
#include "crypto/keys.hpp"

#include <openssl/core_names.h>
#include <openssl/pem.h>

#include "crypto/openssl.hpp"
#include "crypto/p256.hpp"
#include "crypto/tpm_key.hpp"

namespace vistter::crypto {
namespace {

constexpr std::size_t pem_limit = 65'536;

// OpenSSL would ask for a passphrase on the terminal; an encrypted key is simply not one of ours.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

std::shared_ptr<evp_pkey_st> share(EVP_PKEY* key) {
    return {key, EVP_PKEY_free};
}

}  // namespace

bool is_p256(evp_pkey_st* key) {
    if (key == nullptr || !EVP_PKEY_is_a(key, "EC")) return false;
    char group[32] = {};
    if (EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) != 1) return false;
    int spelled_out = 0;
    // A key that spells out the curve's parameters could name a curve of an attacker's making
    // (CVE-2020-0601).
    EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &spelled_out);
    return spelled_out == 0 && std::string_view(group) == "prime256v1";
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
    if (pem.size() > pem_limit)
        return fail(ErrorCode::VAL_TOO_BIG, "a public key of more than 64 KiB");
    OwnedBio bio = reader(pem);
    OwnedKey key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr));
    if (!key) return crypto_error(ErrorCode::SEC_UNAUTHORISED, "not a public key in PEM");
    if (!is_p256(key.get())) return fail(ErrorCode::SEC_UNAUTHORISED, "not a P-256 public key");
    return PublicKey(share(key.release()));
}

std::string PublicKey::to_pem() const {
    OwnedBio bio = writer();
    must(PEM_write_bio_PUBKEY(bio.get(), key_.get()), "write a public key");
    return written(bio.get());
}

Digest PublicKey::spki_sha256() const {
    unsigned char* der = nullptr;
    int size = i2d_PUBKEY(key_.get(), &der);
    must(size > 0, "encode a public key");
    Digest digest = sha256({der, static_cast<std::size_t>(size)});
    OPENSSL_free(der);
    return digest;
}

PrivateKey PrivateKey::generate() {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    must(key != nullptr, "make a P-256 key");
    return PrivateKey(share(key));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
    if (pem.size() > pem_limit)
        return fail(ErrorCode::VAL_TOO_BIG, "a private key of more than 64 KiB");
    if (pem.starts_with(tpm_pem_head)) return load_tpm_key(pem);
    OwnedBio bio = reader(pem);
    OwnedKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    if (!key) return crypto_error(ErrorCode::SEC_UNAUTHORISED, "not a private key in PEM");
    if (!is_p256(key.get())) return fail(ErrorCode::SEC_UNAUTHORISED, "not a P-256 private key");
    return PrivateKey(share(key.release()));
}

std::string PrivateKey::to_pem() const {
    if (std::string held = tpm_pem_of(key_.get()); !held.empty()) return held;
    OwnedBio bio = writer();
    must(
        PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr),
        "write a private key");
    return written(bio.get());
}

}  // namespace vistter::crypto
