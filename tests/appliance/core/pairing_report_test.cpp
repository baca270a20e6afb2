// Which step an attempt failed at, for every way it can fail (G1.5).
#include "appliance/core/pairing_report.hpp"

#include <gtest/gtest.h>

namespace vistter::appliance {
namespace {

std::string states(const Trip& trip) {
    std::string line;
    for (const PairingStep& step : steps_of(trip)) line += step.name + "=" + step.state + " ";
    return line;
}

Trip trip_until(std::string_view step, const Error& error) {
    Trip trip;
    trip.failure = error;
    if (step == "dns") return trip;
    trip.resolved_us = 4'000;
    if (step == "tcp" || step == "proxy") return trip;
    trip.connected_us = 9'000;
    if (step == "tls" || step == "pin") return trip;
    trip.secured_us = 20'000;
    trip.skew_ms = 0;
    return trip;
}

TEST(PairingReportTest, TheClientsWordNamesTheStep) {
    for (const char* word : {"DNS", "TCP", "TLS", "proxy"}) {
        std::string step(word);
        for (char& c : step) c = static_cast<char>(tolower(c));
        Trip trip = trip_until(step, fail(ErrorCode::AST_FETCH, std::string(word) + ": no"));
        trip.proxy = step == "proxy";
        EXPECT_EQ(failed_step(trip), step);
        for (const PairingStep& each : steps_of(trip)) {
            EXPECT_EQ(each.state == "failed", each.name == step) << each.name;
            EXPECT_EQ(each.next.empty(), each.name != step) << "the failed step says what to do";
        }
    }
    Trip answer = trip_until("token", fail(ErrorCode::AST_FETCH, "HTTP: studio: the peer closed"));
    EXPECT_EQ(failed_step(answer), "token");
}

TEST(PairingReportTest, ATimeoutBelongsToTheStepThatDidNotEnd) {
    for (const char* step : {"dns", "tcp", "tls", "token"})
        EXPECT_EQ(failed_step(trip_until(step, fail(ErrorCode::SYS_TIMEOUT, "no answer"))), step);
    Trip proxied = trip_until("tcp", fail(ErrorCode::SYS_TIMEOUT, "no answer"));
    proxied.proxy = true;
    EXPECT_EQ(failed_step(proxied), "proxy");
}

TEST(PairingReportTest, APinIsNoClock) {
    Trip trip = trip_until("pin", fail(ErrorCode::SEC_PIN, "pin mismatch: the root"));
    EXPECT_EQ(states(trip),
              "dns=ok proxy=skipped tcp=ok tls=ok pin=failed clock=unreached token=unreached ");
    trip.failure = fail(ErrorCode::SEC_PIN,
                        "the server's certificate is refused: certificate is not yet valid");
    trip.skew_ms = 0;
    EXPECT_EQ(failed_step(trip), "clock");
}

TEST(PairingReportTest, EveryRefusalOfTheTokenSaysWhatToDo) {
    for (const ErrorCode code : {ErrorCode::PAIR_CHECK, ErrorCode::PAIR_INVALID,
                                 ErrorCode::PAIR_USED, ErrorCode::PAIR_EXPIRED}) {
        const Trip trip = trip_until("token", fail(code, "Studio refused the token"));
        const auto steps = steps_of(trip);
        EXPECT_EQ(steps.back().state, "failed");
        EXPECT_FALSE(steps.back().next.empty());
        EXPECT_EQ(steps.back().cause, "Studio refused the token");
    }
}

TEST(PairingReportTest, ASuccessShowsTimesAndSkipsWhatWasNotNeeded) {
    Trip trip;
    trip.resolved_us = 4'000;
    trip.connected_us = 9'500;
    trip.secured_us = 20'000;
    trip.answered_us = 51'000;
    trip.skew_ms = -30'000;
    const auto steps = steps_of(trip);
    EXPECT_EQ(states(trip), "dns=ok proxy=skipped tcp=ok tls=ok pin=ok clock=ok token=ok ");
    EXPECT_EQ(steps[0].ms, 4);
    EXPECT_EQ(steps[2].ms, 5);
    EXPECT_EQ(steps[3].ms, 10);
    EXPECT_EQ(steps[6].ms, 31);
    trip.pinned = false;
    EXPECT_EQ(steps_of(trip)[4].state, "skipped") << "a typed code brings no pin";
}

// G2.4: a wrong clock is told, and does not keep the appliance from pairing.
TEST(PairingReportTest, AWrongClockIsToldAndNotFatal) {
    Trip trip;
    trip.resolved_us = trip.connected_us = trip.secured_us = trip.answered_us = 1'000;
    trip.skew_ms = -3LL * 365 * 86'400'000;
    EXPECT_EQ(states(trip), "dns=ok proxy=skipped tcp=ok tls=ok pin=ok clock=failed token=ok ");
    EXPECT_NE(steps_of(trip)[5].cause.find("behind"), std::string::npos);
    PairingReport report;
    report.steps = steps_of(trip);
    EXPECT_FALSE(report.good());
}

}  // namespace
}  // namespace vistter::appliance
