// Between JSON and authoring trees, and what a file must satisfy to become one.
#include "contract/authoring_json.hpp"

#include "contract/authoring.hpp"
#include "contract/findings.hpp"
#include "contract/pointer.hpp"
#include "contract/schema.hpp"

namespace vistter::contract {
namespace {

constexpr std::size_t max_file_bytes = 1'048'576;

AuthoringNode node_of(const json::Value& value, std::string at) {
    AuthoringNode node;
    if (value.is_bool()) {
        node.value = value.get_bool();
    } else if (const auto integer = value.is_double() ? std::nullopt : json::integer_of(value)) {
        node.value = *integer;
    } else if (const auto number = json::number_of(value)) {
        node.value = *number;
    } else if (value.is_string()) {
        node.value = std::string(json::view(value.get_string()));
    } else if (value.is_array()) {
        AuthoringNode::List list;
        for (const json::Value& item : value.get_array())
            list.push_back(node_of(item, at + "/" + std::to_string(list.size())));
        node.value = std::move(list);
    } else if (value.is_object()) {
        AuthoringNode::Members members;
        for (const auto& member : value.get_object()) {
            const std::string name(member.key().data(), member.key().size());
            members.push_back({name, node_of(member.value(), at + "/" + pointer_step(name))});
        }
        node.value = std::move(members);
    }
    node.at = std::move(at);
    return node;
}

struct ToJson {
    json::Value operator()(std::monostate) const { return nullptr; }
    json::Value operator()(bool flag) const { return flag; }
    json::Value operator()(std::int64_t integer) const { return integer; }
    json::Value operator()(double number) const { return number; }
    json::Value operator()(const std::string& text) const { return json::Value(text); }
    json::Value operator()(const AuthoringNode::List& list) const {
        json::Array array;
        for (const AuthoringNode& node : list) array.push_back(json_of(node));
        return array;
    }
    json::Value operator()(const AuthoringNode::Members& members) const {
        json::Object object;
        for (const AuthoringMember& member : members)
            object.emplace(member.name, json_of(member.node));
        return object;
    }
};

}  // namespace

json::Value json_of(const AuthoringNode& node) {
    return std::visit(ToJson{}, node.value);
}

Findings judge_authoring(const json::Value& scene) {
    return contract_schemas()
        .judge(schema_id("authoring", "scene"), scene, SchemaMode::writer)
        .findings;
}

Result<AuthoringNode> parse_authoring(std::string_view text) {
    auto value = json::parse(text, max_file_bytes);
    if (!value) return std::move(value).error();
    const Findings findings = judge_authoring(*value);
    if (!findings.empty()) return error_of(findings, "The authoring scene is wrong");
    return node_of(*value, "");
}

Result<CompileTarget> parse_compile_target(std::string_view text) {
    auto value = json::parse(text, max_file_bytes);
    if (!value) return std::move(value).error();
    const Findings findings =
        contract_schemas()
            .judge(schema_id("authoring", "target"), *value, SchemaMode::writer)
            .findings;
    if (!findings.empty()) return error_of(findings, "The compile target is wrong");
    const json::Object& object = value->get_object();
    const json::Object& ocl = json::object_at(object, "ocl");
    CompileTarget target;
    target.name = json::text_at(object, "name");
    target.locale = json::text_at(object, "locale");
    target.versions = json::texts_at(ocl, "versions");
    target.features = json::texts_at(ocl, "features");
    for (const auto& member : json::object_at(ocl, "limits")) {
        target.limits.emplace(std::string(member.key().data(), member.key().size()),
                              json::integer_of(member.value()).value_or(0));
    }
    if (json::find(object, "canvas")) {
        const json::Object& canvas = json::object_at(object, "canvas");
        target.canvas = {json::clamp_int(json::integer_at(canvas, "width", 1920)),
                         json::clamp_int(json::integer_at(canvas, "height", 1080))};
    }
    return target;
}

}  // namespace vistter::contract
