// Our schema judge against an independent one: the same files, the same verdicts. This is the one
// place that includes valijson; its std::regex recurses once a character and its errors are prose,
// so it judges here and not on the wire.
#define VALIJSON_USE_EXCEPTIONS 1  // else it aborts the process on a value it cannot cast
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <memory>
#include <random>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "contract/envelope.hpp"
#include "contract/json.hpp"
#include "contract/sample_files.hpp"
#include "contract/schema.hpp"

namespace vistter::contract {
namespace {

namespace bj = boost::json;

const std::map<std::string, bj::value>& schema_documents() {
    static const std::map<std::string, bj::value> documents = [] {
        std::map<std::string, bj::value> all;
        for (const std::string& file : test::contract_files("schemas", ".json")) {
            bj::value document = bj::parse(test::read_text(file));
            const std::string id(document.as_object().at("$id").as_string());
            all.emplace(id, std::move(document));
        }
        return all;
    }();
    return documents;
}

const bj::value* fetch(const std::string& uri) {
    const auto it = schema_documents().find(uri.substr(0, uri.find('#')));
    return it == schema_documents().end() ? nullptr : &it->second;
}

const valijson::Schema& compiled(const std::string& id) {
    static std::map<std::string, std::unique_ptr<valijson::Schema>> schemas;
    auto& schema = schemas[id];
    if (!schema) {
        schema = std::make_unique<valijson::Schema>();
        valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
        parser.populateSchema(valijson::adapters::BoostJsonAdapter(schema_documents().at(id)),
                              *schema, fetch, [](const bj::value*) {});
    }
    return *schema;
}

bool other_accepts(const std::string& id, const bj::value& value) {
    static valijson::Validator validator(
        valijson::Validator::kStrongTypes);  // keeps its compiled patterns
    const valijson::Schema& schema = compiled(id);
    try {
        return validator.validate(schema, valijson::adapters::BoostJsonAdapter(value), nullptr);
    } catch (const std::runtime_error&) {
        return false;  // it throws where a pattern meets a value that is no text
    }
}

// Nothing if only a date that does not exist is wrong: `format` is an annotation to the other
// judge.
std::optional<bool> ours_accepts(const std::string& id, const bj::value& value) {
    const SchemaReport report = contract_schemas().judge(id, value, SchemaMode::writer);
    for (const Finding& finding : report.findings) {
        if (finding.keyword == "format") return std::nullopt;
    }
    return report.findings.empty();
}

std::string id_of(const std::string& family, const std::string& name) {
    return "https://contract.vistter.dev/" + family + "/1.0/" + name + ".schema.json";
}

// The schemas a sample's text is judged by, each with the value it is for.
std::vector<std::pair<std::string, bj::value>> judged_parts(const test::Sample& sample,
                                                            const bj::value& value) {
    if (sample.family == "ocl") return {{id_of("ocl", "ocl"), value}};
    if (sample.family == "segment") return {{id_of("segment", sample.type), value}};
    std::vector<std::pair<std::string, bj::value>> parts{{id_of("protocol", "envelope"), value}};
    if (!value.is_object()) return parts;
    const auto type = message_type_from(json::text_at(value.get_object(), "type"));
    const auto* body = value.get_object().if_contains("body");
    if (!type || !body) return parts;
    std::string name(to_string(*type));
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    parts.emplace_back(id_of("protocol", name), *body);
    return parts;
}

TEST(SecondOpinion, agrees_on_every_sample) {
    std::size_t judged = 0;
    for (const test::Sample& sample : test::all_samples()) {
        const auto value = json::parse(sample.text, 1'048'576);
        if (!value) continue;
        for (const auto& [id, part] : judged_parts(sample, *value)) {
            const auto ours = ours_accepts(id, part);
            if (!ours) continue;
            EXPECT_EQ(*ours, other_accepts(id, part)) << sample.path << " by " << id;
            ++judged;
        }
    }
    EXPECT_GT(judged, 500u);
}

// No double with a whole value: draft-07 calls 1.0 an integer, the other judge does not.
// Replaces one random value inside `value` by another plain one, or drops or adds a member.
void damage(bj::value& value, std::mt19937& random) {
    static const std::vector<bj::value> pieces{nullptr,
                                               0,
                                               -1,
                                               1.5,
                                               0.25,
                                               "",
                                               "x",
                                               "ovl_a",
                                               true,
                                               bj::array{},
                                               bj::object{},
                                               bj::array{0, 0},
                                               1'000'000'000,
                                               "#11223344",
                                               "2026-11-22T08:01:00.123Z"};
    bj::value* at = &value;
    for (int depth = 0; depth < 12; ++depth) {
        if (at->is_object() && !at->get_object().empty()) {
            bj::object& object = at->get_object();
            const auto it = object.begin() + static_cast<std::ptrdiff_t>(random() % object.size());
            if (random() % 12 == 0) {
                object.erase(it);
                return;
            }
            if (random() % 16 == 0) {
                object.emplace("added", pieces[random() % pieces.size()]);
                return;
            }
            at = &it->value();
        } else if (at->is_array() && !at->get_array().empty()) {
            bj::array& array = at->get_array();
            at = &array[random() % array.size()];
        } else {
            break;
        }
    }
    *at = pieces[random() % pieces.size()];
}

TEST(SecondOpinion, agrees_on_damaged_samples) {
    constexpr unsigned seed = 20'261'122;
    std::mt19937 random(seed);
    for (int round = 0; round < 2; ++round) {
        for (const test::Sample& sample : test::all_samples()) {
            if (!sample.valid) continue;
            auto value = json::parse(sample.text, 1'048'576);
            ASSERT_TRUE(value.ok());
            damage(*value, random);
            for (const auto& [id, part] : judged_parts(sample, *value)) {
                const auto ours = ours_accepts(id, part);
                if (!ours) continue;
                EXPECT_EQ(*ours, other_accepts(id, part))
                    << sample.path << " by " << id << " seed " << seed << " round " << round << "\n"
                    << bj::serialize(part);
            }
        }
    }
}

}  // namespace
}  // namespace vistter::contract
