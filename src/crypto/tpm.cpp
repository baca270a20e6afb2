// The provider lives in a library context of its own, so that nothing else of this process (hashes,
// random numbers, TLS) is ever done by the TPM. Its keys come out as ordinary EC keys whose two
// private operations, sign and agree, are done over there.
#define OPENSSL_SUPPRESS_DEPRECATED  // EC_KEY_METHOD has no successor below a provider of one's own
#include "crypto/tpm.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/encoder.h>
#include <openssl/pem.h>
#include <openssl/provider.h>

#include <mutex>

#include "crypto/openssl.hpp"
#include "crypto/p256.hpp"
#include "crypto/tpm_key.hpp"

namespace vistter::crypto {
namespace {

using OwnedOperation = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using OwnedEc = Owned<EC_KEY, EC_KEY_free>;

constexpr const char* in_tpm = "?provider=tpm2";
constexpr std::size_t signature_room = 80, secret_size = 32;

// One TPM, one conversation with it at a time. Never closed: keys in static storage may outlive
// any order of ending.
struct Tpm {
    std::mutex talking;
    OSSL_LIB_CTX* library = nullptr;
    std::string trouble;
};

Tpm* open_tpm() {
    auto* tpm = new Tpm;
    tpm->library = OSSL_LIB_CTX_new();
    must(tpm->library != nullptr, "library context");
    if (OSSL_PROVIDER_load(tpm->library, "default") == nullptr ||
        OSSL_PROVIDER_load(tpm->library, "tpm2") == nullptr) {
        tpm->trouble = crypto_error(ErrorCode::SYS_STORAGE, "no TPM can be used").message;
    }
    return tpm;
}

Tpm& tpm() {
    static Tpm* const only = open_tpm();
    return *only;
}

// What stands behind an EC key whose private half is in the TPM. It is loaded for each use: a TPM
// has room for three.
struct Held {
    std::string pem;
};

// A key of the TPM's library context; nothing when the TPM refuses it. The caller holds `talking`.
OwnedKey load_there(std::string_view pem) {
    const OwnedBio bio = reader(pem);
    return OwnedKey(
        PEM_read_bio_PrivateKey_ex(bio.get(), nullptr, nullptr, nullptr, tpm().library, in_tpm));
}

void forget_held(void*, void* held, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<Held*>(held);
}

int held_index() {
    static const int index = EC_KEY_get_ex_new_index(0, nullptr, nullptr, nullptr, &forget_held);
    return index;
}

Held* held_of(const EC_KEY* key) {
    return static_cast<Held*>(EC_KEY_get_ex_data(key, held_index()));
}

ECDSA_SIG* sign_there(const unsigned char* digest, int size, const BIGNUM*, const BIGNUM*,
                      EC_KEY* key) {
    Held* held = held_of(key);
    if (held == nullptr) return nullptr;
    const std::lock_guard guard(tpm().talking);
    const OwnedKey there = load_there(held->pem);
    const OwnedOperation operation(
        there ? EVP_PKEY_CTX_new_from_pkey(tpm().library, there.get(), in_tpm) : nullptr);
    unsigned char der[signature_room];
    std::size_t length = sizeof der;
    if (!operation || EVP_PKEY_sign_init(operation.get()) != 1 ||
        EVP_PKEY_CTX_set_signature_md(operation.get(), EVP_sha256()) != 1 ||
        EVP_PKEY_sign(operation.get(), der, &length, digest, static_cast<std::size_t>(size)) != 1)
        return nullptr;
    const unsigned char* at = der;
    return d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(length));
}

// The peer's point as a key of the TPM's library context.
OwnedKey peer_there(const EC_KEY* mine, const EC_POINT* point) {
    unsigned char bytes[65];
    const std::size_t size =
        EC_POINT_point2oct(EC_KEY_get0_group(mine), point, POINT_CONVERSION_UNCOMPRESSED, bytes,
                           sizeof bytes, nullptr);
    char group[] = "prime256v1";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, bytes, size),
        OSSL_PARAM_construct_end()};
    const OwnedOperation maker(EVP_PKEY_CTX_new_from_name(tpm().library, "EC", "provider=default"));
    EVP_PKEY* made = nullptr;
    if (size == 0 || !maker || EVP_PKEY_fromdata_init(maker.get()) != 1 ||
        EVP_PKEY_fromdata(maker.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        return nullptr;
    return OwnedKey(made);
}

int agree_there(unsigned char** secret, std::size_t* size, const EC_POINT* point,
                const EC_KEY* mine) {
    Held* held = held_of(mine);
    if (held == nullptr) return 0;
    const std::lock_guard guard(tpm().talking);
    const OwnedKey peer = peer_there(mine, point), there = load_there(held->pem);
    const OwnedOperation operation(
        there ? EVP_PKEY_CTX_new_from_pkey(tpm().library, there.get(), in_tpm) : nullptr);
    *size = secret_size;
    *secret = static_cast<unsigned char*>(OPENSSL_malloc(secret_size));
    if (*secret != nullptr && peer && operation && EVP_PKEY_derive_init(operation.get()) == 1 &&
        EVP_PKEY_derive_set_peer(operation.get(), peer.get()) == 1 &&
        EVP_PKEY_derive(operation.get(), *secret, size) == 1 && *size == secret_size)
        return 1;
    OPENSSL_free(*secret);
    *secret = nullptr;
    return 0;
}

const EC_KEY_METHOD* method() {
    static const EC_KEY_METHOD* const made = [] {
        EC_KEY_METHOD* mine = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
        must(mine != nullptr, "key method");
        int (*sign)(int, const unsigned char*, int, unsigned char*, unsigned*, const BIGNUM*,
                    const BIGNUM*, EC_KEY*) = nullptr;
        int (*prepare)(EC_KEY*, BN_CTX*, BIGNUM**, BIGNUM**) = nullptr;
        EC_KEY_METHOD_get_sign(mine, &sign, &prepare, nullptr);
        EC_KEY_METHOD_set_sign(mine, sign, prepare, &sign_there);
        EC_KEY_METHOD_set_compute_key(mine, &agree_there);
        return mine;
    }();
    return made;
}

// The default context's face of a key of the TPM.
Result<PrivateKey> face_of(const OwnedKey& key, std::string pem) {
    if (!is_p256(key.get())) return fail(ErrorCode::SEC_UNAUTHORISED, "not a P-256 private key");
    unsigned char point[65];
    std::size_t size = 0;
    must(EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point,
                                         &size),
         "read a key of the TPM");
    OwnedEc face(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
    must(face && EC_KEY_set_method(face.get(), method()) == 1 &&
             EC_KEY_oct2key(face.get(), point, size, nullptr) == 1,
         "show a key of the TPM");
    must(EC_KEY_set_ex_data(face.get(), held_index(), new Held{std::move(pem)}),
         "hold a key of the TPM");
    OwnedKey shown(EVP_PKEY_new());
    must(shown && EVP_PKEY_assign_EC_KEY(shown.get(), face.get()) == 1, "show a key of the TPM");
    (void)face.release();
    return PrivateKey(std::shared_ptr<evp_pkey_st>(shown.release(), EVP_PKEY_free));  // a handle
}

std::string pem_of(EVP_PKEY* key) {
    const OwnedBio bio = writer();
    const Owned<OSSL_ENCODER_CTX, OSSL_ENCODER_CTX_free> encoder(OSSL_ENCODER_CTX_new_for_pkey(
        key, EVP_PKEY_KEYPAIR, "PEM", "PrivateKeyInfo", "provider=tpm2"));
    must(encoder && OSSL_ENCODER_to_bio(encoder.get(), bio.get()) == 1, "write a key of the TPM");
    return written(bio.get());
}

}  // namespace

