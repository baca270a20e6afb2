// Proves rulings 12: what the token carries, and exhaustively that its check catches any one wrong
// symbol and any two neighbours exchanged.
#include "crypto/pairing_token.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "base/random.hpp"

namespace vistter::crypto {
namespace {

constexpr std::string_view check_alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";

std::string without_dashes(std::string_view text) {
    std::string symbols;
    for (char c : text) {
        if (c != '-') symbols.push_back(c);
    }
    return symbols;
}

class PairingTokenTest : public ::testing::Test {
  protected:
    SeededRandom random_{20261122};
    PrivateKey root_ = PrivateKey::generate();
    PairingToken token_ = make_pairing_token(root_.public_key(), random_);
    std::string text_ = format_pairing_token(token_);
};

TEST_F(PairingTokenTest, CarriesASecretAndTheRootsFingerprint) {
    Result<PairingToken> read = parse_pairing_token(text_);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, token_);
    EXPECT_TRUE(pin_matches(*read, root_.public_key()));
    EXPECT_FALSE(pin_matches(*read, PrivateKey::generate().public_key()));
    EXPECT_NE(make_pairing_token(root_.public_key(), random_).secret, token_.secret);
    EXPECT_EQ(text_.size(), 33u + 6u);
    EXPECT_EQ(text_[5], '-');
}

TEST_F(PairingTokenTest, ReadsWhatAPersonTypes) {
    std::string lower, spaced, bare;
    for (char c : text_) {
        lower.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
        spaced.push_back(c == '-' ? ' ' : c);
        if (c != '-') bare.push_back(c);
    }
    for (const std::string& typed : {lower, spaced, bare, " " + text_ + "\r\n"}) {
        Result<PairingToken> read = parse_pairing_token(typed);
        ASSERT_TRUE(read.ok()) << typed;
        EXPECT_EQ(*read, token_);
    }
    std::string confused = text_;
    for (char& c : confused) c = c == '0' ? 'O' : c == '1' ? 'l' : c;
    EXPECT_TRUE(parse_pairing_token(confused).ok()) << confused;
}

// Every token of `rounds` random ones, every position, every other symbol.
TEST_F(PairingTokenTest, AnySingleWrongSymbolIsCaught) {
    for (int round = 0; round < 40; ++round) {
        std::string text = format_pairing_token(make_pairing_token(root_.public_key(), random_));
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text[at] == '-') continue;
            for (char symbol : check_alphabet) {
                if (symbol == text[at]) continue;
                std::string wrong = text;
                wrong[at] = symbol;
                Result<PairingToken> read = parse_pairing_token(wrong);
                ASSERT_FALSE(read.ok()) << text << " read from " << wrong;
                ASSERT_EQ(read.error().code, ErrorCode::PAIR_CHECK);
            }
        }
    }
}

TEST_F(PairingTokenTest, AnyTwoSymbolsExchangedAreCaught) {
    for (int round = 0; round < 200; ++round) {
        std::string text =
            without_dashes(format_pairing_token(make_pairing_token(root_.public_key(), random_)));
        for (std::size_t a = 0; a < text.size(); ++a) {
            for (std::size_t b = a + 1; b < text.size(); ++b) {
                if (text[a] == text[b]) continue;
                std::string wrong = text;
                std::swap(wrong[a], wrong[b]);
                ASSERT_FALSE(parse_pairing_token(wrong).ok()) << text << " read from " << wrong;
            }
        }
    }
}

// The 33 symbols of the token whose first 32 are `data`.
std::string completed(std::string_view data) {
    Bytes bytes = from_crockford(data, 20).value();
    PairingToken token;
    std::copy_n(bytes.begin(), 10, token.secret.begin());
    std::copy_n(bytes.begin() + 10, 10, token.root_pin.begin());
    return without_dashes(format_pairing_token(token));
}

// For neighbours the proof is over all pairs of values, not over samples: only the two positions
// matter to the sum.
TEST_F(PairingTokenTest, AnyTwoNeighboursExchangedAreCaughtForAllValues) {
    const std::string data = without_dashes(text_).substr(0, 32);
    for (std::size_t at = 0; at + 1 < data.size(); ++at) {
        for (char first : crockford_alphabet) {
            for (char second : crockford_alphabet) {
                if (first == second) continue;
                std::string text = data;
                text[at] = first;
                text[at + 1] = second;
                text = completed(text);
                ASSERT_TRUE(parse_pairing_token(text).ok()) << text;
                std::swap(text[at], text[at + 1]);
                ASSERT_FALSE(parse_pairing_token(text).ok()) << text;
            }
        }
    }
}

TEST_F(PairingTokenTest, OtherLengthsAndSymbolsAreRefused) {
    for (const std::string& wrong :
         {std::string(), text_ + "0", text_.substr(1), std::string("-----"), text_ + text_,
          "_" + text_.substr(1), std::string(10'000, '0'), text_ + std::string(1, '\0')}) {
        Result<PairingToken> read = parse_pairing_token(wrong);
        ASSERT_FALSE(read.ok()) << wrong;
        EXPECT_EQ(read.error().code, ErrorCode::PAIR_CHECK);
    }
}

TEST_F(PairingTokenTest, TheStoredHashDependsOnSecretAndSerialAlone) {
    std::string hash = pairing_secret_hash(token_, "SANDBOX-0001");
    EXPECT_EQ(hash.size(), 64u);
    EXPECT_NE(hash, pairing_secret_hash(token_, "SANDBOX-0002"));
    PairingToken other = token_;
    other.secret[0] ^= 1;
    EXPECT_NE(hash, pairing_secret_hash(other, "SANDBOX-0001"));
    other = token_;
    other.root_pin[0] ^= 1;
    EXPECT_EQ(hash, pairing_secret_hash(other, "SANDBOX-0001"));
}

}  // namespace
}  // namespace vistter::crypto
