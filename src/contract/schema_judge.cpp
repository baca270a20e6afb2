// Applies compiled schemas to a value. Members are visited in the order they were received, so the
// first finding is the first fault a person reads.
#include <algorithm>
#include <array>
#include <stdexcept>

#include "contract/object_writer.hpp"
#include "contract/pointer.hpp"
#include "contract/schema.hpp"
#include "contract/schema_node.hpp"

namespace vistter::contract {
namespace {

// Names that would carry a secret in the clear. No schema names one, so each is an extra member
// where it appears.
bool is_secret_name(std::string_view name) {
    static constexpr std::array names{
        "password",    "passwd",      "pass",          "pwd",          "passphrase", "secret",
        "stream_key",  "private_key", "api_key",       "access_token", "auth_token", "bearer_token",
        "credentials", "psk",         "client_secret", "wifi_password"};
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return std::find(names.begin(), names.end(), lower) != names.end();
}

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

bool has_type(const json::Value& value, unsigned types) {
    switch (value.kind()) {
        case boost::json::kind::null:
            return types & type_null;
        case boost::json::kind::bool_:
            return types & type_boolean;
        case boost::json::kind::string:
            return types & type_string;
        case boost::json::kind::array:
            return types & type_array;
        case boost::json::kind::object:
            return types & type_object;
        default:
            break;
    }
    if (types & type_number) return true;
    return (types & type_integer) && json::integer_of(value).has_value();
}

std::string type_names(unsigned types) {
    static constexpr std::array<std::string_view, 7> names{"null",   "boolean", "integer", "number",
                                                           "string", "array",   "object"};
    std::string list;
    for (std::size_t bit = 0; bit < names.size(); ++bit) {
        if (!(types & (1U << bit))) continue;
        if (!list.empty()) list += " or ";
        list += names[bit];
    }
    return list;
}

bool same(const json::Value& a, const json::Value& b) {
    const auto left = json::number_of(a);
    const auto right = json::number_of(b);
    return left && right ? *left == *right : a == b;
}

std::string short_text(const json::Value& value) {
    std::string text = boost::json::serialize(value);
    if (text.size() > 60) text = text.substr(0, 57) + "...";
    return text;
}

auto words(const char* text) {
    return [text] { return std::string(text); };
}

class Judge {
  public:
    Judge(bool open, bool probing) : open_(open), probing_(probing) {}

    SchemaReport report;

    void judge(const SchemaNode& node, const json::Value& value, const Path& path) {
        if (node.target) return judge(*node.target, value, path);
        const bool was_open = open_;
        if (node.stays_closed) open_ = false;
        judge_here(node, value, path);
        open_ = was_open;
    }

  private:
    // `reason` is called only if the finding is kept: a probe needs no words.
    template <class Reason>
    void fault(const SchemaNode& node, ErrorCode usual, const Path& path, std::string_view keyword,
               Reason reason) {
        ++faults_;
        if (probing_ || report.findings.size() >= max_findings) return;
        for (const auto& [name, code] : node.error_codes) {
            if (name.empty() || name == keyword) usual = code;
        }
        report.findings.push_back({usual, path.pointer(), reason(), std::string(keyword)});
    }

    void judge_here(const SchemaNode& node, const json::Value& value, const Path& path) {
        if (node.types && !has_type(value, node.types)) {
            return fault(node, ErrorCode::VAL_SCHEMA, path, "type",
                         [&] { return "must be " + type_names(node.types); });
        }
        if (node.has_allowed) check_allowed(node, value, path);
        if (value.is_string()) check_string(node, json::view(value.get_string()), path);
        if (value.is_number()) check_number(node, *json::number_of(value), path);
        if (value.is_array()) check_array(node, value.get_array(), path);
        if (value.is_object()) check_object(node, value.get_object(), path);
        for (const SchemaNode* part : node.all_of) judge(*part, value, path);
        if (!node.one_of.empty()) check_one_of(node, value, path);
        if (!node.any_of.empty()) check_any_of(node, value, path);
        if (node.not_schema && passes(*node.not_schema, value, path)) {
            fault(node, ErrorCode::VAL_SCHEMA, path, "not",
                  words("has a form that is not allowed here"));
        }
        if (node.if_schema) {
            const SchemaNode* branch =
                passes(*node.if_schema, value, path) ? node.then_schema : node.else_schema;
            if (branch) judge(*branch, value, path);
        }
    }

