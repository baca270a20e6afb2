// Which address is tried: the preferred one, the others while it is blocked, and back.
#include "link/route_choice.hpp"

#include <gtest/gtest.h>

namespace vistter::link {
namespace {

TEST(RouteChoice, ABlockedAddressCostsOneTry) {  // G1.3
    RouteChoice route(3);
    EXPECT_EQ(route.current(), 0U);
    route.failed("wss://studio:8444: TCP: refused");
    EXPECT_EQ(route.current(), 1U);
    EXPECT_TRUE(route.on_fallback());
    route.opened();
    EXPECT_EQ(route.blocked(), "wss://studio:8444: TCP: refused") << "told while on a fallback";
}

TEST(RouteChoice, GoesRoundAndComesBack) {
    RouteChoice route(2);
    route.failed("first");
    route.failed("second");
    EXPECT_FALSE(route.on_fallback());
    route.opened();
    EXPECT_TRUE(route.blocked().empty());
    route.failed("again");
    route.prefer();
    EXPECT_EQ(route.current(), 0U);
}

TEST(RouteChoice, ASingleAddressIsAlwaysThePreferredOne) {
    RouteChoice route(1);
    route.failed("down");
    EXPECT_FALSE(route.on_fallback());
    EXPECT_TRUE(route.blocked().empty());
}

}  // namespace
}  // namespace vistter::link
