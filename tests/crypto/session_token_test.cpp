// Proves that a session token opens only what it was made for: issuer, device, certificate, hour.
#include "crypto/session_token.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

namespace vistter::crypto {
namespace {

constexpr WallTime now{1'764'000'000'000};
constexpr const char* kid = "studio:sandbox#1";

class SessionTokenTest : public ::testing::Test {
  protected:
    SessionClaims claims() const {
        return {.issuer = "studio:sandbox",
                .subject = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC",
                .tenant = "sandbox",
                .jwt_id = "01932f6c-7a10-7c3e-9b51-0f2a6d8e4c11",
                .issued_at = now,
                .expires_at = {now.ms + 3'600'000},
                .certificate_thumbprint = "0123456789012345678901234567890123456789abc"};
    }
    SessionExpectation expected() const {
        SessionClaims good = claims();
        return {.issuer = good.issuer,
                .subject = good.subject,
                .certificate_thumbprint = good.certificate_thumbprint,
                .kid = kid,
                .now = {now.ms + 1'000}};
    }
    Result<SessionClaims> judge(const SessionClaims& claims) {
        return verify_session_token(sign_session_token(key_, kid, claims), key_.public_key(),
                                    expected());
    }
    // The answer to a token whose claims are this text, signed by the right key.
    Result<SessionClaims> judge_text(std::string_view payload) {
        return verify_session_token(sign_jws(key_, kid, session_typ, payload), key_.public_key(),
                                    expected());
    }

    PrivateKey key_ = PrivateKey::generate();
};

TEST_F(SessionTokenTest, AGoodOneComesBackWhole) {
    Result<SessionClaims> read = judge(claims());
    ASSERT_TRUE(read.ok()) << describe(read.error());
    EXPECT_EQ(read->subject, claims().subject);
    EXPECT_EQ(read->tenant, "sandbox");
    EXPECT_EQ(read->jwt_id, claims().jwt_id);
    EXPECT_EQ(read->issued_at, now);
    EXPECT_EQ(read->expires_at.ms, now.ms + 3'600'000);
}

// G1.8: every claim is bound.
TEST_F(SessionTokenTest, EveryForeignClaimIsRefused) {
    const std::pair<const char*, std::function<void(SessionClaims&)>> cases[] = {
        {"issuer", [](SessionClaims& c) { c.issuer = "studio:other"; }},
        {"subject", [](SessionClaims& c) { c.subject = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABD"; }},
        {"audience", [](SessionClaims& c) { c.audience = "vistter-web"; }},
        {"certificate", [](SessionClaims& c) { c.certificate_thumbprint[0] = '1'; }},
    };
    for (const auto& [name, change] : cases) {
        SessionClaims changed = claims();
        change(changed);
        Result<SessionClaims> read = judge(changed);
        ASSERT_FALSE(read.ok()) << name;
        EXPECT_EQ(read.error().code, ErrorCode::SEC_UNAUTHORISED) << name;
    }
}

TEST_F(SessionTokenTest, TimeIsBoundToTheHour) {
    const std::pair<const char*, std::function<void(SessionClaims&)>> cases[] = {
        {"ended",
         [](SessionClaims& c) {
             c.issued_at.ms -= 3'600'000;
             c.expires_at = now;
         }},
        {"future", [](SessionClaims& c) { c.issued_at.ms += 2'000; }},
        {"over an hour", [](SessionClaims& c) { c.expires_at.ms += 1'000; }},
        {"backwards", [](SessionClaims& c) { c.expires_at.ms = c.issued_at.ms - 1'000; }},
    };
    for (const auto& [name, change] : cases) {
        SessionClaims changed = claims();
        change(changed);
        Result<SessionClaims> read = judge(changed);
        ASSERT_FALSE(read.ok()) << name;
        EXPECT_EQ(read.error().code, ErrorCode::SEC_EXPIRED) << name;
    }
}

TEST_F(SessionTokenTest, AnotherKeyKeyIdOrTypeIsRefused) {
    std::string good = sign_session_token(key_, kid, claims());
    EXPECT_TRUE(verify_session_token(good, key_.public_key(), expected()).ok());
    EXPECT_FALSE(verify_session_token(good, PrivateKey::generate().public_key(), expected()).ok());
    std::string other_kid = sign_session_token(key_, "studio:sandbox#2", claims());
    EXPECT_FALSE(verify_session_token(other_kid, key_.public_key(), expected()).ok());
    Result<Jws> taken_apart = read_jws(good, session_typ, 4096);
    ASSERT_TRUE(taken_apart.ok());
    std::string as_message = sign_jws(key_, kid, message_typ, taken_apart->payload);
    EXPECT_FALSE(verify_session_token(as_message, key_.public_key(), expected()).ok());
    EXPECT_FALSE(read_jws(good, message_typ, 4096).ok())
        << "a session token must not pass as a message";
}

TEST_F(SessionTokenTest, OnlyTheExactClaimsAreRead) {
    const std::string base =
        R"("iss":"studio:sandbox","sub":"dev_01J9Z6V7Q8M4K2R5T3W1X0YABC","aud":"vistter-channel","tenant":"sandbox",)"
        R"("jti":"j","iat":1764000000,"nbf":1764000000,"exp":1764003600)";
    const std::string cnf = R"("cnf":{"x5t#S256":"0123456789012345678901234567890123456789abc"})";
    ASSERT_TRUE(judge_text("{" + base + "," + cnf + "}").ok());
    EXPECT_FALSE(judge_text("{" + base + "}").ok());
    EXPECT_FALSE(judge_text("{" + base + R"(,"cnf":{}})").ok());
    EXPECT_FALSE(
        judge_text("{" + base + R"(,"cnf":"0123456789012345678901234567890123456789abc"})").ok());
    EXPECT_FALSE(judge_text("{" + base + "," + cnf + "," + cnf + "}").ok());
    EXPECT_FALSE(judge_text("{" + base + "," + cnf + R"(,"iss":"studio:sandbox"})").ok());
    EXPECT_FALSE(judge_text("{" + base + "," + cnf + R"(,"admin":"yes"})").ok());
    EXPECT_FALSE(judge_text("{" + base + "," + cnf + R"(,"exp":9999999999})").ok());
    EXPECT_FALSE(judge_text("{" + base + "," + cnf + "}x").ok());
    EXPECT_FALSE(judge_text("[]").ok());
    EXPECT_FALSE(judge_text("").ok());
    std::string fraction = "{" + base + "," + cnf + "}";
    fraction.replace(fraction.find("1764003600"), 10, "1764003600.5");
    EXPECT_FALSE(judge_text(fraction).ok());
}

TEST_F(SessionTokenTest, AClaimThatNeedsAnEscapeIsNotWritten) {
    SessionClaims sly = claims();
    sly.tenant = R"(x","aud":"other)";
    EXPECT_THROW((void)sign_session_token(key_, kid, sly), std::invalid_argument);
}

}  // namespace
}  // namespace vistter::crypto
