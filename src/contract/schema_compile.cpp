// From schema text to nodes. Strict on purpose: a keyword that is not understood is an error, never
// ignored.
#include <algorithm>
#include <functional>
#include <stdexcept>
#include <unordered_map>

#include "contract/pointer.hpp"
#include "contract/schema.hpp"
#include "contract/schema_node.hpp"

namespace vistter::contract {
namespace {

unsigned type_bit(std::string_view name) {
    static const std::unordered_map<std::string_view, unsigned> bits{
        {"null", type_null},     {"boolean", type_boolean}, {"integer", type_integer},
        {"number", type_number}, {"string", type_string},   {"array", type_array},
        {"object", type_object}};
    const auto it = bits.find(name);
    if (it == bits.end()) throw std::invalid_argument("unknown type " + std::string(name));
    return it->second;
}

}  // namespace

// Reads one schema document; nodes go into the set.
class SchemaCompiler {
  public:
    SchemaCompiler(SchemaSet& set, std::string id) : set_(set), id_(std::move(id)) {}

    SchemaNode* compile(const json::Value& value, const std::string& pointer) {
        SchemaNode* node = set_.nodes_.emplace_back(std::make_unique<SchemaNode>()).get();
        set_.by_uri_.emplace(id_ + "#" + pointer, node);
        if (value.is_bool() && value.get_bool()) return node;
        if (!value.is_object())
            throw std::invalid_argument(id_ + "#" + pointer + ": not a schema object");
        for (const auto& member : value.get_object()) {
            const std::string_view keyword(member.key().data(), member.key().size());
            const auto rule = rules().find(keyword);
            if (rule == rules().end()) {
                if (keyword.starts_with("x-")) continue;
                throw std::invalid_argument(id_ + "#" + pointer + ": keyword " +
                                            std::string(keyword));
            }
            rule->second(*this, *node, member.value(), pointer + "/" + std::string(keyword));
        }
        std::sort(node->properties.begin(), node->properties.end());
        return node;
    }

  private:
    using Rule =
        std::function<void(SchemaCompiler&, SchemaNode&, const json::Value&, const std::string&)>;
    using Rules = std::unordered_map<std::string_view, Rule>;

    static Rule number(std::optional<double> SchemaNode::*member) {
        return [member](auto&, SchemaNode& node, const json::Value& value, const std::string&) {
            node.*member = json::number_of(value).value();
        };
    }
    static Rule size(std::optional<std::size_t> SchemaNode::*member) {
        return [member](auto&, SchemaNode& node, const json::Value& value, const std::string&) {
            node.*member = static_cast<std::size_t>(value.as_int64());
        };
    }
    static Rule child(SchemaNode* SchemaNode::*member) {
        return [member](SchemaCompiler& self, SchemaNode& node, const json::Value& value,
                        const std::string& at) { node.*member = self.compile(value, at); };
    }
    static Rule children(std::vector<SchemaNode*> SchemaNode::*member) {
        return [member](SchemaCompiler& self, SchemaNode& node, const json::Value& value,
                        const std::string& at) {
            std::size_t index = 0;
            for (const json::Value& branch : value.as_array()) {
                (node.*member).push_back(self.compile(branch, at + "/" + std::to_string(index++)));
            }
        };
    }
    static Rule annotation() {
        return [](auto&, SchemaNode&, const json::Value&, const std::string&) {};
    }

    static void read_types(SchemaCompiler&, SchemaNode& node, const json::Value& value,
                           const std::string&) {
        if (value.is_string()) {
            node.types = type_bit(json::view(value.get_string()));
            return;
        }
        for (const json::Value& name : value.as_array())
            node.types |= type_bit(json::view(name.as_string()));
    }
    static void read_enum(SchemaCompiler&, SchemaNode& node, const json::Value& value,
                          const std::string&) {
        for (const json::Value& one : value.as_array()) node.allowed.push_back(one);
        node.has_allowed = true;
    }
    static void read_const(SchemaCompiler&, SchemaNode& node, const json::Value& value,
                           const std::string&) {
        node.allowed.push_back(value);
        node.has_allowed = true;
    }
    static void read_required(SchemaCompiler&, SchemaNode& node, const json::Value& value,
                              const std::string&) {
        for (const json::Value& name : value.as_array())
            node.required.emplace_back(json::view(name.as_string()));
    }
    static void read_properties(SchemaCompiler& self, SchemaNode& node, const json::Value& value,
                                const std::string& at) {
        for (const auto& member : value.as_object()) {
            const std::string name(member.key().data(), member.key().size());
            node.properties.emplace_back(
                name, self.compile(member.value(), at + "/" + pointer_step(name)));
        }
    }
    static void read_pattern_properties(SchemaCompiler& self, SchemaNode& node,
                                        const json::Value& value, const std::string& at) {
        for (const auto& member : value.as_object()) {
            const std::string name(member.key().data(), member.key().size());
            node.pattern_properties.emplace_back(
                Pattern(name), self.compile(member.value(), at + "/" + pointer_step(name)));
        }
    }
    static void read_additional(SchemaCompiler& self, SchemaNode& node, const json::Value& value,
                                const std::string& at) {
        if (value.is_bool()) {
            node.closed = !value.get_bool();
        } else {
            node.additional = self.compile(value, at);
        }
    }
    static void read_definitions(SchemaCompiler& self, SchemaNode&, const json::Value& value,
                                 const std::string& at) {
        for (const auto& member : value.as_object()) {
            self.compile(member.value(),
                         at + "/" + pointer_step({member.key().data(), member.key().size()}));
        }
    }
    static void read_ref(SchemaCompiler& self, SchemaNode& node, const json::Value& value,
                         const std::string&) {
        node.ref = json::view(value.as_string());
        if (node.ref.starts_with('#')) node.ref = self.id_ + node.ref;
        if (node.ref.find('#') == std::string::npos) node.ref += '#';
    }
    static void read_error_code(SchemaCompiler&, SchemaNode& node, const json::Value& value,
                                const std::string&) {
        const auto add = [&node](std::string keyword, const json::Value& name) {
            const auto code = error_code_from(json::view(name.as_string()));
            if (!code) throw std::invalid_argument("x-error-code is not in the registry");
            node.error_codes.emplace_back(std::move(keyword), *code);
        };
        if (value.is_string()) return add("", value);
        for (const auto& member : value.as_object()) {
            add(std::string(member.key().data(), member.key().size()), member.value());
        }
    }
    static void read_format(SchemaCompiler&, SchemaNode& node, const json::Value& value,
                            const std::string&) {
        if (json::view(value.as_string()) != "date-time")
            throw std::invalid_argument("only format date-time is known");
        node.is_time = true;
    }

