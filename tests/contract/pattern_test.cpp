// The schemas' regular expressions as tables.
#include "contract/pattern.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <stdexcept>
#include <string>

namespace vistter::contract {
namespace {

TEST(Pattern, matches_the_whole_text) {
    const Pattern id("^cam_[A-Za-z0-9_-]{1,60}$");
    EXPECT_TRUE(id.matches("cam_a"));
    EXPECT_TRUE(id.matches("cam_" + std::string(60, 'x')));
    EXPECT_FALSE(id.matches("cam_" + std::string(61, 'x')));
    EXPECT_FALSE(id.matches("cam_"));
    EXPECT_FALSE(id.matches("xcam_a"));
    EXPECT_FALSE(id.matches("cam_a "));
    EXPECT_FALSE(id.matches("cam_a\n"));
    EXPECT_FALSE(id.matches(""));
}

TEST(Pattern, knows_groups_alternatives_and_counts) {
    const Pattern area("^(canvas|action|layer:[a-z]{2,3})$");
    EXPECT_TRUE(area.matches("canvas"));
    EXPECT_TRUE(area.matches("layer:abc"));
    EXPECT_FALSE(area.matches("layer:a"));
    EXPECT_FALSE(area.matches("layer:abcd"));
    const Pattern dotted("^[a-z]+(\\.[a-z]+)*!?$");
    EXPECT_TRUE(dotted.matches("a.b.c!"));
    EXPECT_TRUE(dotted.matches("abc"));
    EXPECT_FALSE(dotted.matches("a."));
    EXPECT_FALSE(dotted.matches("a..b"));
    const Pattern some("^(ab?){2,3}[^x]*$");
    EXPECT_TRUE(some.matches("aab"));
    EXPECT_TRUE(some.matches("ababab\xC3\xA4"));
    EXPECT_FALSE(some.matches("a"));
    EXPECT_FALSE(some.matches("aax"));
}

TEST(Pattern, refuses_what_it_does_not_understand) {
    for (const char* wrong : {"abc", "^abc", "^a{2$", "^(a$", "^a)$", "^[a$", "^\\d$", "^a**$",
                              "^a{0}$", "^+a$", "^a^b$"}) {
        EXPECT_THROW(Pattern{wrong}, std::invalid_argument) << wrong;
    }
}

// A pattern and a text that send a back-tracking matcher into 2^40 steps, and a text that overflows
// a recursive one.
TEST(Pattern, time_and_stack_do_not_depend_on_the_text) {
    const Pattern nested("^(a+)+$");
    EXPECT_FALSE(nested.matches(std::string(40, 'a') + "b"));
    EXPECT_TRUE(nested.matches(std::string(1 << 20, 'a')));
}

// The same answer as the standard library's engine, on strings made of the patterns' own alphabet.
TEST(Pattern, agrees_with_another_engine) {
    const std::vector<std::string> patterns{
        "^[a-z]{3}_[A-Za-z0-9_-]{1,60}$", "^(/([^~]|~0|~1)*)?$", "^[a-z]+://[^/]*@.*$",
        "^(\\*|str_[A-Za-z0-9_-]{1,60})$", "^[1-9][0-9]{0,2}\\.(0|[1-9][0-9]{0,3})$"};
    const std::vector<std::string> atoms{"a",  "Z",   "0", "9", "_",    "-",    "/", "~",  "~0",
                                         "~1", "://", "@", "*", "str_", "cam_", ".", "1.0"};
    unsigned state = 7;
    for (const std::string& pattern : patterns) {
        const Pattern ours(pattern);
        const std::regex other(pattern);
        for (int i = 0; i < 3000; ++i) {
            std::string text;
            for (unsigned n = (state = state * 1664525 + 1013904223) >> 29; n > 0; --n) {
                state = state * 1664525 + 1013904223;
                text += atoms[(state >> 16) % atoms.size()];
            }
            EXPECT_EQ(ours.matches(text), std::regex_match(text, other))
                << pattern << " on " << text;
        }
    }
}

}  // namespace
}  // namespace vistter::contract
