// An authoring scene before anything is resolved: a tree of plain values, each knowing its place in
// the file, so that a report can point there whatever was copied, merged or replaced since.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vistter::contract {

struct AuthoringMember;

struct AuthoringNode {
    using List = std::vector<AuthoringNode>;
    using Members = std::vector<AuthoringMember>;  // in the file's order, names unique
    // monostate: null
    std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Members> value;
    std::string at;  // RFC 6901 pointer into the authoring file

    bool is_object() const { return std::holds_alternative<Members>(value); }
    bool is_list() const { return std::holds_alternative<List>(value); }
    const std::string* text() const { return std::get_if<std::string>(&value); }
    // The member of that name, or null; null for anything but an object.
    const AuthoringNode* find(std::string_view name) const;
    AuthoringNode* find(std::string_view name);
    // Replaces or appends. Only on an object.
    void set(std::string_view name, AuthoringNode node);
    // Does nothing where there is no such member.
    void erase(std::string_view name);
};

struct AuthoringMember {
    std::string name;
    AuthoringNode node;
};

// Where the value at `pointer` of the tree came from; a place that does not exist has the origin of
// the nearest node above it.
std::string origin_of(const AuthoringNode& root, std::string_view pointer);

}  // namespace vistter::contract