Status tpm_is_there() {
    if (tpm().trouble.empty()) return ok();
    return fail(ErrorCode::SYS_STORAGE, tpm().trouble);
}

PrivateKey generate_in_tpm() {
    must(tpm().trouble.empty(), "use the TPM");
    const std::lock_guard guard(tpm().talking);
    const OwnedOperation maker(EVP_PKEY_CTX_new_from_name(tpm().library, "EC", in_tpm));
    EVP_PKEY* made = nullptr;
    must(maker && EVP_PKEY_keygen_init(maker.get()) == 1 &&
             EVP_PKEY_CTX_set_group_name(maker.get(), "P-256") == 1 &&
             EVP_PKEY_generate(maker.get(), &made) == 1,
         "make a key in the TPM");
    const OwnedKey key(made);
    return face_of(key, pem_of(made)).value();
}

Result<PrivateKey> load_tpm_key(std::string_view pem) {
    if (const Status there = tpm_is_there(); !there) return there.error();
    const std::lock_guard guard(tpm().talking);
    const OwnedKey key = load_there(pem);
    if (!key) return crypto_error(ErrorCode::SEC_UNAUTHORISED, "not a key of this machine's TPM");
    return face_of(key, std::string(pem));
}

std::string tpm_pem_of(evp_pkey_st* key) {
    const EC_KEY* face = EVP_PKEY_get0_EC_KEY(key);
    const Held* held = face == nullptr ? nullptr : held_of(face);
    forget_errors();
    return held == nullptr ? std::string() : held->pem;
}

}  // namespace vistter::crypto
