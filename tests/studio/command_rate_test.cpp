// Commands over REST come no faster than their appliance takes them (contract B.12, F.1).
#include <gtest/gtest.h>

#include "studio/studio_in_process.hpp"

namespace vistter::studio {
namespace {

const std::string box = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC";
const std::string other_box = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABD";

class CommandRateTest : public testing::Test {
  protected:
    StudioInProcess studio;
    std::string ann = studio.sign_in("ann", "admin");
    std::string bob = studio.sign_in("bob", "operator");
    int sent = 0;

    void SetUp() override {
        studio.add_device(box, "SN-1");
        studio.add_device(other_box, "SN-2");
    }
    Reply send(const std::string& who, const std::string& device) {
        return studio.ask(
            who, "POST", "/v1/appliances/" + device + "/commands",
            {{"type", "STREAM_CONTROL"},
             {"body",
              {{"stream_id", "str_main"}, {"command", "stop"}, {"parameters", json::object{}}}}},
            {{"idempotency-key", "k" + std::to_string(sent++)}});
    }
    void spend(const std::string& who, const std::string& device, int commands) {
        for (int n = 0; n < commands; ++n) ASSERT_EQ(send(who, device).status, 202) << n;
    }
};

TEST_F(CommandRateTest, EveryAnswerSaysWhatIsLeft) {
    const Reply first = send(ann, box);
    EXPECT_EQ(first.headers.at("ratelimit-policy"), R"("user";q=60;w=3, "appliance";q=60;w=3)");
    EXPECT_EQ(first.headers.at("ratelimit"), R"("user";r=59;t=3, "appliance";r=59;t=3)");
    studio.clock.advance_ms(1'500);
    EXPECT_EQ(send(bob, box).headers.at("ratelimit"), R"("user";r=59;t=3, "appliance";r=58;t=2)");
    const std::string one = "/v1/commands/" + first.member("message_id");
    EXPECT_EQ(studio.ask(ann, "POST", one + ":resend").headers.at("ratelimit"),
              R"("user";r=58;t=2, "appliance";r=57;t=2)");
    EXPECT_EQ(studio.ask(ann, "POST", one + ":cancel").headers.at("ratelimit"),
              R"("user";r=57;t=2, "appliance";r=56;t=2)");
}

TEST_F(CommandRateTest, TheSixtyFirstAtOnceWaitsAndIsToldHowLong) {
    spend(ann, box, 60);
    studio.clock.advance_ms(1'100);
    const Reply refused = send(ann, box);
    EXPECT_EQ(refused.status, 429) << refused.text;
    EXPECT_EQ(refused.code(), "API_RATE");
    EXPECT_EQ(refused.headers.at("content-type"), "application/problem+json");
    EXPECT_EQ(refused.headers.at("retry-after"), "2");
    EXPECT_EQ(refused.headers.at("ratelimit"), R"("user";r=0;t=2, "appliance";r=0;t=2)");
    studio.clock.advance_ms(1'899);
    EXPECT_EQ(send(ann, box).status, 429);
    studio.clock.advance_ms(1);
    EXPECT_EQ(send(ann, box).status, 202);
}

TEST_F(CommandRateTest, OnePersonsHasteIsNotAnothers) {
    spend(ann, box, 30);
    spend(ann, other_box, 30);
    EXPECT_EQ(send(ann, other_box).status, 429) << "of one person, whatever the appliances";
    EXPECT_EQ(send(bob, other_box).status, 202);
    spend(bob, box, 30);
    EXPECT_EQ(send(bob, box).status, 429) << "to one appliance, whoever sends";
    EXPECT_EQ(send(bob, other_box).headers.at("ratelimit"),
              R"("user";r=28;t=3, "appliance";r=28;t=3)")
        << "a command refused for its appliance costs its sender nothing";
}

TEST_F(CommandRateTest, ARepeatedRequestCostsNothing) {
    spend(ann, box, 60);
    sent = 0;
    EXPECT_EQ(send(ann, box).status, 202) << "the answer it had";
}

}  // namespace
}  // namespace vistter::studio
