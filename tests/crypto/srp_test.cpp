// The code and its proof: who knows the code agrees, nobody else does, on any other connection
// neither. The arithmetic is held to RFC 5054's groups by an independent calculation.
#include "crypto/srp.hpp"

#include <gtest/gtest.h>

#include <set>

#include "crypto/pairing_code.hpp"

namespace vistter::crypto {
namespace {

class SrpTest : public testing::Test {
  protected:
    SeededRandom random{20'261'122};
    SrpContext context{"SN-1", Bytes(16, 7), Bytes(32, 9)};
    Bytes verifier = srp_verifier("ABCDEFGH", "SN-1", context.salt);
};

TEST_F(SrpTest, WhoKnowsTheCodeAgreesAndProvesBothDirections) {
    SrpServer server(verifier, random);
    const auto client = srp_agree("ABCDEFGH", server.offer(), context, random).value();
    const auto keys = server.agree(client.answer, context).value();
    EXPECT_EQ(keys.request, client.keys.request);
    EXPECT_EQ(keys.answer, client.keys.answer);
    EXPECT_NE(keys.request, keys.answer) << "a proof cannot be reflected";
    EXPECT_NE(srp_proof(keys.request, "one"), srp_proof(keys.request, "another"));
}

TEST_F(SrpTest, AnotherCodeSerialSaltOrConnectionDoesNotAgree) {
    const auto differs = [&](std::string_view code, const SrpContext& seen) {
        SrpServer server(verifier, random);
        const auto client = srp_agree(code, server.offer(), seen, random).value();
        return server.agree(client.answer, context).value().request != client.keys.request;
    };
    EXPECT_FALSE(differs("ABCDEFGH", context));
    EXPECT_TRUE(differs("ABCDEFGJ", context));
    for (auto change : {0, 1, 2}) {
        SrpContext seen = context;
        if (change == 0) seen.serial = "SN-2";
        if (change == 1) seen.salt[0] ^= 1;
        if (change == 2) seen.connection[31] ^= 1;
        EXPECT_TRUE(differs("ABCDEFGH", seen)) << change;
    }
}

// A = 0, A = N and the like would make the key known to anybody.
TEST_F(SrpTest, NumbersOutsideTheGroupAreRefused) {
    for (const Bytes& number : {Bytes(256, 0), Bytes(256, 0xff), Bytes(255, 1), Bytes(257, 1)}) {
        SrpServer server(verifier, random);
        EXPECT_FALSE(server.agree(number, context));
        EXPECT_FALSE(srp_agree("ABCDEFGH", number, context, random));
    }
}

TEST_F(SrpTest, AnAttemptIsGoodForOneAnswer) {
    SrpServer server(verifier, random);
    const auto client = srp_agree("ABCDEFGH", server.offer(), context, random).value();
    ASSERT_TRUE(server.agree(client.answer, context));
    EXPECT_FALSE(server.agree(client.answer, context));
}

TEST_F(SrpTest, OffersNeverRepeat) {
    std::set<Bytes> offers;
    for (int n = 0; n < 20; ++n) offers.insert(SrpServer(verifier, random).offer());
    EXPECT_EQ(offers.size(), 20U);
}

// v = g^x mod N with x = SHA-256(salt | SHA-256("SN-1:ABCDEFGH")), calculated with Python's pow.
TEST_F(SrpTest, TheVerifierIsTheOneOfRfc5054) {
    EXPECT_EQ(sha256_hex(to_hex(verifier)),
              "e7c12d94412477e622ab66c7097ba907633b81676eea7a9a613ccffb308fba0a");
}

// G1.4: the check catches every single wrong symbol and every exchanged pair, before any network.
TEST(PairingCodeTest, EveryWrongSymbolAndExchangeIsNoticed) {
    SeededRandom random{7};
    for (int n = 0; n < 50; ++n) {
        const std::string code = make_pairing_code(random);
        ASSERT_EQ(parse_pairing_code(format_pairing_code(code)).value(), code);
        for (std::size_t at = 0; at < code.size(); ++at) {
            for (const char symbol : crockford_alphabet) {
                std::string wrong = code;
                wrong[at] = symbol;
                EXPECT_EQ(parse_pairing_code(wrong).ok(), wrong == code) << code << ' ' << wrong;
            }
            for (std::size_t other = at + 1; other < code.size(); ++other) {
                std::string exchanged = code;
                std::swap(exchanged[at], exchanged[other]);
                EXPECT_EQ(parse_pairing_code(exchanged).ok(), exchanged == code);
            }
        }
    }
}

TEST(PairingCodeTest, IsReadAsPeopleTypeIt) {
    SeededRandom random{9};
    std::string code = make_pairing_code(random);
    while (code.find('1') == std::string::npos || code.find('0') == std::string::npos)
        code = make_pairing_code(random);
    std::string typed = " ";
    for (const char symbol : code) {
        typed += symbol == '1' ? 'l' : symbol == '0' ? 'o' : static_cast<char>(tolower(symbol));
        typed += ' ';
    }
    EXPECT_EQ(parse_pairing_code(typed).value(), code);
    for (const char* text : {"", "ABCD", "ABCD-EFGHJ", "ABCD_EFGH", "ABCDEFG\xc3"}) {
        EXPECT_EQ(parse_pairing_code(text).error().code, ErrorCode::PAIR_CHECK) << text;
    }
    EXPECT_TRUE(reads_as_pairing_code("ABCD-EFGH"));
    EXPECT_FALSE(reads_as_pairing_code("ABCDE-FGHJK"));
}

TEST(PairingCodeTest, HasThirtyFiveBits) {
    SeededRandom random{1};
    std::set<std::string> codes;
    std::set<char> symbols;
    for (int n = 0; n < 2'000; ++n) {
        const std::string code = make_pairing_code(random);
        codes.insert(code.substr(0, 7));
        symbols.insert(code.begin(), code.end());
    }
    EXPECT_EQ(codes.size(), 2'000U);
    EXPECT_EQ(symbols.size(), 32U);
}

}  // namespace
}  // namespace vistter::crypto
