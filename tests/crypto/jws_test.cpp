// Proves contract B.3: only the exact header, strict base64url and a signature in range get
// through, and nothing altered ever verifies.
#include "crypto/jws.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "base/random.hpp"
#include "crypto/p256.hpp"

namespace vistter::crypto {
namespace {

constexpr std::size_t limit = 262'144;
constexpr std::string_view kid = "studio:sandbox#1";
constexpr std::string_view payload = R"({"type":"HELLO"})";

std::string encoded(std::string_view text) {
    return to_base64url(as_bytes(text));
}

class JwsTest : public ::testing::Test {
  protected:
    // The whole judgement a receiver makes.
    bool accepted(std::string_view compact) {
        Result<Jws> jws = read_jws(compact, message_typ, limit);
        return jws.ok() && jws->kid == kid && verify_jws(*jws, key_.public_key());
    }
    std::string good() { return sign_jws(key_, kid, message_typ, payload); }
    // A message with that header, its signature correct over what is written.
    std::string with_header(std::string_view header) {
        std::string input = encoded(header) + "." + encoded(payload);
        return input + "." + to_base64url(sign_p256(key_, input));
    }
    std::string with_signature(ByteView signature) {
        std::string compact = good();
        return compact.substr(0, compact.rfind('.') + 1) + to_base64url(signature);
    }

    PrivateKey key_ = PrivateKey::generate();
};

TEST_F(JwsTest, WhatWasSignedVerifiesAndComesBack) {
    std::string compact = good();
    Result<Jws> jws = read_jws(compact, message_typ, limit);
    ASSERT_TRUE(jws.ok()) << describe(jws.error());
    EXPECT_EQ(jws->payload, payload);
    EXPECT_EQ(jws->kid, kid);
    EXPECT_EQ(jws->signature.size(), 64u);
    EXPECT_TRUE(verify_jws(*jws, key_.public_key()));
    EXPECT_FALSE(verify_jws(*jws, PrivateKey::generate().public_key()));
}

TEST_F(JwsTest, HeaderMembersMayComeInAnyOrder) {
    EXPECT_TRUE(accepted(
        with_header(R"({"typ":"vistter-msg+jws","kid":"studio:sandbox#1","alg":"ES256"})")));
    EXPECT_TRUE(accepted(with_header(R"({"kid": "studio:sandbox#1",
        "alg":"ES256","typ":"vistter-msg+jws"})")));
}

TEST_F(JwsTest, RefusesEveryOtherHeader) {
    const char* const bad[] = {
        R"({"alg":"none","kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"alg":"None","kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"alg":"HS256","kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"alg":"ES384","kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"alg":"es256","kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"alg":"ES256K","kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"alg":"","kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"alg":null,"kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"alg":["ES256"],"kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"alg":256,"kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"alg":"ES256","kid":"studio:sandbox#1","typ":"JWT"})",
        R"({"alg":"ES256","kid":"studio:sandbox#1","typ":"vistter-session+jwt"})",
        R"({"alg":"ES256","kid":"studio:sandbox#1"})",
        R"({"alg":"ES256","typ":"vistter-msg+jws"})",
        R"({"kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"alg":"ES256","kid":"","typ":"vistter-msg+jws"})",
        R"({"alg":"ES256","kid":"with space","typ":"vistter-msg+jws"})",
        R"({"alg":"ES256","kid":"../../etc/passwd\u0000","typ":"vistter-msg+jws"})",
        R"({"alg":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws","jwk":{"kty":"EC"}})",
        R"({"alg":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws","jku":"https://evil.example/keys"})",
        R"({"alg":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws","x5u":"https://evil.example/cert"})",
        R"({"alg":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws","x5c":["MIIB"]})",
        R"({"alg":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws","crit":["exp"]})",
        R"({"alg":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws","b64":false})",
        R"({"alg":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws","zip":"DEF"})",
        R"({"alg":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws","cty":"json"})",
        R"({"alg":"ES256","alg":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"alg":"none","alg":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"alg":"ES256","kid":"studio:sandbox#1","kid":"studio:sandbox#2","typ":"vistter-msg+jws"})",
        R"({"\u0061lg":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"ALG":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws"})",
        R"({"alg":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws"} {})",
        R"({"alg":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws",})",
        R"({"alg":"ES256","kid":"studio:sandbox#1","typ":"vistter-msg+jws")",
        R"(["ES256","studio:sandbox#1","vistter-msg+jws"])",
        R"("ES256")",
        "",
        "{}",
        "\xef\xbb\xbf{\"alg\":\"ES256\",\"kid\":\"studio:sandbox#1\",\"typ\":\"vistter-msg+jws\"}",
    };
    for (const char* header : bad) {
        Result<Jws> jws = read_jws(with_header(header), message_typ, limit);
        EXPECT_FALSE(jws.ok()) << header;
        if (!jws.ok()) {
            EXPECT_EQ(jws.error().code, ErrorCode::SEC_UNAUTHORISED) << header;
        }
    }
}

