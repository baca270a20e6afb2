// METRICS at Studio: told in time or afterwards, kept by when they were measured.
#include <gtest/gtest.h>

#include "kit/temporary_folder.hpp"
#include "studio/adapters/projection/projection.hpp"
#include "studio/adapters/schema/schema.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t start = 1'800'000'000'000, second = 1'000, minute = 60 * second,
                       hour = 60 * minute;

class MetricsTest : public ::testing::Test {
  protected:
    void tell(std::int64_t sent, std::optional<std::int64_t> measured = std::nullopt) {
        contract::Envelope envelope;
        envelope.device_id = "dev_a";
        envelope.timestamp = WallTime{sent};
        envelope.body = "{}";
        contract::Metrics metrics;
        if (measured) metrics.measured_at = WallTime{*measured};
        projection->on_metrics(envelope, metrics);
    }
    std::vector<std::int64_t> kept(std::int64_t from = 0, std::int64_t to = start * 2,
                                   int limit = 100'000) const {
        std::vector<std::int64_t> out;
        for (const auto& sample :
             projection->metrics("dev_a", WallTime{from}, WallTime{to}, limit))
            out.push_back(sample.at.ms);
        return out;
    }

    kit::TemporaryFolder folder;
    ManualClock clock{WallTime{start}};
    std::unique_ptr<store::Database> database =
        store::open_database(folder.path() / "studio.db", schema()).value();
    std::unique_ptr<TelemetryProjection> projection = make_projection(*database, clock);
};

using Times = std::vector<std::int64_t>;

TEST_F(MetricsTest, WhatIsToldAfterAGapStandsWhereItWasMeasured) {  // G2.34, G1.10
    tell(start);
    tell(start + 10 * minute);
    tell(start + 10 * minute + second, start + 5 * minute);
    EXPECT_EQ(kept(), (Times{start, start + 5 * minute, start + 10 * minute}));
    EXPECT_EQ(kept(start + minute, start + 10 * minute), Times{start + 5 * minute});
    EXPECT_EQ(kept(0, start * 2, 1), Times{start + 10 * minute}) << "the newest";
}

TEST_F(MetricsTest, ATimeThatCannotBeIsNotTaken) {
    tell(start, start + second);
    tell(start + second, start - 26 * hour);
    EXPECT_EQ(kept(), (Times{start, start + second}));
}

TEST_F(MetricsTest, AnHourIsKeptInFullAndADayByTheMinute) {
    database->transaction([&] {
        for (std::int64_t at = start; at < start + 25 * hour; at += 10 * second) tell(at);
    });
    const std::int64_t end = start + 25 * hour - 10 * second;
    EXPECT_EQ(kept(end - hour, end + 1).size(), 361U);
    EXPECT_EQ(kept(start + 2 * hour, start + 3 * hour).size(), 60U);
    EXPECT_GE(kept().front(), end - 24 * hour);
    EXPECT_LT(kept().front(), end - 24 * hour + minute);
}

}  // namespace
}  // namespace vistter::studio
