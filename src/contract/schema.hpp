// Judges a JSON value by a JSON Schema draft-07 subset and says exactly where and why it fails. One
// pass gives the writer's verdict (closed) or the reader's (opened: members no schema names are
// listed, not refused). Why not a library: docs/decisions names the reasons; the tests hold every
// verdict against an independent validator.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "contract/json.hpp"
#include "contract/validate.hpp"

namespace vistter::contract {

// Whose schema is applied. `reader` opens every closed object, except below a schema annotated
// "x-reader": "closed".
enum class SchemaMode { writer, reader };

struct SchemaReport {
    std::vector<Finding> findings;     // at most `max_findings`
    std::vector<std::string> unknown;  // reader only: pointers of members no schema names
};
inline constexpr std::size_t max_findings = 50;

struct SchemaNode;

// All schemas of the contract, linked by $id. Immutable after link(); then any thread may judge
// with it.
class SchemaSet {
  public:
    SchemaSet();
    ~SchemaSet();
    SchemaSet(const SchemaSet&) = delete;
    SchemaSet& operator=(const SchemaSet&) = delete;

    // Both throw std::invalid_argument: a keyword outside the subset, a $ref to nowhere, a bad
    // pattern.
    void add(std::string_view schema_text);
    void link();
    // `id` is the schema's $id. An unknown one throws std::out_of_range.
    SchemaReport judge(std::string_view id, const json::Value& value, SchemaMode mode) const;

  private:
    friend class SchemaCompiler;
    std::map<std::string, SchemaNode*, std::less<>> by_uri_;  // "<$id>#<pointer>"
    std::vector<std::unique_ptr<SchemaNode>> nodes_;
};

// The set compiled from contract/schemas, made on first use and kept.
const SchemaSet& contract_schemas();

}  // namespace vistter::contract