TEST_F(JwsTest, RefusesEveryOtherSpelling) {
    std::string compact = good();
    std::size_t first = compact.find('.'), second = compact.rfind('.');
    std::string header = compact.substr(0, first),
                body = compact.substr(first + 1, second - first - 1),
                signature = compact.substr(second + 1);
    const std::string bad[] = {
        "",
        ".",
        "..",
        "...",
        header + "." + body,        // no signature part
        header + "." + body + ".",  // empty signature
        header + ".." + signature,  // empty payload: another message
        "." + body + "." + signature,
        compact + ".",
        compact + "." + signature,
        " " + compact,
        compact + " ",
        compact + "\n",
        header + "=." + body + "." + signature,
        header + "." + body + "." + signature + "==",
        header + "." + body + "=." + signature,
        header + ". " + body + "." + signature,
        header + "." + body.substr(0, 3) + "\n" + body.substr(3) + "." + signature,
        header + "." + body + "." + signature.substr(0, 85),
        header + "." + body + "." + signature + "A",
        header + "." + body + "." + signature + "AA",
        "{\"payload\":\"" + body + "\",\"protected\":\"" + header + "\",\"signature\":\"" +
            signature + "\"}",
        std::string(compact).insert(first + 2, 1, '\0'),
        std::string(compact).insert(first + 2, "\xc3\xa9"),
    };
    for (const std::string& text : bad) EXPECT_FALSE(accepted(text)) << text;
    std::string standard_alphabet = compact;  // '-' and '_' are not '+' and '/'
    std::ranges::replace(standard_alphabet, '-', '+');
    std::ranges::replace(standard_alphabet, '_', '/');
    if (standard_alphabet != compact) {
        EXPECT_FALSE(accepted(standard_alphabet));
    }
}

TEST_F(JwsTest, UnusedBitsOfTheLastSymbolMustBeZero) {
    // 64 bytes are 86 symbols with four spare bits in the last: 15 other spellings decode to the
    // same bytes elsewhere.
    std::string compact = good();
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::size_t value = alphabet.find(compact.back());
    ASSERT_EQ(value % 16, 0u);
    for (std::size_t spare = 1; spare < 16; ++spare) {
        compact.back() = alphabet[value + spare];
        EXPECT_FALSE(accepted(compact)) << spare;
    }
}

