// Rules of meaning for command bodies.
#include "contract/check.hpp"

namespace vistter::contract {

Meaning check_body(MessageType, const json::Object&) { return {}; }
void check_overlay(const json::Object&, const std::string&, Meaning&) {}
void check_segment(const json::Object&, const std::string&, Meaning&) {}
void check_timeline(const json::Object&, std::string_view, Meaning&) {}
void check_support(MessageType, const json::Object&, Meaning&) {}
void check_overlay_support(const json::Object&, const std::string&, Meaning&) {}

}  // namespace vistter::contract
