// The window of 1,024: every number is accepted once, old ones never (contract B.5; G5.6).
#include "link/replay_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/random.hpp"
#include "link/nonce_set.hpp"

namespace vistter::link {
namespace {

TEST(ReplayWindow, AcceptsEachNumberOnceInOrder) {
    ReplayWindow window;
    for (std::int64_t seq = 1; seq <= 5'000; ++seq) {
        EXPECT_TRUE(window.accept(seq)) << seq;
        EXPECT_FALSE(window.accept(seq)) << seq;
    }
    EXPECT_EQ(window.highest(), 5'000);
}

TEST(ReplayWindow, RefusesZeroAndNegativeNumbers) {
    ReplayWindow window;
    EXPECT_FALSE(window.accept(0));
    EXPECT_FALSE(window.accept(-1));
    EXPECT_EQ(window.highest(), 0);
}

TEST(ReplayWindow, ReachesBackExactly1024Numbers) {
    ReplayWindow window;
    ASSERT_TRUE(window.accept(10'000));
    EXPECT_FALSE(window.fresh(10'000 - 1'024));
    EXPECT_TRUE(window.fresh(10'000 - 1'023));
    EXPECT_TRUE(window.accept(10'000 - 1'023));
    EXPECT_FALSE(window.accept(10'000 - 1'023));
}

TEST(ReplayWindow, ALongJumpForgetsOnlyWhatIsTooOld) {
    for (const std::int64_t jump :
         {63, 64, 65, 1'023, 1'024, 1'025, 1'087, 1'088, 1'089, 100'000}) {
        ReplayWindow window;
        ASSERT_TRUE(window.accept(1));
        ASSERT_TRUE(window.accept(1 + jump));
        EXPECT_FALSE(window.fresh(1)) << jump;
        for (std::int64_t seq = std::max<std::int64_t>(2, jump + 1 - 1'023); seq <= jump; ++seq) {
            EXPECT_TRUE(window.fresh(seq)) << jump << " " << seq;
        }
    }
}

TEST(ReplayWindow, StandsAtTheLargestIntegerOfTheWire) {
    constexpr std::int64_t last = (std::int64_t{1} << 53) - 1;
    ReplayWindow window;
    EXPECT_TRUE(window.accept(last));
    EXPECT_FALSE(window.accept(last));
    EXPECT_TRUE(window.accept(last - 1'023));
    EXPECT_FALSE(window.accept(last - 1'024));
}

// Against a model that remembers everything: shuffled, repeated and lost numbers.
TEST(ReplayWindow, AgreesWithAModelThatForgetsNothing) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SeededRandom random(seed);
        ReplayWindow window;
        std::set<std::int64_t> seen;
        std::int64_t highest = 0;
        for (int i = 0; i < 20'000; ++i) {
            const std::int64_t reach = random.below(50) == 0 ? 3'000 : 40;
            const std::int64_t seq = std::max<std::int64_t>(
                1, highest + 20 -
                       static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(reach))));
            const bool fresh = seq > highest - 1'024 && !seen.contains(seq);
            ASSERT_EQ(window.accept(seq), fresh)
                << "seed " << seed << " step " << i << " seq " << seq;
            seen.insert(seq);
            highest = std::max(highest, seq);
        }
    }
}

TEST(NonceSet, TellsFreshRepeatedAndConflict) {
    NonceSet nonces;
    EXPECT_EQ(nonces.look("n1", "bytes"), NonceVerdict::fresh);
    nonces.remember("n1", "bytes");
    EXPECT_EQ(nonces.look("n1", "bytes"), NonceVerdict::repeated);
    EXPECT_EQ(nonces.look("n1", "other bytes"), NonceVerdict::conflict);
}

TEST(NonceSet, RemembersExactly4096) {
    NonceSet nonces;
    for (std::size_t i = 0; i < NonceSet::size; ++i) nonces.remember("n" + std::to_string(i), "b");
    EXPECT_EQ(nonces.look("n0", "b"), NonceVerdict::repeated);
    nonces.remember("one more", "b");
    EXPECT_EQ(nonces.look("n0", "b"), NonceVerdict::fresh);
    EXPECT_EQ(nonces.look("n1", "b"), NonceVerdict::repeated);
}

}  // namespace
}  // namespace vistter::link
