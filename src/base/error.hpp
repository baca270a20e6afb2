// What went wrong, as data: a stable code from the contract's registry (contract B.11), words for a
// log, and the place in the input. Expected failures travel as values of this type, never as
// exceptions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vistter {

// The registry of contract/registries/errors.json. A code is never reused or re-meant.
enum class ErrorCode {
#define X(code, retryable, http_status) code,
#include "base/error.def"
#undef X
};

// The code as it travels, e.g. "VAL_SCHEMA".
std::string_view to_string(ErrorCode code);
// The code of that name, or nothing.
std::optional<ErrorCode> error_code_from(std::string_view name);
// Whether the same request may succeed later without being changed.
bool is_retryable(ErrorCode code);
// The one place where a code becomes an HTTP status.
int http_status(ErrorCode code);
// Every code, in registry order.
const std::vector<ErrorCode>& all_error_codes();

// One place in an input that is wrong (contract B.9, `details[]`).
struct ErrorDetail {
    std::string pointer;   // RFC 6901 into the document that was read; "" is the whole
    std::string keyword;   // the rule broken, e.g. "required", "maximum"; may be empty
    std::string expected;  // may be empty
    std::string actual;    // redacted; may be empty
    std::string hint;      // the next step; may be empty
    ErrorCode code = ErrorCode::VAL_SCHEMA;
};

struct Error {
    ErrorCode code = ErrorCode::SYS_INTERNAL;
    std::string message;  // English, one sentence: the cause and, where known, the next step
    std::vector<ErrorDetail> details;  // at most 50
};

// "CODE: message" and, for the first detail, " (at /pointer)".
std::string describe(const Error& error);

}  // namespace vistter
