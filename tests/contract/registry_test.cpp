// The registries say the same in every language.
#include "contract/registry.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "base/error.hpp"
#include "contract/sample_files.hpp"

namespace vistter::contract {
namespace {

namespace bj = boost::json;

bj::array rows(const std::string& file, const char* member) {
    const std::string path = std::string(VISTTER_SOURCE_DIR) + "/contract/registries/" + file;
    return bj::parse(test::read_text(path)).as_object().at(member).as_array();
}

TEST(Registries, errors_json_and_error_def_are_one_list) {
    const bj::array listed = rows("errors.json", "errors");
    const auto& codes = all_error_codes();
    ASSERT_EQ(listed.size(), codes.size());
    std::set<std::string> text_keys;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const bj::object& row = listed[i].as_object();
        EXPECT_EQ(std::string(row.at("code").as_string()), to_string(codes[i]));
        EXPECT_EQ(row.at("retryable").as_bool(), is_retryable(codes[i])) << to_string(codes[i]);
        EXPECT_EQ(row.at("http_status").as_int64(), http_status(codes[i])) << to_string(codes[i]);
        EXPECT_EQ(std::string(row.at("since").as_string()), "1.0");
        EXPECT_TRUE(text_keys.insert(std::string(row.at("text_key").as_string())).second);
    }
}

// G2.32
TEST(Registries, events_have_a_severity_and_say_whether_they_last) {
    const std::set<std::string> severities{"debug",   "info",  "notice",
                                           "warning", "error", "critical"};
    std::set<std::string> types;
    for (const EventType& event : all_event_types()) {
        EXPECT_TRUE(types.insert(event.type).second) << event.type << " appears twice";
        EXPECT_TRUE(severities.contains(event.severity)) << event.type;
        EXPECT_FALSE(event.context.empty()) << event.type;
        EXPECT_FALSE(event.durable && event.high_volume) << event.type;
    }
    EXPECT_EQ(all_event_types().size(), rows("events.json", "events").size());
}

// Contract B.9, picked across its table.
TEST(Registries, events_are_looked_up_by_type) {
    const EventType* offline = find_event_type("camera.offline");
    ASSERT_TRUE(offline);
    EXPECT_EQ(offline->severity, "error");
    EXPECT_TRUE(offline->durable);
    const EventType* cue = find_event_type("timeline.cue_started");
    ASSERT_TRUE(cue);
    EXPECT_EQ(cue->severity, "debug");
    EXPECT_TRUE(cue->high_volume);
    EXPECT_FALSE(cue->durable);
    EXPECT_EQ(find_event_type("emergency.engaged")->severity, "critical");
    EXPECT_EQ(find_event_type("emergency.cleared")->severity, "notice");
    EXPECT_EQ(find_event_type("weather.storm"), nullptr);
}

TEST(Registries, features_are_known_and_only_built_ones_are_advertised) {
    for (const char* id : {"layer.svg", "layer.lottie", "layer.video", "layer.image_sequence",
                           "mask.alpha", "blend.modes", "effect.blur", "token.feed", "token.image",
                           "text.rtl", "text.complex", "path.motion", "shape.path"}) {
        ASSERT_TRUE(find_feature(id)) << id;
        EXPECT_EQ(find_feature(id)->family, "ocl");
    }
    EXPECT_EQ(supported_ocl_features(),
              (std::vector<std::string>{"layer.svg", "layer.image_sequence", "mask.alpha",
                                        "blend.modes", "effect.blur", "token.feed", "text.rtl",
                                        "text.complex"}));
    EXPECT_FALSE(find_feature("segment.branch")->implemented);
    EXPECT_EQ(find_feature("x.sparkle"), nullptr);
}

}  // namespace
}  // namespace vistter::contract
