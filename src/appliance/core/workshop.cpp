// Decisions and faults, spelled once.
#include "appliance/core/workshop.hpp"

#include <cassert>

namespace vistter::appliance {
namespace {

constexpr std::size_t most_details = 50;  // contract B.9

Decision decision(std::string status, std::string lane, std::string result) {
    Decision out;
    out.ack.status = std::move(status);
    out.ack.result.text = std::move(result);
    out.lane = std::move(lane);
    return out;
}

}  // namespace

Decision accepted(std::string lane, std::string result) {
    Decision out = decision("accepted", std::move(lane), std::move(result));
    out.run = true;
    return out;
}

Decision completed(std::string lane, std::string result) {
    return decision("completed", std::move(lane), std::move(result));
}

Decision rejected(Error error) {
    Decision out = decision("rejected", {}, {});
    out.ack.error = std::move(error);
    return out;
}

Decision would_do(std::string lane) {
    return completed(std::move(lane), R"({"dry_run":true})");
}

Error unsupported(std::string pointer, std::string_view what, std::string_view offered) {
    Error error = fail_at(ErrorCode::STA_UNSUPPORTED_ACTION, std::move(pointer),
                          "This appliance does not do " + std::string(what) +
                              "; it does: " + std::string(offered) + ".");
    error.details[0].expected = offered;
    error.details[0].actual = what;
    return error;
}

void Faults::add(ErrorCode code, std::string pointer, std::string message) {
    if (details_.size() >= most_details) {
        ++dropped_;
        return;
    }
    ErrorDetail detail;
    detail.pointer = std::move(pointer);
    detail.hint = std::move(message);
    detail.code = code;
    details_.push_back(std::move(detail));
}

void Faults::add(const Error& error) {
    const std::string pointer = error.details.empty() ? "" : error.details[0].pointer;
    add(error.code, pointer, error.message);
}

Error Faults::error() const {
    assert(!details_.empty());
    std::string message = details_[0].hint;
    const std::size_t more = details_.size() - 1 + dropped_;
    if (more > 0) message += " And " + std::to_string(more) + " more.";
    return Error{details_[0].code, std::move(message), details_};
}

}  // namespace vistter::appliance
