// ECDSA with SHA-256: OpenSSL speaks DER, JOSE speaks 64 bytes; both numbers are range-checked
// before OpenSSL runs.
#include "crypto/p256.hpp"

#include <openssl/ecdsa.h>

#include <algorithm>

#include "crypto/openssl.hpp"

namespace vistter::crypto {
namespace {

using OwnedContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using OwnedSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

constexpr std::size_t half = 32;

// The order n of P-256 (SEC 2 section 2.4.2).
constexpr std::uint8_t order[half] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

bool in_range(ByteView number) {
    bool zero = std::ranges::all_of(number, [](std::uint8_t byte) { return byte == 0; });
    return !zero && std::ranges::lexicographical_compare(number, order);
}

// DER of SEQUENCE { r, s }, or nothing when a number is out of range.
std::optional<Bytes> to_der(ByteView signature) {
    if (signature.size() != 2 * half) return std::nullopt;
    ByteView r = signature.first(half), s = signature.last(half);
    if (!in_range(r) || !in_range(s)) return std::nullopt;
    OwnedSignature numbers(ECDSA_SIG_new());
    must(numbers != nullptr, "ECDSA signature");
    BIGNUM* big_r = BN_bin2bn(r.data(), half, nullptr);
    BIGNUM* big_s = BN_bin2bn(s.data(), half, nullptr);
    must(ECDSA_SIG_set0(numbers.get(), big_r, big_s), "ECDSA signature");
    unsigned char* der = nullptr;
    int size = i2d_ECDSA_SIG(numbers.get(), &der);
    must(size > 0, "encode an ECDSA signature");
    Bytes bytes(der, der + size);
    OPENSSL_free(der);
    return bytes;
}

Bytes from_der(const Bytes& der) {
    const unsigned char* at = der.data();
    OwnedSignature numbers(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    must(numbers != nullptr, "decode an ECDSA signature");
    Bytes bytes(2 * half);
    must(BN_bn2binpad(ECDSA_SIG_get0_r(numbers.get()), bytes.data(), half) == half, "ECDSA r");
    must(BN_bn2binpad(ECDSA_SIG_get0_s(numbers.get()), bytes.data() + half, half) == half,
         "ECDSA s");
    return bytes;
}

}  // namespace

Bytes sign_p256(const PrivateKey& key, std::string_view message) {
    OwnedContext context(EVP_MD_CTX_new());
    must(context != nullptr, "signing context");
    must(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.native()),
         "start signing");
    const auto* data = reinterpret_cast<const unsigned char*>(message.data());
    std::size_t size = 0;
    must(EVP_DigestSign(context.get(), nullptr, &size, data, message.size()), "size a signature");
    Bytes der(size);
    must(EVP_DigestSign(context.get(), der.data(), &size, data, message.size()), "sign");
    der.resize(size);
    return from_der(der);
}

bool verify_p256(const PublicKey& key, std::string_view message, ByteView signature) {
    std::optional<Bytes> der = to_der(signature);
    if (!der || !is_p256(key.native())) return false;
    OwnedContext context(EVP_MD_CTX_new());
    must(context != nullptr, "verifying context");
    must(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.native()),
         "start verifying");
    const auto* data = reinterpret_cast<const unsigned char*>(message.data());
    bool good =
        EVP_DigestVerify(context.get(), der->data(), der->size(), data, message.size()) == 1;
    forget_errors();
    return good;
}

}  // namespace vistter::crypto
