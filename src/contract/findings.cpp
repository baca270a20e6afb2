// Findings become an Error.
#include "contract/findings.hpp"

#include <cassert>

namespace vistter::contract {

Error error_of(const Findings& findings, std::string_view what) {
    assert(!findings.empty());
    const Finding& first = findings.front();
    Error error;
    error.code = first.code;
    error.message = std::string(what) + (first.pointer.empty() ? "" : " at " + first.pointer) +
                    ": " + first.reason + ".";
    if (findings.size() > 1)
        error.message += " " + std::to_string(findings.size() - 1) + " more below.";
    for (const Finding& finding : findings) {
        if (error.details.size() == max_findings) break;
        error.details.push_back({.pointer = finding.pointer,
                                 .keyword = finding.keyword,
                                 .expected = {},
                                 .actual = {},
                                 .hint = finding.reason,
                                 .code = finding.code});
    }
    return error;
}

std::string schema_id(std::string_view family, std::string_view name) {
    return "https://contract.vistter.dev/" + std::string(family) + "/1.0/" + std::string(name) +
           ".schema.json";
}

}  // namespace vistter::contract
