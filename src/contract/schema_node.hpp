// A compiled schema object: every keyword the contract's schemas may use, ready to be applied.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "contract/json.hpp"
#include "contract/pattern.hpp"

namespace vistter::contract {

enum TypeBit : unsigned {
    type_null = 1,
    type_boolean = 2,
    type_integer = 4,
    type_number = 8,
    type_string = 16,
    type_array = 32,
    type_object = 64,
};

struct SchemaNode {
    SchemaNode* target = nullptr;  // of $ref; everything else is then ignored, as draft-07 says
    std::string ref;

    unsigned types = 0;                // 0: any
    std::vector<json::Value> allowed;  // enum, const
    bool has_allowed = false;

    std::optional<double> minimum, maximum, exclusive_minimum, exclusive_maximum;
    std::optional<std::size_t> min_length, max_length;
    std::optional<Pattern> pattern;

    std::optional<std::size_t> min_items, max_items;
    SchemaNode* items = nullptr;
    bool unique_items = false;

    std::optional<std::size_t> min_properties, max_properties;
    std::vector<std::string> required;
    std::vector<std::pair<std::string, SchemaNode*>> properties;  // sorted by name
    std::vector<std::pair<Pattern, SchemaNode*>> pattern_properties;
    SchemaNode* additional = nullptr;
    bool closed = false;  // additionalProperties: false
    SchemaNode* property_names = nullptr;

    std::vector<SchemaNode*> all_of, any_of, one_of;
    SchemaNode* if_schema = nullptr;
    SchemaNode* then_schema = nullptr;
    SchemaNode* else_schema = nullptr;
    SchemaNode* not_schema = nullptr;

    std::string discriminator;  // x-discriminator: the member that chooses the oneOf branch
    // x-error-code: what a fault of this object is called, for one keyword or ("") for any.
    std::vector<std::pair<std::string, ErrorCode>> error_codes;
    bool is_time = false;       // format: date-time
    bool stays_closed = false;  // x-reader: closed
};

}  // namespace vistter::contract
