// When a destination is tried, given up and reported: every event in every state (contract B.10,
// rulings 10).
#include "output/destination_life.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "base/result.hpp"

namespace vistter::output {
namespace {

constexpr std::int64_t second = 1'000'000'000;

Error refused() {
    return fail(ErrorCode::STR_DESTINATION_REFUSED, "refused");
}
Error unwelcome() {
    return fail(ErrorCode::STR_DESTINATION_AUTH, "wrong key");
}

// Runs attempts until the life wants no sink any more or `most` have been made; the time it took.
std::int64_t fail_attempts(DestinationLife& life, int most, std::int64_t now) {
    for (int i = 0; i < most && life.next_try_ns() >= 0; ++i) {
        now = std::max(now, life.next_try_ns());
        EXPECT_TRUE(life.wants_sink(now));
        life.opened(now);
        EXPECT_FALSE(life.wants_sink(now)) << "one attempt at a time";
        life.lost(refused(), now);
    }
    return now;
}

// rulings 10: before the first live the budget is ten attempts.
TEST(DestinationLife, GivesUpAfterTenAttemptsBeforeItWasEverLive) {
    SeededRandom random(1);
    DestinationLife life(random);
    EXPECT_TRUE(life.wants_sink(0));
    fail_attempts(life, 9, 0);
    EXPECT_EQ(life.state(), State::starting);
    EXPECT_EQ(life.attempt(), 9);
    fail_attempts(life, 1, 0);
    EXPECT_EQ(life.state(), State::failed);
    EXPECT_EQ(life.attempt(), 10);
    EXPECT_EQ(life.error()->code, ErrorCode::STR_DESTINATION_REFUSED);
    EXPECT_FALSE(life.wants_sink(1'000'000 * second));
}

TEST(DestinationLife, APermanentRefusalFailsAtOnce) {
    SeededRandom random(1);
    DestinationLife life(random);
    life.opened(0);
    life.lost(unwelcome(), 0);
    EXPECT_EQ(life.state(), State::failed);
    EXPECT_EQ(life.attempt(), 1);
}

// rulings 10: once live, it retries for ever.
TEST(DestinationLife, RetriesForEverOnceItWasLive) {
    SeededRandom random(1);
    DestinationLife life(random);
    life.opened(0);
    life.accepted(0);
    EXPECT_EQ(life.state(), State::live);
    life.lost(unwelcome(), second);
    EXPECT_EQ(life.state(), State::reconnecting) << "also what would have been permanent";
    std::int64_t now = fail_attempts(life, 500, second);
    EXPECT_EQ(life.state(), State::reconnecting);
    EXPECT_EQ(life.attempt(), 500);
    life.opened(std::max(now, life.next_try_ns()));
    life.accepted(now + 60 * second);
    EXPECT_EQ(life.state(), State::live);
    EXPECT_EQ(life.reconnects(), 1);
    EXPECT_EQ(life.attempt(), 0);
    EXPECT_EQ(life.error(), nullptr);
}

TEST(DestinationLife, WaitsLongerEachTimeUpToItsCapAndShortAgainAfterHealth) {
    // Full jitter: the longest wait seen over many seeds approaches the window 1, 2, 4 ... s.
    std::map<int, std::int64_t> longest;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SeededRandom random(seed);
        DestinationLife life(random);
        std::int64_t now = 0;
        for (int attempt = 1; attempt <= 9; ++attempt) {
            now = std::max(now, life.next_try_ns());
            life.opened(now);
            life.lost(refused(), now);
            longest[attempt] = std::max(longest[attempt], life.next_try_ns() - now);
        }
    }
    for (int attempt = 1; attempt <= 9; ++attempt) {
        std::int64_t window = std::min<std::int64_t>(60, 1LL << (attempt - 1)) * second;
        EXPECT_LE(longest[attempt], window) << attempt;
        EXPECT_GT(longest[attempt], window * 9 / 10) << attempt;
    }
    SeededRandom random(4);
    DestinationLife life(random);
    life.opened(0);
    life.accepted(0);
    life.lost(refused(), 0);
    std::int64_t now = fail_attempts(life, 50, 0);
    life.opened(std::max(now, life.next_try_ns()));
    life.accepted(now);
    life.healthy(now + 31 * second);
    life.lost(refused(), now + 32 * second);
    EXPECT_LE(life.next_try_ns() - (now + 32 * second), second / 2) << "seed 4";
}

// House habit 4: a stated answer to every event in every state.
TEST(DestinationLife, EveryEventInEveryStateHasItsAnswer) {
    using Make = std::function<void(DestinationLife&)>;
    const std::map<State, Make> ways = {
        {State::starting, [](DestinationLife&) {}},
        {State::live,
         [](DestinationLife& l) {
             l.opened(0);
             l.accepted(0);
         }},
        {State::reconnecting,
         [](DestinationLife& l) {
             l.opened(0);
             l.accepted(0);
             l.lost(refused(), 0);
         }},
        {State::failed,
         [](DestinationLife& l) {
             l.opened(0);
             l.lost(unwelcome(), 0);
         }},
        {State::stopping, [](DestinationLife& l) { l.stop(); }},
        {State::stopped,
         [](DestinationLife& l) {
             l.stop();
             l.drained();
         }},
    };
    const std::map<std::string, std::pair<Make, std::map<State, State>>> events = {
        {"accepted", {[](DestinationLife& l) { l.accepted(9); }, {}}},
        {"lost",
         {[](DestinationLife& l) { l.lost(refused(), 9); }, {{State::live, State::reconnecting}}}},
        {"stop",
         {[](DestinationLife& l) { l.stop(); },
          {{State::starting, State::stopping},
           {State::live, State::stopping},
           {State::reconnecting, State::stopping},
           {State::failed, State::stopping}}}},
        {"drained", {[](DestinationLife& l) { l.drained(); }, {{State::stopping, State::stopped}}}},
        {"opened+accepted",
         {[](DestinationLife& l) {
              l.opened(900 * second);
              l.accepted(900 * second);
          },
          {{State::starting, State::live}, {State::reconnecting, State::live}}}},
        {"healthy", {[](DestinationLife& l) { l.healthy(900 * second); }, {}}},
    };
    for (const auto& [name, event] : events) {
        for (const auto& [from, make] : ways) {
            SeededRandom random(1);
            DestinationLife life(random);
            make(life);
            ASSERT_EQ(life.state(), from);
            event.first(life);
            auto change = event.second.find(from);
            EXPECT_EQ(life.state(), change == event.second.end() ? from : change->second)
                << name << " in " << to_string(from);
        }
    }
}

}  // namespace
}  // namespace vistter::output
