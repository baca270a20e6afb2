#include "base/error.hpp"

#include <fmt/format.h>
#include <array>

namespace vistter {
namespace {

struct Row {
    std::string_view name;
    bool retryable;
    int http_status;
};

constexpr Row rows[] = {
#define X(code, retryable, http_status) {#code, retryable, http_status},
#include "base/error.def"
#undef X
};

const Row& row(ErrorCode code) {
    return rows[static_cast<std::size_t>(code)];
}

}  // namespace

std::string_view to_string(ErrorCode code) {
    return row(code).name;
}

std::optional<ErrorCode> error_code_from(std::string_view name) {
    for (ErrorCode code : all_error_codes()) {
        if (row(code).name == name) return code;
    }
    return std::nullopt;
}

bool is_retryable(ErrorCode code) {
    return row(code).retryable;
}

int http_status(ErrorCode code) {
    return row(code).http_status;
}

const std::vector<ErrorCode>& all_error_codes() {
    static const std::vector<ErrorCode> codes = [] {
        std::vector<ErrorCode> list;
        for (std::size_t i = 0; i < std::size(rows); ++i) list.push_back(static_cast<ErrorCode>(i));
        return list;
    }();
    return codes;
}

std::string describe(const Error& error) {
    std::string text = fmt::format("{}: {}", to_string(error.code), error.message);
    const bool placed = !error.details.empty() && !error.details.front().pointer.empty();
    if (placed) text += fmt::format(" (at {})", error.details.front().pointer);
    return text;
}

}  // namespace vistter