    static const Rules& rules() {
        static const Rules all = make_rules();
        return all;
    }
    static Rules make_rules() {
        Rules all{
            {"type", read_types},
            {"enum", read_enum},
            {"const", read_const},
            {"required", read_required},
            {"properties", read_properties},
            {"patternProperties", read_pattern_properties},
            {"additionalProperties", read_additional},
            {"definitions", read_definitions},
            {"$ref", read_ref},
            {"x-error-code", read_error_code},
            {"format", read_format},
            {"minimum", number(&SchemaNode::minimum)},
            {"maximum", number(&SchemaNode::maximum)},
            {"exclusiveMinimum", number(&SchemaNode::exclusive_minimum)},
            {"exclusiveMaximum", number(&SchemaNode::exclusive_maximum)},
            {"minLength", size(&SchemaNode::min_length)},
            {"maxLength", size(&SchemaNode::max_length)},
            {"minItems", size(&SchemaNode::min_items)},
            {"maxItems", size(&SchemaNode::max_items)},
            {"minProperties", size(&SchemaNode::min_properties)},
            {"maxProperties", size(&SchemaNode::max_properties)},
            {"items", child(&SchemaNode::items)},
            {"propertyNames", child(&SchemaNode::property_names)},
            {"if", child(&SchemaNode::if_schema)},
            {"then", child(&SchemaNode::then_schema)},
            {"else", child(&SchemaNode::else_schema)},
            {"not", child(&SchemaNode::not_schema)},
            {"allOf", children(&SchemaNode::all_of)},
            {"anyOf", children(&SchemaNode::any_of)},
            {"oneOf", children(&SchemaNode::one_of)},
        };
        for (const std::string_view name :
             {"$schema", "$id", "$comment", "title", "description", "default", "examples"}) {
            all.emplace(name, annotation());
        }
        all.emplace("pattern",
                    [](auto&, SchemaNode& node, const json::Value& value, const std::string&) {
                        node.pattern.emplace(json::view(value.as_string()));
                    });
        all.emplace("uniqueItems", [](auto&, SchemaNode& node, const json::Value& value,
                                      const std::string&) { node.unique_items = value.as_bool(); });
        all.emplace("x-discriminator",
                    [](auto&, SchemaNode& node, const json::Value& value, const std::string&) {
                        node.discriminator = json::view(value.as_string());
                    });
        all.emplace("x-reader",
                    [](auto&, SchemaNode& node, const json::Value& value, const std::string&) {
                        node.stays_closed = json::view(value.as_string()) == "closed";
                    });
        return all;
    }

    SchemaSet& set_;
    std::string id_;
};

SchemaSet::SchemaSet() = default;
SchemaSet::~SchemaSet() = default;

void SchemaSet::add(std::string_view schema_text) {
    auto parsed = json::parse(schema_text, schema_text.size());
    if (!parsed) throw std::invalid_argument(describe(parsed.error()));
    const std::string id = json::text_at(parsed->as_object(), "$id");
    if (id.empty()) throw std::invalid_argument("a schema without $id");
    SchemaCompiler(*this, id).compile(*parsed, "");
}

void SchemaSet::link() {
    for (auto& node : nodes_) {
        if (node->ref.empty()) continue;
        const auto it = by_uri_.find(node->ref);
        if (it == by_uri_.end()) throw std::invalid_argument("$ref to nowhere: " + node->ref);
        node->target = it->second;
    }
}

}  // namespace vistter::contract
