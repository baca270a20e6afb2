// Proves that sealed secrets open for their one reader, follow RFC 7518 to the byte, and that every
// other text is refused with the same words.
#include "crypto/sealed.hpp"

#include <gtest/gtest.h>

#include <array>

#include "crypto/concat_kdf.hpp"
#include "crypto/jws.hpp"

namespace vistter::crypto {
namespace {

constexpr const char* kid = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC#2";

// Made by another implementation (Python's cryptography: ECDH, AES key wrap and AES-GCM put
// together by hand from RFC 7518), of the words "rtmp stream key".
constexpr const char* foreign_key =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJjpNvkFIj7hyFLAD\n"
    "IznbufDI2hTBbfzxMIS/PCVS7KWhRANCAAQR1r9/cem0ReQdHExEoPtzCjnzvSNG\n"
    "TS9AOIq+lSIOrDt/EphAElPQj/Xe/pIqjymzAgoPgQMtS5Fghspm04Ji\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* foreign_text =
    "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJlcGsiOnsia3R5IjoiRUMiLCJj"
    "cnYiOiJQLTI1NiIsIngiOiJjTVc3TzdfdWFSN0ZXcVU3UXktUTdab0dDZUVNdUw2SmxCYWJ4QkpOOHI4"
    "IiwieSI6IkhBWl9qN1dDb0RFWU44cjBrcEp5dnQ3V2FHRVdGZ3NpbWNKMDhYOERDNHcifSwia2lkIjoi"
    "ZGV2XzAxSjlaNlY3UThNNEsyUjVUM1cxWDBZQUJDIzIifQ.0Gb094UxBwmoFsq5cNyuA2R4ml-5QCWmO"
    "zw33-l7yc7aevAsH_OxpQ.CrMGgjA1Zhu426Ic.vmhlPRlhGQZqppDJ6crg.-O2oXqR2w4TmY5R-6oox"
    "8w";

class SealedTest : public ::testing::Test {
  protected:
    static ErrorCode refusal(const PrivateKey& key, const std::string& text) {
        const auto opened = unseal(key, kid, text);
        return opened ? ErrorCode::SYS_INTERNAL : opened.error().code;
    }
    // The header's JSON replaced, everything after it kept.
    static std::string with_header(const std::string& text, const std::string& json) {
        return to_base64url(as_bytes(json)) + text.substr(text.find('.'));
    }
    static std::string header_of(const std::string& text) {
        return std::string(as_text(*from_base64url(text.substr(0, text.find('.')))));
    }
    static std::string replaced(std::string text, const std::string& from, const std::string& to) {
        return text.replace(text.find(from), from.size(), to);
    }
    SeededRandom random_{5};
    PrivateKey key_ = PrivateKey::generate();
};

// RFC 7518 appendix C.
TEST_F(SealedTest, DerivesTheKeyOfTheStandard) {
    const Bytes shared{158, 86,  217, 29,  129, 113, 53,  211, 114, 131, 66,
                       131, 191, 132, 38,  156, 251, 49,  110, 163, 218, 128,
                       106, 72,  246, 218, 167, 121, 140, 254, 144, 196};
    EXPECT_EQ(to_base64url(concat_kdf(shared, "A128GCM", "Alice", "Bob", 128)),
              "VqqN6vgjbSBcIijNcacQGg");
}

TEST_F(SealedTest, OpensWhatAnotherImplementationSealed) {
    const auto key = PrivateKey::from_pem(foreign_key);
    ASSERT_TRUE(key.ok());
    EXPECT_EQ(sealed_kid(foreign_text).value(), kid);
    EXPECT_EQ(unseal(*key, kid, foreign_text).value(), "rtmp stream key");
}

TEST_F(SealedTest, OpensForItsReaderAloneAndNeverLooksTheSame) {
    for (const std::string& secret : {std::string(), std::string("s"), std::string(20'000, 'x')}) {
        const std::string sealed = seal(key_.public_key(), kid, secret, random_);
        EXPECT_EQ(unseal(key_, kid, sealed).value(), secret);
        EXPECT_EQ(refusal(PrivateKey::generate(), sealed), ErrorCode::SEC_BAD_SEAL);
        EXPECT_EQ(unseal(key_, "dev_other#2", sealed).error().code, ErrorCode::SEC_BAD_SEAL);
        EXPECT_NE(seal(key_.public_key(), kid, secret, random_), sealed);
    }
}

TEST_F(SealedTest, OneChangedSymbolAnywhereIsRefused) {
    const std::string sealed = seal(key_.public_key(), kid, "secret words", random_);
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        std::string bent = sealed;
        bent[at] = sealed[at] == 'A' ? 'B' : 'A';
        EXPECT_EQ(refusal(key_, bent), ErrorCode::SEC_BAD_SEAL) << at;
        EXPECT_EQ(refusal(key_, sealed.substr(0, at)), ErrorCode::SEC_BAD_SEAL) << at;
    }
    EXPECT_EQ(refusal(key_, sealed + "."), ErrorCode::SEC_BAD_SEAL);
    EXPECT_EQ(refusal(key_, sealed + "A"), ErrorCode::SEC_BAD_SEAL);
}

// The attacks on ECDH-ES that libraries fell for (RFC 8725 sections 2.5 and 3.4).
TEST_F(SealedTest, RefusesPointsOffTheCurveAndOtherHeaders) {
    const std::string sealed = seal(key_.public_key(), kid, "secret words", random_);
    const std::string header = header_of(sealed);
    const auto x = header.find("\"x\":\"") + 5, y = header.find("\"y\":\"") + 5;
    const std::string zeros(43, 'A');
    std::string off_curve = header, at_zero = header, short_x = header;
    off_curve.replace(y, 43, header.substr(x, 43));
    at_zero.replace(x, 43, zeros).replace(y, 43, zeros);
    short_x.erase(x, 4);
    const std::string plain_kid = "\"kid\"";
    for (const std::string& bad :
         {off_curve, at_zero, short_x, replaced(header, "ECDH-ES+A256KW", "ECDH-ES"),
          replaced(header, "ECDH-ES+A256KW", "dir"), replaced(header, "A256GCM", "A128GCM"),
          replaced(header, "P-256", "P-384"), replaced(header, plain_kid, "\"kiD\""),
          replaced(header, plain_kid, "\"zip\":\"DEF\",\"kid\""),
          replaced(header, plain_kid, "\"apu\":\"QQ\",\"kid\""),
          replaced(header, plain_kid, "\"crit\":\"x\",\"kid\"")}) {
        ASSERT_NE(bad, header);
        EXPECT_EQ(refusal(key_, with_header(sealed, bad)), ErrorCode::SEC_BAD_SEAL) << bad;
    }
    EXPECT_EQ(refusal(key_, with_header(sealed, header + " ")), ErrorCode::SEC_BAD_SEAL)
        << "the header is authenticated as it was written";
    EXPECT_EQ(refusal(key_, std::string(70'000, 'A')), ErrorCode::SEC_BAD_SEAL);
}

TEST_F(SealedTest, AJwkIsTheKeyAndNothingElseIs) {
    const std::string jwk = key_.public_key().to_jwk();
    const auto read = PublicKey::from_jwk(jwk);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->spki_sha256(), key_.public_key().spki_sha256());
    for (const std::string& bad :
         {std::string(), std::string("{}"), jwk + jwk, replaced(jwk, "EC", "OKP"),
          replaced(jwk, "P-256", "secp256k1"), replaced(jwk, "\"x\"", "\"d\""),
          replaced(jwk, "{", "{\"d\":\"AAAA\",")}) {
        EXPECT_FALSE(PublicKey::from_jwk(bad).ok()) << bad;
    }
}

}  // namespace
}  // namespace vistter::crypto
