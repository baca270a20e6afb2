// Looking into authoring trees and changing them.
#include "contract/authoring_tree.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace vistter::contract {
namespace {

std::string unescaped(std::string_view step) {
    std::string name;
    for (std::size_t i = 0; i < step.size(); ++i) {
        if (step[i] == '~' && i + 1 < step.size()) {
            name += step[++i] == '1' ? '/' : '~';
        } else {
            name += step[i];
        }
    }
    return name;
}

const AuthoringNode* child_of(const AuthoringNode& node, std::string_view step) {
    if (node.is_object()) return node.find(unescaped(step));
    const auto* list = std::get_if<AuthoringNode::List>(&node.value);
    std::size_t index = 0;
    const auto read = std::from_chars(step.data(), step.data() + step.size(), index);
    const bool number = read.ec == std::errc() && read.ptr == step.data() + step.size();
    return list && number && index < list->size() ? &(*list)[index] : nullptr;
}

}  // namespace

const AuthoringNode* AuthoringNode::find(std::string_view name) const {
    const auto* members = std::get_if<Members>(&value);
    if (!members) return nullptr;
    const auto it = std::find_if(members->begin(), members->end(),
                                 [&](const AuthoringMember& m) { return m.name == name; });
    return it == members->end() ? nullptr : &it->node;
}

AuthoringNode* AuthoringNode::find(std::string_view name) {
    return const_cast<AuthoringNode*>(std::as_const(*this).find(name));
}

void AuthoringNode::set(std::string_view name, AuthoringNode node) {
    if (AuthoringNode* there = find(name)) {
        *there = std::move(node);
    } else {
        std::get<Members>(value).push_back({std::string(name), std::move(node)});
    }
}

void AuthoringNode::erase(std::string_view name) {
    if (auto* members = std::get_if<Members>(&value))
        std::erase_if(*members, [&](const AuthoringMember& m) { return m.name == name; });
}

std::string origin_of(const AuthoringNode& root, std::string_view pointer) {
    const AuthoringNode* node = &root;
    while (!pointer.empty()) {
        const std::size_t slash = pointer.find('/', 1);
        const AuthoringNode* next =
            child_of(*node, pointer.substr(1, slash == pointer.npos ? pointer.npos : slash - 1));
        if (!next) break;
        node = next;
        pointer = slash == pointer.npos ? std::string_view() : pointer.substr(slash);
    }
    return node->at;
}

}  // namespace vistter::contract
