// Commands at Studio: retries, order, in-flight bound, and exactly one end (contract B.5, B.9,
// B.12).
#include "link/delivery.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "link/courier.hpp"
#include "link/studio_session.hpp"

namespace vistter::link {
namespace {

constexpr WallTime far{10'000'000};
SteadyTime at_ms(std::int64_t ms) {
    return {ms * 1'000'000};
}

TEST(Courier, RetriesAfter5And10And20And40AndThenEvery60Seconds) {
    Courier courier(32);
    courier.add("c1", far);
    std::vector<std::int64_t> sent;
    for (std::int64_t ms = 0; ms <= 300'000; ms += 500) {
        if (!courier.due(at_ms(ms), {0}).empty()) sent.push_back(ms);
    }
    EXPECT_EQ(sent, (std::vector<std::int64_t>{0, 5'000, 15'000, 35'000, 75'000, 135'000, 195'000,
                                               255'000}));
}

TEST(Courier, KeepsAtMostTheLimitInFlightAndInOrder) {
    Courier courier(2);
    for (const char* id : {"a", "b", "c", "d"}) courier.add(id, far);
    EXPECT_EQ(courier.due(at_ms(0), {0}), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(courier.due(at_ms(1), {0}).empty());
    courier.settle("b");
    EXPECT_EQ(courier.due(at_ms(2), {0}), (std::vector<std::string>{"c"}));
    courier.settle("a");
    courier.settle("c");
    EXPECT_EQ(courier.due(at_ms(3), {0}), (std::vector<std::string>{"d"}));
}

TEST(Courier, AsksOnceMoreAfterExpiryAndThenRests) {
    Courier courier(1);
    courier.add("old", WallTime{1'000});
    courier.add("next", far);
    EXPECT_EQ(courier.due(at_ms(0), {0}), (std::vector<std::string>{"old"}));
    EXPECT_EQ(courier.due(at_ms(5'000), {2'000}), (std::vector<std::string>{"old", "next"}));
    EXPECT_EQ(courier.due(at_ms(9'000'000), {2'000}), (std::vector<std::string>{"next"}));
}

TEST(Courier, SendsNoFasterThanTheApplianceTakes) {  // contract B.12
    Courier courier(1'000, CommandPace{20, 60});
    for (int i = 0; i < 100; ++i) courier.add("c" + std::to_string(i), far);
    EXPECT_EQ(courier.due(at_ms(0), {0}).size(), 60U);
    ASSERT_TRUE(courier.next().has_value());
    EXPECT_GT(courier.next()->ns, at_ms(49).ns);
    EXPECT_LT(courier.next()->ns, at_ms(51).ns);
    EXPECT_EQ(courier.due(at_ms(1'001), {0}).size(), 20U);
    EXPECT_EQ(courier.due(at_ms(2'002), {0}).size(), 20U);
}

TEST(Courier, NextIsTheEarliestRetry) {
    Courier courier(32);
    EXPECT_FALSE(courier.next().has_value());
    courier.add("a", far);
    (void)courier.due(at_ms(100), {0});
    ASSERT_TRUE(courier.next().has_value());
    EXPECT_EQ(courier.next()->ns, at_ms(5'100).ns);
    courier.settle("a");
    EXPECT_FALSE(courier.next().has_value());
}

contract::Ack ack_of(const std::string& status) {
    contract::Ack ack;
    ack.status = status;
    return ack;
}

TEST(Delivery, AnAckMeansWhatItSays) {
    EXPECT_EQ(meaning_of(ack_of("accepted")).event, DeliveryEvent::ack_accepted);
    EXPECT_EQ(meaning_of(ack_of("completed")).shown, "completed");
    auto rejected = ack_of("rejected");
    rejected.error = fail(ErrorCode::STA_IN_USE, "in use");
    EXPECT_EQ(meaning_of(rejected).event, DeliveryEvent::ack_final);
    rejected.error = fail(ErrorCode::SEC_STALE_SESSION, "stale");
    EXPECT_EQ(meaning_of(rejected).event, DeliveryEvent::ack_about_copy);
}

TEST(Delivery, ADuplicateMirrorsTheOriginal) {
    auto duplicate = ack_of("duplicate");
    duplicate.original_status = "completed";
    EXPECT_EQ(meaning_of(duplicate).event, DeliveryEvent::ack_final);
    EXPECT_EQ(meaning_of(duplicate).shown, "completed");
    duplicate.original_status = "accepted";
    EXPECT_EQ(meaning_of(duplicate).event, DeliveryEvent::ack_accepted);
    duplicate.original_progress_state = "downloading";
    EXPECT_EQ(meaning_of(duplicate).event, DeliveryEvent::ack_accepted);
    duplicate.original_progress_state = "failed";
    EXPECT_EQ(meaning_of(duplicate).event, DeliveryEvent::progress_terminal);
    EXPECT_EQ(meaning_of(duplicate).shown, "failed");
}

// Any order of answers: once finished, always finished, and a finish is reached at most once.
TEST(Delivery, RandomAnswersReachOneEndAtMost) {
    for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
        SeededRandom random(seed);
        auto phase = DeliveryPhase::queued;
        int ends = 0;
        for (int i = 0; i < 40; ++i) {
            const auto event = static_cast<DeliveryEvent>(
                random.below(static_cast<std::uint64_t>(DeliveryEvent::count_)));
            const auto answer = delivery_table().at(phase, event);
            if (!answer.ignored && answer.next == DeliveryPhase::finished) ++ends;
            phase = answer.next;
        }
        EXPECT_LE(ends, 1) << "seed " << seed;
    }
}

TEST(StudioSession, WelcomesOnceAndEndsOnce) {
    StudioSession session;
    EXPECT_TRUE(session.resume(SessionEvent::hello).opened);
    EXPECT_FALSE(session.resume(SessionEvent::hello).opened);
    const auto replaced = session.resume(SessionEvent::replaced);
    EXPECT_TRUE(replaced.ended);
    EXPECT_EQ(replaced.close_code, 4409);
    EXPECT_FALSE(session.resume(SessionEvent::gone).ended);
}

TEST(StudioSession, EndsGreetingsWithTheContractsCodes) {
    const std::vector<std::pair<SessionEvent, int>> codes = {
        {SessionEvent::hello_refused, 4406}, {SessionEvent::bad_token, 4401},
        {SessionEvent::early, 4407},         {SessionEvent::overdue, 4407},
        {SessionEvent::revoked, 4410},       {SessionEvent::conflict, 4403},
        {SessionEvent::forged, 4401},        {SessionEvent::malformed, 4400},
        {SessionEvent::drain, 4503},         {SessionEvent::gone, 0}};
    for (const auto& [event, code] : codes) {
        StudioSession session;
        const auto action = session.resume(event);
        EXPECT_TRUE(action.ended);
        EXPECT_EQ(action.close_code, code);
    }
    StudioSession live;
    (void)live.resume(SessionEvent::hello);
    EXPECT_EQ(live.resume(SessionEvent::token_ended).close_code, 1000);
}

}  // namespace
}  // namespace vistter::link
