// Proves that a password is kept only as a salted scrypt hash, and that signed addresses expire and
// cannot be altered.
#include "crypto/password.hpp"

#include <gtest/gtest.h>

#include <set>

#include "crypto/digest.hpp"
#include "crypto/signed_url.hpp"

namespace vistter::crypto {
namespace {

TEST(Password, OnlyTheSamePasswordOpens) {
    SeededRandom random(1);
    std::string stored = hash_password("correct horse battery", random);
    EXPECT_TRUE(stored.starts_with("scrypt$32768$8$1$")) << stored;
    EXPECT_EQ(stored.find("correct"), std::string::npos);
    EXPECT_TRUE(check_password("correct horse battery", stored));
    EXPECT_FALSE(check_password("correct horse batterz", stored));
    EXPECT_FALSE(check_password("", stored));
    EXPECT_NE(stored, hash_password("correct horse battery", random))
        << "two users with one password must differ";
}

TEST(Password, AgreesWithThePublishedVector) {
    // RFC 7914 section 12, third vector's password and salt at N=16384, r=8, p=1; the first 32 of
    // its 64 bytes.
    std::string hash =
        to_base64url(*from_hex("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"));
    std::string salt = to_base64url(as_bytes("SodiumChloride"));
    EXPECT_TRUE(check_password("pleaseletmein", "scrypt$16384$8$1$" + salt + "$" + hash));
}

TEST(Password, AStoredTextThatIsDamagedOpensNothing) {
    for (const char* stored :
         {"", "$", "plain", "scrypt$0$0$0$$", "scrypt$32768$8$1$c2FsdA$", "scrypt$32768$8$1$!$!",
          "md5$1$1$1$c2FsdA$c2FsdA", "scrypt$9999999$999999$9$c2FsdA$c2FsdA",
          "scrypt$99999999999999999999$8$1$c2FsdA$c2FsdA", "scrypt$32768$8$1$c2FsdA$c2FsdA$x"}) {
        EXPECT_FALSE(check_password("", stored)) << stored;
        EXPECT_FALSE(check_password("x", stored)) << stored;
    }
}

TEST(Password, SetupCodesAreTwoGroupsOfFiveAndDiffer) {
    SeededRandom random(2);
    std::set<std::string> codes;
    for (int i = 0; i < 100; ++i) {
        std::string code = make_setup_code(random);
        ASSERT_EQ(code.size(), 11u);
        EXPECT_EQ(code[5], '-');
        codes.insert(code);
    }
    EXPECT_EQ(codes.size(), 100u);
}

class SignedUrlTest : public ::testing::Test {
  protected:
    static constexpr WallTime until{1'764'000'600'000};
    static constexpr const char* path = "/v1/assets/0a/content";
    Bytes key_ = Bytes(32, 7);
    std::string url_ = sign_url_path(key_, path, "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC", until);
    std::string query_ = url_.substr(url_.find('?') + 1);
};

TEST_F(SignedUrlTest, OpensUntilItsTime) {
    EXPECT_TRUE(url_.starts_with(std::string(path) + "?a=dev_"));
    EXPECT_TRUE(verify_url_path(key_, path, query_, {until.ms - 1}).ok());
    EXPECT_EQ(verify_url_path(key_, path, query_, until).error().code, ErrorCode::AST_EXPIRED_URL);
    Result<SignedUrl> read = read_signed_url(key_, path, query_, {0});
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->audience, "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC");
    EXPECT_EQ(read->expires, until);
}

TEST_F(SignedUrlTest, AnyOtherSpellingIsRefused) {
    WallTime before{until.ms - 1};
    auto code = [&](std::string_view p, std::string_view query, const Bytes& key) {
        Status status = verify_url_path(key, p, query, before);
        return status.ok() ? std::string("accepted") : std::string(to_string(status.error().code));
    };
    EXPECT_EQ(code("/v1/assets/0b/content", query_, key_), "SEC_UNAUTHORISED");
    EXPECT_EQ(code(path, query_, Bytes(32, 8)), "SEC_UNAUTHORISED");
    EXPECT_EQ(code(path, query_ + "&x=1", key_), "SEC_UNAUTHORISED");
    EXPECT_EQ(code(path, "x=1&" + query_, key_), "SEC_UNAUTHORISED");
    EXPECT_EQ(code(path, "", key_), "SEC_UNAUTHORISED");
    for (std::size_t at = 0; at < query_.size(); ++at) {
        std::string altered = query_;
        altered[at] = altered[at] == '1' ? '2' : '1';
        EXPECT_EQ(code(path, altered, key_), "SEC_UNAUTHORISED") << altered;
        EXPECT_EQ(code(path, query_.substr(0, at), key_), "SEC_UNAUTHORISED")
            << query_.substr(0, at);
    }
}

}  // namespace
}  // namespace vistter::crypto
