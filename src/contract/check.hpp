// What no schema can say (contract B.8, C, D): references, order, limits over a whole document.
// Every fault of a document is found in one pass; pointers are into the object given, after `at`.
#pragma once

#include <string>

#include "contract/envelope.hpp"
#include "contract/findings.hpp"
#include "contract/json.hpp"

namespace vistter::contract {

struct Meaning {
    Findings findings;
    Findings warnings;  // TML_GAP, OCL_SAFE_AREA
    void fault(ErrorCode code, std::string pointer, std::string reason) {
        if (findings.size() < max_findings)
            findings.push_back({code, std::move(pointer), std::move(reason), {}});
    }
    void warn(ErrorCode code, std::string pointer, std::string reason) {
        if (warnings.size() < max_findings)
            warnings.push_back({code, std::move(pointer), std::move(reason), {}});
    }
};

// The $id of the schema of a type's body.
std::string body_schema_id(MessageType type);

// All of these expect a value its schema has accepted.
Meaning check_body(MessageType type, const json::Object& body);
// What only a writer is held to; a reader lets it pass, because a newer sender may know better.
void check_written(MessageType type, const json::Object& body, Meaning& meaning);
void check_overlay(const json::Object& document, const std::string& at, Meaning& meaning);
void check_segment(const json::Object& segment, const std::string& at, Meaning& meaning);
// `assets_member`: "assets_manifest" in TIMELINE_LOAD, "assets" in a timeline file.
void check_timeline(const json::Object& document, std::string_view assets_member, Meaning& meaning);
// A whole OCL document, of any JSON type, by its schema and its meaning together: a fault of form
// in one place hides no fault of meaning in another. Warnings only come with no fault.
Meaning judge_overlay(const json::Value& value);

// Lawful things this implementation does not do: refused, never passed over in silence.
void check_support(MessageType type, const json::Object& body, Meaning& meaning);
void check_overlay_support(const json::Object& document, const std::string& at, Meaning& meaning);

}  // namespace vistter::contract
