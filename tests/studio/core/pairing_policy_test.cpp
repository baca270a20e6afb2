// What a pairing token is worth at each moment of its life (G1.4, rulings 9), and what an appliance
// offers.
#include "studio/core/pairing.hpp"

#include <gtest/gtest.h>

#include "studio/core/library.hpp"

namespace vistter::studio {
namespace {

constexpr WallTime now{1'800'000'000'000};

PairingGrant open_grant() {
    PairingGrant grant;
    grant.serial = "SN-1";
    grant.expires_at = WallTime{now.ms + 1};
    grant.tries_left = 1;
    return grant;
}

TEST(PairingPolicyTest, AnOpenTokenStaysOpenToItsLastMillisecond) {
    EXPECT_EQ(judge_grant(open_grant(), now), GrantVerdict::open);
    EXPECT_EQ(judge_grant(open_grant(), WallTime{now.ms + 1}), GrantVerdict::expired);
}

TEST(PairingPolicyTest, EveryReasonHasItsVerdictAndItsRank) {
    struct Case {
        const char* what;
        bool used, deleted, expired;
        int tries;
        GrantVerdict verdict;
    };
    const Case cases[] = {
        {"used", true, false, false, 1, GrantVerdict::used},
        {"used and expired since: it was used", true, false, true, 1, GrantVerdict::used},
        {"expired", false, false, true, 1, GrantVerdict::expired},
        {"expired and out of tries: it says expired", false, false, true, 0, GrantVerdict::expired},
        {"out of tries", false, false, false, 0, GrantVerdict::closed},
        {"deleted", false, true, false, 1, GrantVerdict::closed},
        {"deleted says nothing about its age", false, true, true, 1, GrantVerdict::closed},
    };
    for (const Case& each : cases) {
        PairingGrant grant = open_grant();
        if (each.used) grant.used_at = now;
        grant.deleted = each.deleted;
        if (each.expired) grant.expires_at = now;
        grant.tries_left = each.tries;
        EXPECT_EQ(judge_grant(grant, now), each.verdict) << each.what;
    }
}

TEST(PairingPolicyTest, KnowsASerialWhenItSeesOne) {
    for (const char* good : {"SANDBOX-0001", "abc", "VMware-56 4d 9a/1", "0123456789abcdef"}) {
        EXPECT_TRUE(is_serial(good)) << good;
    }
    for (const std::string& bad :
         {std::string("ab"), std::string(65, 'x'), std::string("-abc"), std::string("abc "),
          std::string("a\nbc"), std::string("a\"bc"), std::string("s\xC3\xA9rial")}) {
        EXPECT_FALSE(is_serial(bad)) << bad;
    }
}

TEST(PairingPolicyTest, AnOldApplianceStaysPairableSoThatItCanBeUpdated) {
    EXPECT_EQ(pairing_verdict({{{1, 0, 0}}, {"1.0"}, {"1.0"}}), "ok");
    EXPECT_EQ(pairing_verdict({{{1, 0, 3}, {2, 0, 0}}, {"1.0", "1.1"}, {"1.0"}}), "ok");
    EXPECT_EQ(pairing_verdict({{{1, 0, 0}}, {"2.0"}, {"1.0"}}), "degraded");
    EXPECT_EQ(pairing_verdict({{{2, 0, 0}}, {"1.0"}, {"1.0"}}), "quarantine");
    EXPECT_EQ(pairing_verdict({}), "quarantine");
}

TEST(RecordsPolicyTest, ARepeatedKeyIsTheSameRequestOrAnother) {
    EXPECT_EQ(judge_repeat(std::nullopt, "h"), Repeat::first);
    EXPECT_EQ(judge_repeat(Answer{"h", 202, "", ""}, "h"), Repeat::same);
    EXPECT_EQ(judge_repeat(Answer{"h", 202, "", ""}, "other"), Repeat::different);
}

TEST(LibraryPolicyTest, BytesMustLookLikeWhatTheyAreSaidToBe) {
    using namespace std::string_view_literals;
    EXPECT_TRUE(looks_like("image/png", "\x89PNG\r\n\x1a\n...."sv));
    EXPECT_FALSE(looks_like("image/png", "<svg onload=alert(1)>"sv));
    EXPECT_FALSE(looks_like("image/png", "\x89PN"sv)) << "too short to be one";
    EXPECT_FALSE(is_asset_type("text/html"));
}

}  // namespace
}  // namespace vistter::studio