    void check_allowed(const SchemaNode& node, const json::Value& value, const Path& path) {
        for (const json::Value& allowed : node.allowed) {
            if (same(allowed, value)) return;
        }
        fault(node, ErrorCode::VAL_ENUM, path, "enum", [&] {
            std::string list;
            for (const json::Value& allowed : node.allowed)
                list += (list.empty() ? "" : ", ") + short_text(allowed);
            return short_text(value) + " is not one of " + list;
        });
    }

    void check_string(const SchemaNode& node, std::string_view text, const Path& path) {
        if (node.min_length || node.max_length) {
            const std::size_t length = characters(text);
            if (node.min_length && length < *node.min_length) {
                fault(node, ErrorCode::VAL_RANGE, path, "minLength",
                      [&] { return "is shorter than " + std::to_string(*node.min_length); });
            }
            if (node.max_length && length > *node.max_length) {
                fault(node, ErrorCode::VAL_RANGE, path, "maxLength",
                      [&] { return "is longer than " + std::to_string(*node.max_length); });
            }
        }
        if (node.pattern && !node.pattern->matches(text)) {
            fault(node, ErrorCode::VAL_SCHEMA, path, "pattern",
                  words("has not the form the schema asks for"));
        }
        if (node.is_time && (!node.pattern || node.pattern->matches(text)) &&
            !parse_rfc3339(text)) {
            fault(node, ErrorCode::VAL_SCHEMA, path, "format", words("is not a date that exists"));
        }
    }

    void check_number(const SchemaNode& node, double number, const Path& path) {
        const auto limit = [&](std::string_view keyword, bool broken, double bound,
                               std::string_view relation) {
            if (!broken) return;
            fault(node, ErrorCode::VAL_RANGE, path, keyword,
                  [&] { return "must be " + std::string(relation) + " " + number_text(bound); });
        };
        if (node.minimum) limit("minimum", number < *node.minimum, *node.minimum, "at least");
        if (node.maximum) limit("maximum", number > *node.maximum, *node.maximum, "at most");
        if (node.exclusive_minimum) {
            limit("exclusiveMinimum", number <= *node.exclusive_minimum, *node.exclusive_minimum,
                  "more than");
        }
        if (node.exclusive_maximum) {
            limit("exclusiveMaximum", number >= *node.exclusive_maximum, *node.exclusive_maximum,
                  "less than");
        }
    }

    void check_count(const SchemaNode& node, std::size_t count, const Path& path,
                     const std::optional<std::size_t>& least,
                     const std::optional<std::size_t>& most, std::string_view min_keyword,
                     std::string_view max_keyword) {
        if (least && count < *least) {
            fault(node, ErrorCode::VAL_RANGE, path, min_keyword,
                  [&] { return "needs at least " + std::to_string(*least) + " entries"; });
        }
        if (most && count > *most) {
            fault(node, ErrorCode::VAL_RANGE, path, max_keyword,
                  [&] { return "may hold at most " + std::to_string(*most) + " entries"; });
        }
    }

    void check_array(const SchemaNode& node, const json::Array& array, const Path& path) {
        check_count(node, array.size(), path, node.min_items, node.max_items, "minItems",
                    "maxItems");
        if (node.unique_items) check_unique(node, array, path);
        if (!node.items) return;
        for (std::size_t i = 0; i < array.size(); ++i) judge(*node.items, array[i], Path(path, i));
    }

    // Quadratic, so only schemas with a small maxItems ask for it.
    void check_unique(const SchemaNode& node, const json::Array& array, const Path& path) {
        if (node.max_items && array.size() > *node.max_items) return;
        for (std::size_t i = 0; i < array.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (!same(array[i], array[j])) continue;
                fault(node, ErrorCode::VAL_DUPLICATE_ID, Path(path, i), "uniqueItems",
                      words("appears twice in the list"));
                break;
            }
        }
    }

    void check_object(const SchemaNode& node, const json::Object& object, const Path& path) {
        check_count(node, object.size(), path, node.min_properties, node.max_properties,
                    "minProperties", "maxProperties");
        for (const std::string& name : node.required) {
            if (!json::find(object, name)) {
                fault(node, ErrorCode::VAL_SCHEMA, path, "required",
                      [&] { return "the member \"" + name + "\" is missing"; });
            }
        }
        for (const auto& member : object) {
            const std::string_view name(member.key().data(), member.key().size());
            check_member(node, name, member.value(), Path(path, name));
        }
    }