TEST_F(JwsTest, RefusesSignaturesOutOfRange) {
    Bytes n = *from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    Bytes n_minus_1 = n, zero(32, 0), one(32, 0), ones(32, 0xff);
    n_minus_1[31] -= 1;
    one[31] = 1;
    auto joined = [](const Bytes& r, const Bytes& s) {
        Bytes both = r;
        both.insert(both.end(), s.begin(), s.end());
        return both;
    };
    for (const Bytes& r : {zero, one, n_minus_1, n, ones}) {
        for (const Bytes& s : {zero, one, n_minus_1, n, ones}) {
            EXPECT_FALSE(accepted(with_signature(joined(r, s)))) << to_hex(r) << " " << to_hex(s);
        }
    }
    Bytes real = *from_base64url(good().substr(good().rfind('.') + 1));
    EXPECT_FALSE(accepted(with_signature(joined(zero, Bytes(real.begin() + 32, real.end())))));
    EXPECT_FALSE(accepted(with_signature(joined(Bytes(real.begin(), real.begin() + 32), zero))));
}

TEST_F(JwsTest, TakesLowAndHighS) {
    int high = 0, low = 0;
    for (int i = 0; i < 64; ++i) {
        std::string compact = good();
        Bytes signature = *from_base64url(compact.substr(compact.rfind('.') + 1));
        (signature[32] >= 0x80 ? high : low) += 1;
        EXPECT_TRUE(accepted(compact));
    }
    EXPECT_GT(high, 0);
    EXPECT_GT(low, 0);
}

TEST_F(JwsTest, RefusesADerSignature) {
    std::string compact = good();
    Bytes real = *from_base64url(compact.substr(compact.rfind('.') + 1));
    Bytes der = {0x30, 0x44, 0x02, 0x20};
    der.insert(der.end(), real.begin(), real.begin() + 32);
    der.insert(der.end(), {0x02, 0x20});
    der.insert(der.end(), real.begin() + 32, real.end());
    EXPECT_FALSE(accepted(with_signature(der)));
}

TEST_F(JwsTest, RefusesWhatIsTooLongBeforeReadingIt) {
    std::string compact = good();
    Result<Jws> jws = read_jws(compact, message_typ, compact.size() - 1);
    ASSERT_FALSE(jws.ok());
    EXPECT_EQ(jws.error().code, ErrorCode::VAL_TOO_BIG);
    EXPECT_TRUE(read_jws(compact, message_typ, compact.size()).ok());
}

// G5.4: a message altered anywhere never acts.
TEST_F(JwsTest, TwentyThousandRandomBitFlipsNeverVerify) {
    constexpr std::uint64_t seed = 20261122;
    SeededRandom random(seed);
    std::string compact = good();
    for (int i = 0; i < 20'000; ++i) {
        std::string altered = compact;
        std::size_t at = random.below(altered.size());
        int bit = static_cast<int>(random.below(8));
        altered[at] = static_cast<char>(altered[at] ^ (1 << bit));
        ASSERT_FALSE(accepted(altered)) << "seed " << seed << " byte " << at << " bit " << bit;
    }
    EXPECT_TRUE(accepted(compact));
}

TEST_F(JwsTest, EveryTruncationIsRefused) {
    std::string compact = good();
    for (std::size_t size = 0; size < compact.size(); ++size)
        EXPECT_FALSE(accepted(compact.substr(0, size))) << size;
}

TEST_F(JwsTest, RandomBytesNeverVerifyNorThrow) {
    constexpr std::uint64_t seed = 7;
    SeededRandom random(seed);
    constexpr std::string_view symbols = "..AZaz09-_={}\" \n\xff";
    for (int i = 0; i < 20'000; ++i) {
        std::string text(random.below(200), ' ');
        for (char& c : text) c = symbols[random.below(symbols.size())];
        ASSERT_FALSE(accepted(text)) << "seed " << seed << " round " << i;
    }
}

TEST_F(JwsTest, AKeyIdNoReaderWouldTakeIsNotSigned) {
    EXPECT_THROW((void)sign_jws(key_, "a\"b", message_typ, payload), std::invalid_argument);
    EXPECT_THROW((void)sign_jws(key_, "", message_typ, payload), std::invalid_argument);
    EXPECT_THROW((void)sign_jws(key_, std::string(129, 'k'), message_typ, payload),
                 std::invalid_argument);
}

}  // namespace
}  // namespace vistter::crypto
