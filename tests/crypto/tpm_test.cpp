// Proves that a key in a TPM (swtpm here) signs, agrees, comes back from its PEM, and is of no use
// elsewhere.
#include "crypto/tpm.hpp"

#include <gtest/gtest.h>

#include "crypto/certificate.hpp"
#include "crypto/jws.hpp"
#include "crypto/sealed.hpp"
#include "kit/swtpm.hpp"

namespace vistter::crypto {
namespace {

class TpmTest : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(kit::SoftwareTpm::of_this_process())
            << "swtpm and tpm2-openssl are missing (packages.txt)";
        const Status there = tpm_is_there();
        ASSERT_TRUE(there.ok()) << describe(there.error());
    }
};

TEST_F(TpmTest, AKeySignsAndItsFileIsWrapped) {
    const PrivateKey key = generate_in_tpm();
    EXPECT_TRUE(key.to_pem().starts_with("-----BEGIN TSS2 PRIVATE KEY-----"));
    const std::string text = sign_jws(key, "k#1", message_typ, "payload");
    const auto jws = read_jws(text, message_typ, 10'000);
    ASSERT_TRUE(jws.ok());
    EXPECT_TRUE(verify_jws(*jws, key.public_key()));
    EXPECT_TRUE(verify_jws(*jws, PublicKey::from_pem(key.public_key().to_pem()).value()))
        << "anybody can verify";
    EXPECT_FALSE(verify_jws(*jws, generate_in_tpm().public_key()));
}

TEST_F(TpmTest, AKeyComesBackFromItsPemAndABentOneDoesNot) {
    const PrivateKey made = generate_in_tpm();
    const std::string pem = made.to_pem();
    const auto again = PrivateKey::from_pem(pem);
    ASSERT_TRUE(again.ok()) << describe(again.error());
    EXPECT_EQ(again->to_pem(), pem);
    EXPECT_EQ(again->public_key().spki_sha256(), made.public_key().spki_sha256());
    const auto jws = read_jws(sign_jws(*again, "k#1", message_typ, "x"), message_typ, 10'000);
    EXPECT_TRUE(verify_jws(*jws, made.public_key()));
    std::string bent = pem;
    const auto at = bent.find('\n', 40) + 60;  // well inside the wrapped key
    bent[at] = bent[at] == 'A' ? 'B' : 'A';
    const auto refused = PrivateKey::from_pem(bent);
    EXPECT_TRUE(!refused.ok() ||
                refused->public_key().spki_sha256() != made.public_key().spki_sha256());
    EXPECT_FALSE(PrivateKey::from_pem("-----BEGIN TSS2 PRIVATE KEY-----\nAAAA\n").ok());
}

// G1.6, G5.3: requests, JWKs and sealed secrets work with it as with any other key.
TEST_F(TpmTest, ItAsksForACertificateAndOpensWhatIsSealedToIt) {
    SeededRandom random(3);
    const PrivateKey key = generate_in_tpm();
    const auto request = read_csr(make_csr(key, "SANDBOX-0001", "challenge"));
    ASSERT_TRUE(request.ok()) << describe(request.error());
    EXPECT_EQ(request->key.spki_sha256(), key.public_key().spki_sha256());
    const auto to = PublicKey::from_jwk(key.public_key().to_jwk());
    ASSERT_TRUE(to.ok());
    const std::string sealed = seal(*to, "d#2", "rtmp stream key", random);
    EXPECT_EQ(unseal(key, "d#2", sealed).value(), "rtmp stream key");
    EXPECT_EQ(unseal(generate_in_tpm(), "d#2", sealed).error().code, ErrorCode::SEC_BAD_SEAL);
}

}  // namespace
}  // namespace vistter::crypto
