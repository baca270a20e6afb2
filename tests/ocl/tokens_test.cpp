// Tokens in text (contract C.9): grammar, filters, defaults; nothing substituted is read again.
#include "ocl/tokens.hpp"

#include <gtest/gtest.h>

namespace vistter::ocl {
namespace {

std::string resolve(const std::string& content, const Tokens& given = {},
                    const std::map<std::string, contract::TokenSpec>& declared = {}) {
    return resolve_tokens(content, declared, given).text;
}

TEST(Tokens, PlainTextAndBracesStay) {
    EXPECT_EQ(resolve("No tokens { } }} here"), "No tokens { } }} here");
    EXPECT_EQ(resolve(R"(\{{name}} is literal)"), "{{name}} is literal");
    EXPECT_EQ(resolve("{{Not a name}} {{1x}} {{open"), "{{Not a name}} {{1x}} {{open");
}

TEST(Tokens, SubstitutedTextIsNeverReadAgain) {
    EXPECT_EQ(resolve("{{a}}", {{"a", std::string("{{b}}")}, {"b", std::string("secret")}}),
              "{{b}}");
}

TEST(Tokens, FiltersRunLeftToRight) {
    const Tokens given{{"name", std::string("  Kieler Förde ")}, {"n", 3.14159}};
    EXPECT_EQ(resolve("[{{ name | trim | upper }}]", given), "[KIELER FÖRDE]");
    EXPECT_EQ(resolve("{{name|trim|lower|truncate:8}}", given), "kieler f");
    EXPECT_EQ(resolve("{{name|trim|truncate:9}}", given), "Kieler Fö");
    EXPECT_EQ(resolve("{{n|fixed:2}} {{n|int}} {{n}} {{n|fixed:1|upper}}", given),
              "3.14 3 3.14159 3.1");
}

TEST(Tokens, NumbersRoundHalfToEvenAndZeroHasNoSign) {
    EXPECT_EQ(resolve("{{n|int}}", {{"n", 0.5}}), "0");
    EXPECT_EQ(resolve("{{n|int}}", {{"n", 1.5}}), "2");
    EXPECT_EQ(resolve("{{n|int}}", {{"n", 2.5}}), "2");
    EXPECT_EQ(resolve("{{n|fixed:1}}", {{"n", 0.25}}), "0.2");
    EXPECT_EQ(resolve("{{n|int}}", {{"n", -0.4}}), "0");
    EXPECT_EQ(resolve("{{n}}", {{"n", 12.0}}), "12");
    EXPECT_EQ(
        resolve("{{n|sign|int}} {{m|int|sign}} {{z|sign}}", {{"n", 4.2}, {"m", -4.2}, {"z", 0.0}}),
        "+4 -4 0");
}

TEST(Tokens, UnitsConvertFromTheInternationalOnes) {
    const Tokens given{{"speed", 10.0}, {"heat", -40.0}, {"depth", 3.048}};
    EXPECT_EQ(resolve("{{speed|unit:kn|fixed:2}} {{speed|unit:mph|fixed:2}} {{speed|unit:kmh|int}} "
                      "{{speed|unit:ms}}",
                      given),
              "19.44 22.37 36 10");
    EXPECT_EQ(resolve("{{heat|unit:f|int}} {{heat|unit:c}}", given), "-40 -40");
    EXPECT_EQ(resolve("{{depth|unit:ft|fixed:1}} {{depth|unit:m}}", given), "10.0 3.048");
}

TEST(Tokens, DatesKeepTheirOwnOffset) {
    const Tokens given{{"at", std::string("2026-03-01T00:05:09.250+02:00")}};
    EXPECT_EQ(resolve("{{at|date:yyyy-MM-dd EEE}}", given), "2026-03-01 Sun");
    EXPECT_EQ(resolve("{{at|time:HH:mm:ss}} {{at|time:hh.mm a}}", given), "00:05:09 12.05 AM");
    EXPECT_EQ(resolve("{{at|date:dd}}", {{"at", std::string("no date")}}), "no date");
    EXPECT_EQ(resolve("{{at|date:EEE}}", {{"at", std::string("2024-02-29T12:00:00Z")}}), "Thu");
}

TEST(Tokens, MissingValuesTakeTheDefaultOfTheTextThenOfTheDeclaration) {
    std::map<std::string, contract::TokenSpec> declared;
    declared["place"].default_value = std::string("Marina");
    declared["wind"].on_missing = "hide_layer";
    EXPECT_EQ(resolve("{{place}}", {}, declared), "Marina");
    EXPECT_EQ(resolve("{{place}}", {{"place", std::nullopt}}, declared), "Marina");
    EXPECT_EQ(resolve("{{gone|default:\"a | b }} c\"|upper}}", {}, declared), "A | B }} C");
    EXPECT_EQ(resolve("[{{gone}}]", {}, declared), "[]");
    EXPECT_TRUE(resolve_tokens("{{wind}}", declared, {}).hide_layer);
    EXPECT_FALSE(resolve_tokens("{{wind|default:\"calm\"}}", declared, {}).hide_layer);
    EXPECT_FALSE(resolve_tokens("{{wind}}", declared, {{"wind", 3.0}}).hide_layer);
}

TEST(Tokens, DeclaredLimitsHold) {
    std::map<std::string, contract::TokenSpec> declared;
    declared["name"].max_length = 4;
    declared["n"].min = 0;
    declared["n"].max = 100;
    EXPECT_EQ(resolve("{{name}}", {{"name", std::string("Größe XL")}}, declared), "Größ");
    EXPECT_EQ(resolve("{{n}} {{m}}", {{"n", 120.0}, {"m", 120.0}}, declared), "100 120");
    EXPECT_EQ(resolve(std::string(2500, 'x')).size(),
              2000u);  // G2.23: long text is cut, not refused
}

TEST(Tokens, PluralsAndBooleans) {
    EXPECT_EQ(resolve("{{n}} {{n|plural:\"boat\"/\"boats\"}}", {{"n", 1.0}}), "1 boat");
    EXPECT_EQ(resolve("{{n}} {{n|plural:\"boat\"/\"boats\"}}", {{"n", 2.0}}), "2 boats");
    EXPECT_EQ(resolve("{{live}}", {{"live", true}}), "true");
}

TEST(Tokens, CaseFollowsTheLettersNotALocale) {
    EXPECT_EQ(resolve("{{t|upper}}", {{"t", std::string("éàÿøœžωσжёї 漢字 ß")}}),
              "ÉÀŸØŒŽΩΣЖЁЇ 漢字 ß");
    EXPECT_EQ(resolve("{{t|lower}}", {{"t", std::string("ÉÀŸØŒŽΩΣЖЁЇ")}}), "éàÿøœžωσжёї");
}

// Bytes that are not UTF-8 or references that never end neither crash nor loop.
TEST(Tokens, BrokenInputStaysHarmless) {
    EXPECT_EQ(resolve("\xff\xc3 {{"), "\xff\xc3 {{");
    EXPECT_EQ(resolve("{{t|upper|truncate:2}}", {{"t", std::string("\xe2\x82")}}), "\xe2\x82");
    EXPECT_EQ(resolve("{{a|fixed:}} {{a|fixed:999}}", {{"a", 1.25}}).substr(0, 2), "1 ");
}

}  // namespace
}  // namespace vistter::ocl
