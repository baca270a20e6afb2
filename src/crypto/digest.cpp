// SHA-256 and HMAC through OpenSSL's EVP interface.
#include "crypto/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "crypto/openssl.hpp"

namespace vistter::crypto {

struct Sha256::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~State() { EVP_MD_CTX_free(context); }
};

Digest sha256(ByteView bytes) {
    Digest digest{};
    must(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr),
         "SHA-256");
    return digest;
}

std::string sha256_hex(std::string_view text) {
    return to_hex(sha256(as_bytes(text)));
}

Digest hmac_sha256(ByteView key, ByteView bytes) {
    Digest digest{};
    unsigned length = 0;
    // HMAC() reads a null key pointer as "keep the last key"; an empty key needs an address.
    static constexpr std::uint8_t nothing = 0;
    const void* key_data = key.empty() ? &nothing : key.data();
    const unsigned char* made = HMAC(EVP_sha256(), key_data, static_cast<int>(key.size()),
                                     bytes.data(), bytes.size(), digest.data(), &length);
    must(made != nullptr && length == digest.size(), "HMAC-SHA-256");
    return digest;
}

bool equal_constant_time(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

Sha256::Sha256() : state_(std::make_unique<State>()) {
    must(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr), "SHA-256");
}

Sha256::Sha256(const Sha256& other) : state_(std::make_unique<State>()) {
    must(EVP_MD_CTX_copy_ex(state_->context, other.state_->context), "SHA-256");
}

Sha256::~Sha256() = default;

void Sha256::add(ByteView bytes) {
    must(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()), "SHA-256");
}

Digest Sha256::finish() {
    Digest digest{};
    must(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr), "SHA-256");
    return digest;
}

}  // namespace vistter::crypto
