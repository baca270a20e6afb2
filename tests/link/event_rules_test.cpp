// What the road fills in is what contract/registries/events.json says.
#include "link/event_rules.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <string>

namespace vistter::link {
namespace {

namespace json = boost::json;

TEST(EventRules, AreTheRegistrys) {
    std::ifstream file(std::string(VISTTER_SOURCE_DIR) + "/contract/registries/events.json");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const json::value registry = json::parse(text);
    for (const json::value& row : registry.at("events").as_array()) {
        const std::string type(row.at("type").as_string().c_str());
        const auto rule = event_rule(type);
        ASSERT_TRUE(rule.has_value()) << type;
        EXPECT_EQ(rule->severity, row.at("severity").as_string().c_str()) << type;
        EXPECT_EQ(rule->durable, row.at("durable").as_bool()) << type;
    }
}

TEST(EventRules, ATypeOfALaterMinorHasNone) {
    EXPECT_FALSE(event_rule("device.teleported").has_value());
}

}  // namespace
}  // namespace vistter::link
