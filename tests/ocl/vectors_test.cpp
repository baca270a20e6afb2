// contract/vectors, the same files that other languages check themselves against: every number bit
// for bit.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.hpp"
#include "contract/json.hpp"
#include "contract/messages.hpp"
#include "ocl/evaluate.hpp"

namespace vistter::ocl {
namespace {

namespace json = contract::json;

json::Object read_vectors(const char* name) {
    const auto path = std::filesystem::path(VISTTER_SOURCE_DIR) / "contract/vectors" / name;
    const std::string text = read_file(path, 8 << 20).value();
    return json::parse(text, 8 << 20).value().as_object();
}

Rate rate_of(const json::Object& row) {
    const std::string text = json::text_at(row, "rate");
    const std::size_t slash = text.find('/');
    return {std::stoll(text.substr(0, slash)), std::stoll(text.substr(slash + 1))};
}

double number(const json::Value& value) {
    return json::number_of(value).value();
}

contract::Ease named_ease(const std::string& name) {
    contract::Ease ease;
    ease.kind = contract::Ease::Kind::cubic;
    const auto bezier = [&](double x1, double y1, double x2, double y2) {
        ease.x1 = x1, ease.y1 = y1, ease.x2 = x2, ease.y2 = y2;
    };
    if (name == "ease") bezier(.25, .1, .25, 1);
    if (name == "ease-in") bezier(.42, 0, 1, 1);
    if (name == "ease-out") bezier(0, 0, .58, 1);
    if (name == "ease-in-out") bezier(.42, 0, .58, 1);
    if (name == "hold") ease.kind = contract::Ease::Kind::hold;
    if (name == "linear") ease.kind = contract::Ease::Kind::linear;
    return ease;
}

contract::StepPosition position_of(const std::string& name) {
    if (name == "jump-start") return contract::StepPosition::jump_start;
    if (name == "jump-none") return contract::StepPosition::jump_none;
    if (name == "jump-both") return contract::StepPosition::jump_both;
    return contract::StepPosition::jump_end;
}

contract::Ease ease_of(const json::Value& value) {
    if (value.is_string()) return named_ease(std::string(json::view(value.get_string())));
    const json::Object& object = value.as_object();
    contract::Ease ease;
    if (const json::Value* bezier = json::find(object, "cubic_bezier")) {
        const json::Array& p = bezier->as_array();
        ease.kind = contract::Ease::Kind::cubic;
        ease.x1 = number(p[0]), ease.y1 = number(p[1]), ease.x2 = number(p[2]),
        ease.y2 = number(p[3]);
    } else if (const json::Value* steps = json::find(object, "steps")) {
        ease.kind = contract::Ease::Kind::steps;
        ease.count = static_cast<int>(json::integer_at(steps->as_object(), "count", 0));
        ease.position = position_of(json::text_at(steps->as_object(), "position"));
    } else {
        ease.kind = contract::Ease::Kind::points;
        for (const json::Value& point : json::array_at(object, "linear")) {
            ease.points.emplace_back(number(point.as_array()[0]), number(point.as_array()[1]));
        }
    }
    return ease;
}

TEST(Vectors, FrameMap) {
    const json::Object vectors = read_vectors("frame_map.json");
    ASSERT_GT(json::array_at(vectors, "frame_at").size(), 100u);
    for (const json::Value& value : json::array_at(vectors, "frame_at")) {
        const json::Object& row = value.as_object();
        EXPECT_EQ(frame_at(json::integer_at(row, "t_ms", -1), rate_of(row)),
                  json::integer_at(row, "frame", -1));
    }
    for (const json::Value& value : json::array_at(vectors, "ms_of")) {
        const json::Object& row = value.as_object();
        EXPECT_EQ(ms_of(json::integer_at(row, "frame", -1), rate_of(row)),
                  json::integer_at(row, "ms", -1));
    }
}

TEST(Vectors, Easing) {
    const json::Object vectors = read_vectors("easing.json");
    ASSERT_GT(json::array_at(vectors, "easing").size(), 200u);
    for (const json::Value& value : json::array_at(vectors, "easing")) {
        const json::Object& row = value.as_object();
        const std::int64_t p = json::integer_at(row, "p", -1), q = json::integer_at(row, "q", -1);
        EXPECT_EQ(ease_fraction(ease_of(row.at("ease")), p, q), number(row.at("value")))
            << boost::json::serialize(row);
    }
}

// Curves solved by others' arithmetic, not by the method of C.6 (rulings 5).
TEST(Vectors, EasingAgainstExactArithmetic) {
    const json::Object vectors = read_vectors("ocl_easing_exact.json");
    int level = 0;
    ASSERT_GT(json::array_at(vectors, "easing").size(), 300u);
    for (const json::Value& value : json::array_at(vectors, "easing")) {
        const json::Object& row = value.as_object();
        const std::int64_t p = json::integer_at(row, "p", -1), q = json::integer_at(row, "q", -1);
        const bool is_level = json::boolean_at(row, "level", false);
        level += is_level ? 1 : 0;
        EXPECT_NEAR(ease_fraction(ease_of(row), p, q), number(row.at("value")),
                    is_level ? 3e-6 : 1e-6)
            << boost::json::serialize(row);
    }
    EXPECT_GT(level, 0);
}

std::string color_text(const contract::Color& c) {
    char text[10];
    std::snprintf(text, sizeof text, "#%02x%02x%02x%02x", c.r, c.g, c.b, c.a);
    return text;
}

template <std::size_t n>
void expect_numbers(const std::array<double, n>& actual, const json::Value& expected) {
    for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(actual[i], number(expected.as_array().at(i)));
}

void expect_layer(const LayerState& actual, const json::Object& expected) {
    SCOPED_TRACE(actual.layer_id);
    EXPECT_EQ(actual.layer_id, json::text_at(expected, "layer_id"));
    EXPECT_EQ(actual.visible, expected.at("visible").as_bool());
    EXPECT_EQ(actual.opacity, number(expected.at("opacity")));
    EXPECT_EQ(actual.rotation, number(expected.at("rotation")));
    EXPECT_EQ(actual.stroke_width, number(expected.at("stroke_width")));
    EXPECT_EQ(actual.corner_radius, number(expected.at("corner_radius")));
    EXPECT_EQ(actual.reveal, number(expected.at("reveal")));
    expect_numbers(actual.position, expected.at("position"));
    expect_numbers(actual.scale, expected.at("scale"));
    expect_numbers(actual.crop, expected.at("crop"));
    ASSERT_EQ(actual.size.has_value(), !expected.at("size").is_null());
    if (actual.size) expect_numbers(*actual.size, expected.at("size"));
    EXPECT_EQ(color_text(actual.fill_color), json::text_at(expected, "fill_color"));
    ASSERT_EQ(actual.stroke_color.has_value(), !expected.at("stroke_color").is_null());
    if (actual.stroke_color) {
        EXPECT_EQ(color_text(*actual.stroke_color), json::text_at(expected, "stroke_color"));
    }
}

// G3.3 to G3.6: the document as it is written, read by the contract, evaluated here.
TEST(Vectors, Documents) {
    const json::Object vectors = read_vectors("ocl_eval.json");
    ASSERT_GE(json::array_at(vectors, "cases").size(), 8u);
    for (const json::Value& value : json::array_at(vectors, "cases")) {
        const json::Object& test = value.as_object();
        SCOPED_TRACE(json::text_at(test, "id") + ": " + json::text_at(test, "comment"));
        const auto document =
            contract::parse_overlay_document(boost::json::serialize(test.at("document")));
        ASSERT_TRUE(document.ok()) << describe(document.error());
        const auto hide_at = json::optional_integer_at(test, "hide_at");
        for (const json::Value& row : json::array_at(test, "frames")) {
            const json::Object& expected = row.as_object();
            const std::int64_t n = json::integer_at(expected, "frame", -1);
            SCOPED_TRACE(testing::Message() << "frame " << n);
            const bool hidden = hide_at && n >= *hide_at;
            const SceneClock clock =
                hidden ? SceneClock{*hide_at, n - *hide_at} : SceneClock{n, {}};
            const auto state =
                evaluate(*document, json::text_at(test, "scene"), clock, rate_of(test), {});
            ASSERT_TRUE(state.ok());
            EXPECT_EQ(state->finished, expected.at("finished").as_bool());
            const json::Array& layers = json::array_at(expected, "layers");
            ASSERT_EQ(state->layers.size(), layers.size());
            for (std::size_t i = 0; i < layers.size(); ++i)
                expect_layer(state->layers[i], layers[i].as_object());
        }
    }
}

}  // namespace
}  // namespace vistter::ocl
