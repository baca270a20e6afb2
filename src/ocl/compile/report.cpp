// A compilation's report as JSON text.
#include "ocl/compile/report.hpp"

#include <algorithm>

#include "contract/object_writer.hpp"

namespace vistter::ocl {

bool Report::failed() const {
    return std::any_of(issues_.begin(), issues_.end(),
                       [](const Issue& issue) { return issue.severity == Severity::error; });
}

std::string_view to_string(Severity severity) {
    if (severity == Severity::error) return "error";
    return severity == Severity::warning ? "warning" : "note";
}

std::string issues_text(const std::vector<Issue>& issues) {
    std::string out = "[";
    for (const Issue& issue : issues) {
        if (out.size() > 1) out += ',';
        out += contract::ObjectWriter()
                   .text("severity", to_string(issue.severity))
                   .text("code", vistter::to_string(issue.code))
                   .text("authoring", issue.authoring)
                   .text("ocl", issue.ocl)
                   .text("text", issue.text)
                   .str();
    }
    return out + "]";
}

}  // namespace vistter::ocl
