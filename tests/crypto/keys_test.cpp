// Proves that only P-256 keys come in, that PEM goes out and back, and the digests against
// published values.
#include "crypto/keys.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "crypto/openssl.hpp"

namespace vistter::crypto {
namespace {

std::string pem_of(EVP_PKEY* key, bool whole) {
    OwnedKey owned(key);
    OwnedBio bio = writer();
    if (whole)
        PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    else
        PEM_write_bio_PUBKEY(bio.get(), key);
    return written(bio.get());
}

TEST(Keys, PemGoesOutAndBack) {
    PrivateKey key = PrivateKey::generate();
    Result<PrivateKey> again = PrivateKey::from_pem(key.to_pem());
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->public_key().spki_sha256(), key.public_key().spki_sha256());
    Result<PublicKey> shown = PublicKey::from_pem(key.public_key().to_pem());
    ASSERT_TRUE(shown.ok());
    EXPECT_EQ(shown->spki_sha256(), key.public_key().spki_sha256());
    EXPECT_EQ(key.public_key().to_pem().find("PRIVATE"), std::string::npos);
}

TEST(Keys, EveryOtherKindIsRefused) {
    for (bool whole : {true, false}) {
        const std::string others[] = {
            pem_of(EVP_EC_gen("P-384"), whole),
            pem_of(EVP_EC_gen("secp256k1"), whole),
            pem_of(EVP_RSA_gen(2048), whole),
            pem_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), whole),
            "",
            "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n",
        };
        for (const std::string& pem : others) {
            EXPECT_FALSE(PublicKey::from_pem(pem).ok()) << pem;
            EXPECT_FALSE(PrivateKey::from_pem(pem).ok());
        }
    }
}

TEST(Keys, ACurveSpelledOutInFullIsRefused) {
    OwnedKey key(EVP_EC_gen("P-256"));
    ASSERT_EQ(EVP_PKEY_set_utf8_string_param(key.get(), "encoding", "explicit"), 1);
    EXPECT_FALSE(PublicKey::from_pem(pem_of(key.release(), false)).ok());
}

TEST(Keys, AnEncryptedKeyIsRefusedWithoutAskingAnybody) {
    OwnedKey key(EVP_EC_gen("P-256"));
    OwnedBio bio = writer();
    char passphrase[] = "secret";
    int made = PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), EVP_aes_256_cbc(), passphrase, 6,
                                             nullptr, nullptr);
    ASSERT_EQ(made, 1);
    EXPECT_FALSE(PrivateKey::from_pem(written(bio.get())).ok());
}

TEST(Digests, AgreeWithPublishedValues) {
    // FIPS 180-4's example, and RFC 4231 test case 2.
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(to_hex(hmac_sha256({}, {})),
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Digests, AStreamEqualsTheWhole) {
    std::string text(100'000, 'v');
    Sha256 stream;
    for (std::size_t at = 0; at < text.size(); at += 333)
        stream.add(as_bytes(std::string_view(text).substr(at, 333)));
    EXPECT_EQ(to_hex(stream.finish()), sha256_hex(text));
}

TEST(Digests, ComparisonNeedsTheSameLength) {
    Bytes a = {1, 2, 3}, b = {1, 2, 3, 0}, c = {1, 2, 4};
    EXPECT_TRUE(equal_constant_time(a, a));
    EXPECT_FALSE(equal_constant_time(a, b));
    EXPECT_FALSE(equal_constant_time(a, c));
    EXPECT_TRUE(equal_constant_time({}, {}));
}

}  // namespace
}  // namespace vistter::crypto
