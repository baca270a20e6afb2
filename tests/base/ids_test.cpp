#include "base/ids.hpp"

#include <gtest/gtest.h>

#include <set>

namespace vistter {
namespace {

TEST(Uuid7, CarriesTheTimeTheVersionAndTheVariant) {  // RFC 9562 section 5.7
    ManualClock clock(WallTime{0x01932f6c7a10});
    SeededRandom random(1);
    std::string id = make_uuid7(clock, random);
    EXPECT_TRUE(is_uuid(id)) << id;
    EXPECT_EQ(id.substr(0, 13), "01932f6c-7a10");
    EXPECT_EQ(id[14], '7');
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
}

TEST(Ids, AreUniqueAndHaveTheirShape) {  // G2.2
    ManualClock clock(WallTime{1'795'334'460'123});
    SeededRandom random(2);
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        std::string id = make_id("dev_", clock, random);
        EXPECT_TRUE(is_device_id(id)) << id;
        EXPECT_TRUE(seen.insert(id).second) << id;
    }
    EXPECT_FALSE(is_device_id("dev_01J9Z6V7Q8M4K2R5T3W1X0YAB"));   // too short
    EXPECT_FALSE(is_device_id("dev_01J9Z6V7Q8M4K2R5T3W1X0YABI"));  // I is no symbol
    EXPECT_TRUE(is_id("cam_", "cam_a-B_9"));
    EXPECT_FALSE(is_id("cam_", "cam_"));
    EXPECT_FALSE(is_id("cam_", "cam_" + std::string(61, 'x')));
    EXPECT_FALSE(is_id("cam_", "cam_a/b"));
}

TEST(Nonce, Is22CharactersOfBase64Url) {
    SeededRandom random(3);
    EXPECT_EQ(make_nonce(random).size(), 22u);
    EXPECT_NE(make_nonce(random), make_nonce(random));
}

}  // namespace
}  // namespace vistter
