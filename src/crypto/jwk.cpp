// Points of P-256 in and out of JWK members.
#include "crypto/jwk.hpp"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "crypto/jose_object.hpp"
#include "crypto/openssl.hpp"
#include "crypto/p256.hpp"

namespace vistter::crypto {
namespace {

constexpr std::size_t half = 32;
constexpr std::uint8_t uncompressed = 4;  // SEC 1 section 2.3.3

Error refuse() {
    forget_errors();
    return fail(ErrorCode::SEC_UNAUTHORISED, "not a P-256 public key in JWK");
}

// The same key in OpenSSL's own keeping: one that stands for a TPM's does not tell its point.
OwnedKey plain(evp_pkey_st* key) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key, &der);
    must(size > 0, "encode a public key");
    const unsigned char* at = der;
    OwnedKey made(d2i_PUBKEY(nullptr, &at, size));
    OPENSSL_free(der);
    must(made != nullptr, "decode a public key");
    return made;
}

std::string coordinate(const OwnedKey& key, const char* name) {
    BIGNUM* number = nullptr;
    must(EVP_PKEY_get_bn_param(key.get(), name, &number), "read a coordinate");
    const Owned<BIGNUM, BN_free> owned(number);
    Bytes bytes(half);
    must(BN_bn2binpad(number, bytes.data(), half) == half, "write a coordinate");
    return to_base64url(bytes);
}

}  // namespace

JwkPoint point_of(const PublicKey& key) {
    const OwnedKey own = plain(key.native());
    return {coordinate(own, OSSL_PKEY_PARAM_EC_PUB_X), coordinate(own, OSSL_PKEY_PARAM_EC_PUB_Y)};
}

Result<PublicKey> key_of_point(std::string_view x, std::string_view y) {
    const auto x_bytes = from_base64url(x), y_bytes = from_base64url(y);
    if (!x_bytes || !y_bytes || x_bytes->size() != half || y_bytes->size() != half) return refuse();
    Bytes point{uncompressed};
    point.insert(point.end(), x_bytes->begin(), x_bytes->end());
    point.insert(point.end(), y_bytes->begin(), y_bytes->end());
    char group[] = "prime256v1";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
        OSSL_PARAM_construct_end()};
    const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> maker(
        EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    must(maker && EVP_PKEY_fromdata_init(maker.get()) == 1, "read a key");
    EVP_PKEY* made = nullptr;
    if (EVP_PKEY_fromdata(maker.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        return refuse();
    PublicKey key(std::shared_ptr<evp_pkey_st>(made, EVP_PKEY_free));  // shared: a handle
    const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> checker(EVP_PKEY_CTX_new(made, nullptr));
    if (!checker || EVP_PKEY_public_check(checker.get()) != 1) return refuse();
    return key;
}

Result<PublicKey> PublicKey::from_jwk(std::string_view json) {
    const auto members = read_jose_object(json);
    if (!members || members->size() != 4) return refuse();
    const auto text = [&](const char* name) {
        const auto found = members->find(name);
        const auto* value =
            found == members->end() ? nullptr : std::get_if<std::string>(&found->second);
        return value == nullptr ? std::string() : *value;
    };
    if (text("kty") != "EC" || text("crv") != "P-256") return refuse();
    return key_of_point(text("x"), text("y"));
}

std::string PublicKey::to_jwk() const {
    const JwkPoint point = point_of(*this);
    return fmt::format(R"({{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}})", point.x, point.y);
}

}  // namespace vistter::crypto
