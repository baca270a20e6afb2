#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace vistter {
namespace {

// RFC 4648 section 10, spelled for the URL alphabet without padding.
TEST(Base64Url, MatchesTheRfcVectors) {
    EXPECT_EQ(to_base64url(as_bytes("")), "");
    EXPECT_EQ(to_base64url(as_bytes("f")), "Zg");
    EXPECT_EQ(to_base64url(as_bytes("fo")), "Zm8");
    EXPECT_EQ(to_base64url(as_bytes("foobar")), "Zm9vYmFy");
    EXPECT_EQ(to_base64url(Bytes{0xfb, 0xff}), "-_8");
}

TEST(Base64Url, RefusesPaddingWhiteSpaceOtherAlphabetsAndDirtyTails) {
    for (const char* text : {"Zg==", "Zm 8", "+_8", "-/8", "Zh", "A", "Zm9vY"}) {
        EXPECT_FALSE(from_base64url(text)) << text;
    }
}

TEST(Spellings, RoundTripRandomBytes) {
    SeededRandom random(7);
    for (int length = 0; length < 200; ++length) {
        Bytes bytes(static_cast<std::size_t>(length));
        random.fill(bytes);
        EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes) << "seed 7, length " << length;
        EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
        EXPECT_EQ(from_crockford(to_crockford(bytes), bytes.size()), bytes);
    }
}

TEST(Crockford, ReadsTheLettersPeopleConfuse) {
    EXPECT_EQ(crockford_value('o'), 0);
    EXPECT_EQ(crockford_value('I'), 1);
    EXPECT_EQ(crockford_value('l'), 1);
    EXPECT_FALSE(crockford_value('U'));
    EXPECT_FALSE(crockford_value('*'));
}

}  // namespace
}  // namespace vistter
