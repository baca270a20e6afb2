// The client says by its first word how far it came; the trace settles what is left.
#include "appliance/core/pairing_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vistter::appliance {
namespace {

constexpr std::array<std::string_view, 7> names{"dns", "proxy", "tcp",  "tls",
                                                "pin", "clock", "token"};

struct Word {
    std::string_view prefix, step;
};
constexpr Word words[] = {
    {"DNS:", "dns"}, {"proxy:", "proxy"}, {"TCP:", "tcp"}, {"TLS:", "tls"}, {"HTTP:", "token"}};

std::string_view by_trace(const Trip& trip) {
    if (trip.resolved_us == 0) return "dns";
    if (trip.connected_us == 0) return trip.proxy ? "proxy" : "tcp";
    if (trip.secured_us == 0) return "tls";
    return "token";
}

bool is_about_time(std::string_view reason) {
    return reason.find("not yet valid") != std::string_view::npos ||
           reason.find("expired") != std::string_view::npos;
}

std::string_view next_for_token(ErrorCode code) {
    switch (code) {
        case ErrorCode::PAIR_CHECK:
            return "Compare what you typed with what Studio shows.";
        case ErrorCode::PAIR_USED:
        case ErrorCode::PAIR_EXPIRED:
            return "Let Studio make a new token for this serial.";
        case ErrorCode::PAIR_INVALID:
            return "Check that the token was made for this appliance's serial, at this Studio; it "
                   "is locked after five tries.";
        case ErrorCode::SEC_REVOKED:
            return "Studio has revoked this appliance; pair it again with a new token.";
        case ErrorCode::API_RATE:
            return "Wait a minute, then try again.";
        default:
            return "Check that this is the address of a Vistter Studio, then try again.";
    }
}

std::string_view next_for(std::string_view step, ErrorCode code) {
    if (step == "dns") return "Check Studio's address and this network's name server.";
    if (step == "proxy") return "Check the proxy's address, user name and password.";
    if (step == "tcp")
        return "Check that Studio runs, and that this network lets connections out to its port.";
    if (step == "tls")
        return "Something in between does not pass TLS on; ask who runs this network.";
    if (step == "pin")
        return "Compare the address with the one beside the token; if it is right, somebody is in "
               "between: do not go on.";
    if (step == "clock") return "Set this appliance's clock, or let it reach a time server.";
    return next_for_token(code);
}

std::int64_t span_ms(std::int64_t from_us, std::int64_t to_us) {
    return std::max<std::int64_t>(0, to_us - from_us) / 1'000;
}

std::int64_t time_of(std::string_view step, const Trip& trip) {
    if (step == "dns") return span_ms(0, trip.resolved_us);
    if (step == (trip.proxy ? "proxy" : "tcp")) return span_ms(trip.resolved_us, trip.connected_us);
    if (step == "tls") return span_ms(trip.connected_us, trip.secured_us);
    if (step == "token") return span_ms(trip.secured_us, trip.answered_us);
    return 0;
}

bool is_skipped(std::string_view step, const Trip& trip) {
    if (step == "proxy") return !trip.proxy;
    if (step == "pin") return !trip.pinned;
    return step == "clock" && !trip.skew_ms;
}

void fail_clock(PairingStep& step, std::int64_t skew_ms) {
    step.state = "failed";
    step.cause = fmt::format("this appliance's clock is {} s {} Studio's",
                             std::abs(skew_ms) / 1'000, skew_ms > 0 ? "ahead of" : "behind");
    step.next = next_for("clock", ErrorCode::SYS_INTERNAL);
}

}  // namespace

bool PairingReport::good() const {
    return std::none_of(steps.begin(), steps.end(),
                        [](const PairingStep& step) { return step.state == "failed"; });
}

std::string_view failed_step(const Trip& trip) {
    const Error& error = *trip.failure;
    if (error.code == ErrorCode::SEC_PIN) return is_about_time(error.message) ? "clock" : "pin";
    for (const Word& word : words)
        if (error.message.starts_with(word.prefix)) return word.step;
    if (error.code == ErrorCode::SYS_TIMEOUT) return by_trace(trip);
    if (error.code == ErrorCode::SEC_UNAUTHORISED && trip.secured_us == 0)
        return trip.proxy ? "proxy" : "tcp";
    return "token";
}

std::vector<PairingStep> steps_of(const Trip& trip) {
    const std::string_view failed = trip.failure ? failed_step(trip) : std::string_view();
    std::vector<PairingStep> steps;
    bool reached = true;
    for (const std::string_view name : names) {
        PairingStep step{std::string(name), "ok", time_of(name, trip), "", ""};
        if (!reached) {
            step.state = "unreached";
        } else if (name == failed) {
            step.state = "failed";
            step.cause = trip.failure->message;
            step.next = next_for(name, trip.failure->code);
            reached = false;
        } else if (is_skipped(name, trip)) {
            step.state = "skipped";
        } else if (name == "clock" && std::abs(*trip.skew_ms) > tolerated_skew_ms) {
            fail_clock(step, *trip.skew_ms);  // told, not fatal: Studio's time is taken over
        }
        if (step.state != "ok") step.ms = step.state == "failed" ? step.ms : 0;
        steps.push_back(std::move(step));
    }
    return steps;
}

}  // namespace vistter::appliance
