// The schemas themselves: draft-07 keywords only, closed where they must be, named as contract E.1
// says.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "contract/sample_files.hpp"

namespace vistter::contract {
namespace {

namespace bj = boost::json;

// Every keyword of draft-07 (core, validation, annotations), whether or not our schemas use it.
const std::set<std::string, std::less<>> draft_07{"$id",
                                                  "$schema",
                                                  "$ref",
                                                  "$comment",
                                                  "title",
                                                  "description",
                                                  "default",
                                                  "readOnly",
                                                  "writeOnly",
                                                  "examples",
                                                  "multipleOf",
                                                  "maximum",
                                                  "exclusiveMaximum",
                                                  "minimum",
                                                  "exclusiveMinimum",
                                                  "maxLength",
                                                  "minLength",
                                                  "pattern",
                                                  "additionalItems",
                                                  "items",
                                                  "maxItems",
                                                  "minItems",
                                                  "uniqueItems",
                                                  "contains",
                                                  "maxProperties",
                                                  "minProperties",
                                                  "required",
                                                  "additionalProperties",
                                                  "definitions",
                                                  "properties",
                                                  "patternProperties",
                                                  "dependencies",
                                                  "propertyNames",
                                                  "const",
                                                  "enum",
                                                  "type",
                                                  "format",
                                                  "contentMediaType",
                                                  "contentEncoding",
                                                  "if",
                                                  "then",
                                                  "else",
                                                  "allOf",
                                                  "anyOf",
                                                  "oneOf",
                                                  "not"};
// Members whose own members are names, each holding a schema.
const std::set<std::string, std::less<>> maps{"properties", "patternProperties", "definitions"};
const std::set<std::string, std::less<>> single{
    "items", "additionalProperties", "propertyNames", "contains", "if", "then", "else",
    "not",   "additionalItems"};
const std::set<std::string, std::less<>> lists{"allOf", "anyOf", "oneOf"};

template <class Visit>
void walk(const bj::value& schema, const std::string& at, const Visit& visit) {
    if (!schema.is_object()) return;
    visit(schema.get_object(), at);
    for (const auto& member : schema.get_object()) {
        const std::string key(member.key());
        const std::string below = at + "/" + key;
        if (maps.contains(key)) {
            for (const auto& entry : member.value().as_object()) {
                walk(entry.value(), below + "/" + std::string(entry.key()), visit);
            }
        } else if (single.contains(key)) {
            walk(member.value(), below, visit);
        } else if (lists.contains(key)) {
            for (const bj::value& branch : member.value().as_array()) walk(branch, below, visit);
        }
    }
}

// Keywords of one schema that draft-07 does not know.
std::vector<std::string> foreign_keywords(const bj::value& schema) {
    std::vector<std::string> found;
    walk(schema, "", [&found](const bj::object& node, const std::string& at) {
        for (const auto& member : node) {
            const std::string key(member.key());
            if (!draft_07.contains(key) && !key.starts_with("x-")) found.push_back(at + "/" + key);
        }
    });
    return found;
}

// G6.1
TEST(SchemaFiles, use_draft_07_keywords_only) {
    const auto files = test::contract_files("schemas", ".json");
    ASSERT_EQ(files.size(), 27u);
    for (const std::string& file : files) {
        for (const std::string& keyword : foreign_keywords(bj::parse(test::read_text(file)))) {
            ADD_FAILURE() << file << ": " << keyword << " is no draft-07 keyword";
        }
    }
}

TEST(SchemaFiles, the_keyword_test_sees_newer_keywords_and_lets_member_names_be) {
    EXPECT_EQ(foreign_keywords(bj::parse(R"({"properties":{"a":{"prefixItems":[]}}})")).size(), 1u);
    EXPECT_EQ(foreign_keywords(bj::parse(R"({"allOf":[{"unevaluatedProperties":false}]})")).size(),
              1u);
    EXPECT_EQ(
        foreign_keywords(bj::parse(R"({"definitions":{"x":{"items":{"dependentRequired":{}}}}})"))
            .size(),
        1u);
    EXPECT_TRUE(
        foreign_keywords(bj::parse(R"({"properties":{"prefixItems":{"type":"string"}}})")).empty());
}

TEST(SchemaFiles, every_object_that_names_members_is_closed) {
    for (const std::string& file : test::contract_files("schemas", ".json")) {
        walk(bj::parse(test::read_text(file)), "",
             [&file](const bj::object& node, const std::string& at) {
                 const bool declares = node.contains("properties") && node.contains("type");
                 if (!declares || !node.at("type").is_string() ||
                     node.at("type").as_string() != "object")
                     return;
                 if (file.ends_with("device_config.schema.json") && at.ends_with("/telemetry"))
                     return;
                 const auto* additional = node.if_contains("additionalProperties");
                 EXPECT_TRUE(additional && additional->is_bool() && !additional->get_bool())
                     << file << at;
             });
    }
}

TEST(SchemaFiles, the_id_is_the_path) {
    for (const std::string& file : test::contract_files("schemas", ".json")) {
        const auto schema = bj::parse(test::read_text(file)).as_object();
        const std::string tail = file.substr(file.find("contract/schemas/") + 17);
        EXPECT_EQ(std::string(schema.at("$id").as_string()),
                  "https://contract.vistter.dev/" + tail);
        EXPECT_EQ(std::string(schema.at("$schema").as_string()),
                  "http://json-schema.org/draft-07/schema#")
            << file;
        EXPECT_TRUE(schema.contains("title") && schema.contains("description")) << file;
    }
}

// Draft-07 ignores what stands beside $ref, so nothing may stand there that looks as if it counted.
TEST(SchemaFiles, nothing_that_counts_stands_beside_a_ref) {
    for (const std::string& file : test::contract_files("schemas", ".json")) {
        walk(bj::parse(test::read_text(file)), "",
             [&file](const bj::object& node, const std::string& at) {
                 if (!node.contains("$ref")) return;
                 for (const auto& member : node) {
                     const std::string key(member.key());
                     EXPECT_TRUE(key == "$ref" || key == "description") << file << at << "/" << key;
                 }
             });
    }
}

}  // namespace
}  // namespace vistter::contract
