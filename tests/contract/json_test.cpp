// Strict reading (contract B.1), JSON as bytes, and the writer.
#include "contract/json.hpp"

#include <gtest/gtest.h>

#include "contract/envelope.hpp"
#include "contract/json_text.hpp"
#include "contract/object_writer.hpp"

namespace vistter::contract {
namespace {

ErrorCode code_of(std::string_view text, std::size_t limit = 4096) {
    const auto value = json::parse(text, limit);
    return value ? ErrorCode::DEPRECATED : value.error().code;
}

// G2.1
TEST(StrictJson, refuses_what_readers_disagree_about) {
    for (const std::string_view text : {"{\"a\":1,\"a\":2}",
                                        "{\"a\":1,\"\\u0061\":2}",
                                        "\xEF\xBB\xBF{}",
                                        "{\"a\":\"\xC3\x28\"}",
                                        "{\"a\":\"\xED\xA0\x80\"}",
                                        "{\"a\":\"\\ud800\"}",
                                        "{\"a\":NaN}",
                                        "{\"a\":Infinity}",
                                        "{\"a\":1e999}",
                                        "{\"a\":01}",
                                        "{\"a\":1,}",
                                        "{'a':1}",
                                        "{}x",
                                        "{} {}",
                                        "",
                                        " ",
                                        "{\"a\":\"\x01\"}",
                                        "{\"a\":9007199254740992}",
                                        "{\"a\":-9007199254740992}",
                                        "{\"a\":18446744073709551616}",
                                        "{\"a\":123456789012345678901234567890}",
                                        "// c\n{}"}) {
        EXPECT_EQ(code_of(text), ErrorCode::VAL_JSON) << text;
    }
}

TEST(StrictJson, finds_a_duplicate_deep_inside_and_among_many) {
    EXPECT_EQ(code_of(R"([{"x":[{"k":1,"l":{},"k":2}]}])"), ErrorCode::VAL_JSON);
    EXPECT_EQ(code_of(R"([{"k":1},{"k":1},{"k":{"k":1}}])"), ErrorCode::DEPRECATED)
        << "the same name in other objects is fine";
    std::string many = "{";
    for (int i = 0; i < 20'000; ++i) many += "\"m" + std::to_string(i) + "\":0,";
    EXPECT_EQ(code_of(many + "\"m7\":0}", 1 << 20), ErrorCode::VAL_JSON);
}

TEST(StrictJson, depth_ends_at_32) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_EQ(code_of(nested(32)), ErrorCode::DEPRECATED);
    EXPECT_EQ(code_of(nested(33)), ErrorCode::VAL_JSON);
    EXPECT_EQ(code_of(nested(100'000), 1 << 20), ErrorCode::VAL_JSON);
}

TEST(StrictJson, size_is_judged_before_anything_else) {
    EXPECT_EQ(code_of("{\"a\":1,\"a\":1}", 5), ErrorCode::VAL_TOO_BIG);
    EXPECT_FALSE(parse_envelope(std::string(max_message_bytes + 1, ' ')).ok());
    EXPECT_EQ(parse_envelope(std::string(max_message_bytes + 1, ' ')).error().code,
              ErrorCode::VAL_TOO_BIG);
}

// Contract C.6 asks for correctly rounded decimals; the library's own reading is off by an ulp in
// such cases.
TEST(StrictJson, decimals_are_correctly_rounded) {
    const auto read = [](const char* text) {
        auto value = json::parse(text, 4096);
        return value.ok() ? json::number_of(*value).value() : -1.0;
    };
    EXPECT_EQ(read("0.10882113691299988"), 0.10882113691299988);
    EXPECT_EQ(read("7.2057594037927933e16"), 7.2057594037927933e16);
    EXPECT_EQ(read("9007199254740993.0"), 9007199254740992.0);
    EXPECT_EQ(read("1.7976931348623157e308"), 1.7976931348623157e308);
    EXPECT_EQ(read("2.2250738585072011e-308"), 2.2250738585072011e-308);
    EXPECT_EQ(read("1e-999"), 0.0);
    EXPECT_EQ(read("-0.0"), 0.0);
    EXPECT_EQ(read("0.1234567890123456789012345678901234567890"),
              0.1234567890123456789012345678901234567890);
}

TEST(JsonText, canonical_text_drops_white_space_and_nothing_else) {
    EXPECT_EQ(canonical_text(" { \"a b\" : [ 1.50 , \"x \\\" { } \" ] ,\n\t\"c\":null } "),
              "{\"a b\":[1.50,\"x \\\" { } \"],\"c\":null}");
    EXPECT_EQ(canonical_text("{\"a\":5E-2}"), "{\"a\":5E-2}") << "numbers keep their bytes";
}

TEST(JsonText, a_member_is_found_by_its_pointer_with_its_exact_bytes) {
    const std::string text = R"({"x": {"a/b": [10, {"ocl": { "k" : 1.50 }}, "s"]}, "y": -1e5 })";
    EXPECT_EQ(text_at_pointer(text, "/x/a~1b/1/ocl"), "{ \"k\" : 1.50 }");
    EXPECT_EQ(text_at_pointer(text, "/x/a~1b/0"), "10");
    EXPECT_EQ(text_at_pointer(text, "/x/a~1b/2"), "\"s\"");
    EXPECT_EQ(text_at_pointer(text, "/y"), "-1e5");
    EXPECT_EQ(text_at_pointer(text, ""), text.substr(0, text.size()));
    EXPECT_EQ(text_at_pointer(text, "/x/a~1b/3"), std::nullopt);
    EXPECT_EQ(text_at_pointer(text, "/z"), std::nullopt);
    EXPECT_EQ(text_at_pointer(text, "/y/k"), std::nullopt);
}

TEST(JsonText, strings_are_quoted_so_that_strict_readers_take_them) {
    for (const std::string& text :
         {std::string("plain"), std::string("\"\\/\b\f\n\r\t\x01\x1f"),
          std::string("h\xC3\xA4\xF0\x9F\x8E\xA5"), std::string("bad \xFF\xC3( \xED\xA0\x80 end"),
          std::string("nul\0in", 6)}) {
        const auto value = json::parse(quoted_text(text), 4096);
        ASSERT_TRUE(value.ok()) << quoted_text(text);
        const bool good = text.find('\xFF') == std::string::npos;
        if (good) {
            EXPECT_EQ(json::view(value->as_string()), text);
        }
    }
    EXPECT_EQ(quoted_text("a\xFF"
                          "b"),
              "\"a\xEF\xBF\xBD"
              "b\"");
}

TEST(ObjectWriter, writes_members_in_the_order_given) {
    ObjectWriter out;
    EXPECT_EQ(out.str(), "{}");
    out.text("a", "x\"y")
        .integer("b", -7)
        .number("c", 0.1)
        .boolean("d", true)
        .null("e")
        .texts("f", {"p", "q"})
        .raw("g", "[{}]");
    EXPECT_EQ(out.str(), R"({"a":"x\"y","b":-7,"c":0.1,"d":true,"e":null,"f":["p","q"],"g":[{}]})");
    EXPECT_EQ(out.str(), out.str());
}

TEST(ObjectWriter, numbers_read_back_as_the_same_bits) {
    for (const double number : {0.1, 1.0 / 3, 29.97, 1e21, 5e-324, 123456.789, -0.4}) {
        const auto value = json::parse(number_text(number), 64);
        ASSERT_TRUE(value.ok()) << number_text(number);
        EXPECT_EQ(json::number_of(*value).value(), number);
    }
}

}  // namespace
}  // namespace vistter::contract
