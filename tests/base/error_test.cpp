#include "base/error.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/crash_point.hpp"

namespace vistter {
namespace {

TEST(ErrorCodes, EachHasARowANameAndAStatus) {
    std::set<std::string_view> names;
    for (ErrorCode code : all_error_codes()) {
        EXPECT_TRUE(names.insert(to_string(code)).second);
        EXPECT_EQ(error_code_from(to_string(code)), code);
        int status = http_status(code);
        EXPECT_TRUE(status == 200 || (status >= 400 && status < 600)) << to_string(code);
        bool later = status == 429 || status == 503;
        EXPECT_TRUE(!later || is_retryable(code)) << to_string(code);
    }
    EXPECT_FALSE(error_code_from("VAL_NOTHING"));
}

TEST(Describe, NamesCodeMessageAndPlace) {
    Error error{ErrorCode::VAL_RANGE,
                "must be at most 9",
                {{"/body/x", "maximum", "9", "10", "", ErrorCode::VAL_RANGE}}};
    EXPECT_EQ(describe(error), "VAL_RANGE: must be at most 9 (at /body/x)");
}

TEST(CrashSteps, AreNamedOnce) {
    std::set<std::string_view> names;
    for (CrashStep step : all_crash_steps()) EXPECT_TRUE(names.insert(to_string(step)).second);
    EXPECT_FALSE(names.empty());
}

}  // namespace
}  // namespace vistter
