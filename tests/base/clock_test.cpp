#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace vistter {
namespace {

TEST(Rfc3339, WritesAndReadsMilliseconds) {
    WallTime time{1'795'334'460'123};
    EXPECT_EQ(format_rfc3339(time), "2026-11-22T08:01:00.123Z");
    EXPECT_EQ(parse_rfc3339("2026-11-22T08:01:00.123Z"), time);
    EXPECT_EQ(format_rfc3339(WallTime{0}), "1970-01-01T00:00:00.000Z");
}

TEST(Rfc3339, RefusesEveryOtherForm) {
    for (const char* text :
         {"", "2026-11-22T08:01:00Z", "2026-11-22T08:01:00.123+00:00", "2026-11-22 08:01:00.123Z",
          "2026-02-31T00:00:00.000Z", "2026-13-01T00:00:00.000Z", "2026-11-22T24:01:00.123Z",
          "2026-11-22T08:01:00.12xZ", "1969-12-31T23:59:59.999Z"}) {
        EXPECT_FALSE(parse_rfc3339(text)) << text;
    }
}

TEST(MachineClock, SteadyTimeNeverRunsBackwards) {
    SteadyTime before = machine_clock().steady();
    SteadyTime after = machine_clock().steady();
    EXPECT_LE(before, after);
}

}  // namespace
}  // namespace vistter
