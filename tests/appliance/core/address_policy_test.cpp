// Rulings 17: the appliance never connects to itself, whatever the address looks like; tested both
// ways.
#include "appliance/core/address_policy.hpp"

#include <gtest/gtest.h>

namespace vistter::appliance {
namespace {

TEST(AddressPolicy, TakesAddressesApart) {
    const auto full = parse_address("RTMP://[2001:DB8::1]:1935/live/key?x=1");
    ASSERT_TRUE(full.ok());
    EXPECT_EQ(full->scheme, "rtmp");
    EXPECT_EQ(full->host, "2001:db8::1");
    EXPECT_EQ(full->port, 1935);
    EXPECT_EQ(full->path, "/live/key?x=1");
    const auto bare = parse_address("https://studio.example");
    ASSERT_TRUE(bare.ok());
    EXPECT_EQ(bare->path, "/");
    EXPECT_EQ(bare->port, 0);
    EXPECT_TRUE(parse_address("https://user:pw@h/")->userinfo);
}

TEST(AddressPolicy, RefusesWhatIsNoAddress) {
    for (const char* wrong : {"", "https://", "://host", "https:///path", "https://host:0",
                              "https://host:65536", "https://host:12ab", "https://[::1",
                              "https://ho st/", "https://host\\@evil/", "https://h\r\n/"})
        EXPECT_FALSE(parse_address(wrong).ok()) << wrong;
}

TEST(AddressPolicy, KnowsEverySpellingOfThisMachine) {
    for (const char* own :
         {"localhost",        "LOCALHOST",     "a.localhost", "localhost.",      "127.0.0.1",
          "127.8.9.1",        "0.0.0.0",       "::1",         "[::1]",           "::",
          "::ffff:127.0.0.1", "::ffff:7f00:1", "fe80::1",     "169.254.169.254", "2130706433",
          "0x7f000001",       "127.1",         "0177.0.0.1",  "224.0.0.1",       "ff02::1",
          "192.0.2.7"})
        EXPECT_FALSE(AddressPolicy(false, {"192.0.2.7"}).may_connect(own).ok()) << own;
    for (const char* other :
         {"198.51.100.4", "studio.example", "2001:db8::5", "10.0.0.9", "a1.example"})
        EXPECT_TRUE(AddressPolicy(false, {"192.0.2.7"}).may_connect(other).ok()) << other;
}

TEST(AddressPolicy, TheSandboxMayUseLoopback) {
    EXPECT_TRUE(AddressPolicy(true, {}).may_connect("127.0.0.1").ok());
    EXPECT_TRUE(AddressPolicy(true, {}).may_connect("localhost").ok());
}

}  // namespace
}  // namespace vistter::appliance