    void check_member(const SchemaNode& node, std::string_view name, const json::Value& value,
                      const Path& path) {
        if (node.property_names) {
            judge(*node.property_names,
                  json::Value(boost::json::string_view(name.data(), name.size())), path);
        }
        bool named = false;
        const auto it = std::lower_bound(
            node.properties.begin(), node.properties.end(), name,
            [](const auto& entry, std::string_view key) { return entry.first < key; });
        if (it != node.properties.end() && it->first == name) {
            named = true;
            judge(*it->second, value, path);
        }
        for (const auto& [pattern, schema] : node.pattern_properties) {
            if (!pattern.matches(name)) continue;
            named = true;
            judge(*schema, value, path);
        }
        if (named) return;
        if (node.additional) return judge(*node.additional, value, path);
        if (node.closed) extra_member(node, name, path);
    }

    void extra_member(const SchemaNode& node, std::string_view name, const Path& path) {
        if (is_secret_name(name)) {
            static const SchemaNode
                plain;  // whatever the schema calls an extra member, this is a secret
            fault(plain, ErrorCode::VAL_INLINE_SECRET, path, "additionalProperties",
                  words("a secret never travels in the clear; send it sealed"));
        } else if (!open_) {
            fault(node, ErrorCode::VAL_SCHEMA, path, "additionalProperties",
                  words("no member of that name is known here"));
        } else if (!probing_ && report.unknown.size() < max_findings) {
            std::string pointer = path.pointer();
            if (std::find(report.unknown.begin(), report.unknown.end(), pointer) ==
                report.unknown.end()) {
                report.unknown.push_back(std::move(pointer));
            }
        }
    }

    // Whether the value satisfies a schema, without leaving a trace in the report.
    bool passes(const SchemaNode& node, const json::Value& value, const Path& path) {
        Judge probe(open_, true);
        probe.judge(node, value, path);
        return probe.faults_ == 0;
    }

    void check_any_of(const SchemaNode& node, const json::Value& value, const Path& path) {
        for (const SchemaNode* branch : node.any_of) {
            if (passes(*branch, value, path)) return judge(*branch, value, path);
        }
        fault(node, ErrorCode::VAL_SCHEMA, path, "anyOf",
              words("fits none of the forms allowed here"));
    }

    void check_one_of(const SchemaNode& node, const json::Value& value, const Path& path) {
        if (!node.discriminator.empty()) return check_tagged(node, value, path);
        const SchemaNode* fitting = nullptr;
        const SchemaNode* same_type = nullptr;
        std::size_t fits = 0;
        std::size_t typed = 0;
        for (const SchemaNode* branch : node.one_of) {
            if (passes(*branch, value, path)) {
                ++fits;
                fitting = branch;
            }
            const unsigned types = (branch->target ? branch->target : branch)->types;
            if (types && has_type(value, types)) {
                ++typed;
                same_type = branch;
            }
        }
        if (fits == 1) return judge(*fitting, value, path);
        if (fits == 0 && typed == 1)
            return judge(*same_type, value, path);  // says what is wrong inside
        fault(node, ErrorCode::VAL_SCHEMA, path, "oneOf",
              words("fits not exactly one of the forms allowed here"));
    }

    // A union told apart by one member: only the branch it names is judged.
    void check_tagged(const SchemaNode& node, const json::Value& value, const Path& path) {
        const json::Value* tag =
            value.is_object() ? json::find(value.get_object(), node.discriminator) : nullptr;
        if (!tag) {
            return fault(node, ErrorCode::VAL_SCHEMA, path, "required",
                         [&] { return "the member \"" + node.discriminator + "\" is missing"; });
        }
        for (const SchemaNode* branch : node.one_of) {
            const SchemaNode& form = branch->target ? *branch->target : *branch;
            const auto it =
                std::find_if(form.properties.begin(), form.properties.end(),
                             [&](const auto& entry) { return entry.first == node.discriminator; });
            if (it == form.properties.end()) continue;
            const auto& allowed = it->second->allowed;
            const auto fits = [&](const json::Value& one) { return same(one, *tag); };
            if (std::any_of(allowed.begin(), allowed.end(), fits))
                return judge(*branch, value, path);
        }
        fault(node, ErrorCode::VAL_ENUM, Path(path, node.discriminator), "enum",
              [&] { return short_text(*tag) + " is not a kind known here"; });
    }

    bool open_;
    bool probing_;
    std::size_t faults_ = 0;
};

}  // namespace

SchemaReport SchemaSet::judge(std::string_view id, const json::Value& value,
                              SchemaMode mode) const {
    const auto it = by_uri_.find(std::string(id) + "#");
    if (it == by_uri_.end()) throw std::out_of_range("no schema " + std::string(id));
    Judge judge(mode == SchemaMode::reader, false);
    judge.judge(*it->second, value, Path());
    return std::move(judge.report);
}

}  // namespace vistter::contract
