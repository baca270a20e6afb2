#include "base/random.hpp"

#include <gtest/gtest.h>

#include <array>

namespace vistter {
namespace {

TEST(Random, BelowCoversItsRangeEvenly) {
    SeededRandom random(5);
    std::array<int, 10> counts{};
    for (int i = 0; i < 10'000; ++i) ++counts[random.below(10)];
    for (int count : counts) EXPECT_NEAR(count, 1000, 150) << "seed 5";
    EXPECT_EQ(random.below(0), 0u);
}

TEST(Random, ASeedRepeatsItself) {
    SeededRandom a(9), b(9), c(10);
    std::uint64_t first = a.next_u64();
    EXPECT_EQ(first, b.next_u64());
    EXPECT_NE(first, c.next_u64());
}

}  // namespace
}  // namespace vistter
