// What a compilation has to say, entry by entry: how grave, which code, where in the authoring file
// and where in the OCL document, so that an editor can show it in place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace vistter::ocl {

enum class Severity { note, warning, error };

struct Issue {
    Severity severity = Severity::error;
    ErrorCode code = ErrorCode::OCL_SCHEMA;
    std::string authoring;  // RFC 6901 pointer into the authoring file
    std::string ocl;        // pointer into the OCL document; empty where it has no counterpart
    std::string text;       // English, for the author
};

class Report {
  public:
    void note(ErrorCode code, std::string at, std::string text) {
        add(Severity::note, code, std::move(at), std::move(text));
    }
    void warning(ErrorCode code, std::string at, std::string text) {
        add(Severity::warning, code, std::move(at), std::move(text));
    }
    void error(ErrorCode code, std::string at, std::string text) {
        add(Severity::error, code, std::move(at), std::move(text));
    }
    // At least one error: there is no document.
    bool failed() const;
    const std::vector<Issue>& issues() const { return issues_; }
    std::vector<Issue>& issues() { return issues_; }

  private:
    void add(Severity severity, ErrorCode code, std::string at, std::string text) {
        issues_.push_back({severity, code, std::move(at), {}, std::move(text)});
    }
    std::vector<Issue> issues_;
};

std::string_view to_string(Severity severity);
// [{"severity","code","authoring","ocl","text"},...]
std::string issues_text(const std::vector<Issue>& issues);

}  // namespace vistter::ocl
