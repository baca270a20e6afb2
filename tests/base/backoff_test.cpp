#include "base/backoff.hpp"

#include <gtest/gtest.h>

namespace vistter {
namespace {

TEST(Backoff, WidensToTheCapWithFullJitter) {  // G1.9, contract B.5
    SeededRandom random(11);
    Backoff backoff({.base_ms = 1000, .cap_ms = 60'000});
    std::int64_t window = 1000;
    for (int attempt = 0; attempt < 100; ++attempt) {
        std::int64_t wait = backoff.next_ms(random);
        EXPECT_GE(wait, 0);
        EXPECT_LE(wait, window) << "seed 11, attempt " << attempt;
        window = std::min<std::int64_t>(60'000, window * 2);
    }
    backoff.reset();
    EXPECT_LE(backoff.next_ms(random), 1000);
}

TEST(Backoff, SpreadsOverTheWholeWindow) {
    SeededRandom random(12);
    int low = 0;
    for (int i = 0; i < 1000; ++i) {
        Backoff backoff({.base_ms = 1000, .cap_ms = 60'000});
        if (backoff.next_ms(random) < 500) ++low;
    }
    EXPECT_GT(low, 400);  // seed 12: a fixed wait would give 0 or 1000
    EXPECT_LT(low, 600);
}

}  // namespace
}  // namespace vistter
