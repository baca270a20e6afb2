// Judging a whole contract file by its closed writer schema and its meaning.
#include "contract/validate.hpp"

#include "contract/check.hpp"
#include "contract/envelope.hpp"
#include "contract/findings.hpp"
#include "contract/json.hpp"

namespace vistter::contract {
namespace {

constexpr std::size_t max_file_bytes = 1'048'576;

enum class Family { message, overlay, timeline, segment, scene, target, package, unknown };

Family family_of(const json::Object& object) {
    if (json::find(object, "type")) return Family::message;
    if (json::text_at(object, "kind") == "ocl.document" || json::find(object, "ocl_version"))
        return Family::overlay;
    if (json::text_at(object, "kind") == "authoring.scene") return Family::scene;
    if (json::text_at(object, "kind") == "authoring.target") return Family::target;
    if (json::text_at(object, "kind") == "ocl.package") return Family::package;
    if (json::find(object, "segments") || json::find(object, "timeline_id"))
        return Family::timeline;
    if (json::find(object, "tracks") || json::find(object, "segment_version"))
        return Family::segment;
    return Family::unknown;
}

Findings validate_message(const json::Value& value, std::size_t bytes) {
    if (bytes > max_message_bytes) {
        return {{ErrorCode::VAL_TOO_BIG, "", "a message may have at most 262144 bytes", {}}};
    }
    Findings findings = contract_schemas()
                            .judge(schema_id("protocol", "envelope"), value, SchemaMode::writer)
                            .findings;
    const json::Object& object = value.get_object();
    const auto type = message_type_from(json::text_at(object, "type"));
    const json::Value* body = json::find(object, "body");
    if (!type || !body || !body->is_object()) return findings;
    Findings inner =
        contract_schemas().judge(body_schema_id(*type), *body, SchemaMode::writer).findings;
    if (inner.empty()) {
        Meaning meaning = check_body(*type, body->get_object());
        check_written(*type, body->get_object(), meaning);
        inner = std::move(meaning.findings);
    }
    for (Finding& finding : inner) {
        finding.pointer = "/body" + finding.pointer;
        findings.push_back(std::move(finding));
    }
    return findings;
}

Findings validate_document(Family family, const json::Value& value) {
    if (family == Family::overlay) return std::move(judge_overlay(value).findings);
    const std::string id = family == Family::timeline  ? schema_id("segment", "timeline")
                           : family == Family::scene   ? schema_id("authoring", "scene")
                           : family == Family::target  ? schema_id("authoring", "target")
                           : family == Family::package ? schema_id("package", "manifest")
                                                       : schema_id("segment", "segment");
    Findings findings = contract_schemas().judge(id, value, SchemaMode::writer).findings;
    if (!findings.empty()) return findings;
    Meaning meaning;
    const json::Object& object = value.get_object();
    if (family == Family::timeline) check_timeline(object, "assets", meaning);
    if (family == Family::segment) check_segment(object, "", meaning);
    return std::move(meaning.findings);
}

}  // namespace

std::vector<Finding> validate_file(std::string_view text) {
    auto value = json::parse(text, max_file_bytes);
    if (!value) {
        const Error& error = value.error();
        return {{error.code, "", error.message, {}}};
    }
    if (!value->is_object()) return {{ErrorCode::VAL_SCHEMA, "", "must be object", "type"}};
    const Family family = family_of(value->get_object());
    if (family == Family::message) return validate_message(*value, text.size());
    if (family != Family::unknown) return validate_document(family, *value);
    return {{ErrorCode::VAL_SCHEMA,
             "",
             "is no contract file: it has none of type, kind, segments, tracks",
             {}}};
}

OverlayVerdict validate_overlay(std::string_view text) {
    auto value = json::parse(text, max_file_bytes);
    if (!value) return {{{value.error().code, "", value.error().message, {}}}, {}};
    Meaning meaning = judge_overlay(*value);
    return {std::move(meaning.findings), std::move(meaning.warnings)};
}

std::string_view contract_version() {
    return "1.0";
}

}  // namespace vistter::contract
