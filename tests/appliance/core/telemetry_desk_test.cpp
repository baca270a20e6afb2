// METRICS on their beat, through a gap, and afterwards.
#include "appliance/core/telemetry_desk.hpp"

#include <gtest/gtest.h>

#include "appliance/core/fakes.hpp"

namespace vistter::appliance::test {
namespace {

struct MemoryHistory final : MetricsHistory {
    std::vector<MetricsSample> rows;
    std::int64_t told_up_to = 0;
    void add(WallTime at, int window_s, const std::string& body, bool told) override {
        rows.push_back({static_cast<std::int64_t>(rows.size()) + 1, at, window_s, body});
        if (told && told_up_to == rows.back().n - 1) told_up_to = rows.back().n;
    }
    std::vector<MetricsSample> between(WallTime, WallTime, int) override { return rows; }
    std::vector<MetricsSample> untold(int limit) override {
        std::vector<MetricsSample> out;
        for (const auto& row : rows)
            if (row.n > told_up_to && out.size() < static_cast<std::size_t>(limit))
                out.push_back(row);
        return out;
    }
    void mark_told(std::int64_t n) override { told_up_to = n; }
};

struct FixedProbe final : SystemProbe {
    SystemFigures figures;
    SystemFigures read() override { return figures; }
};

class TelemetryDeskTest : public ::testing::Test {
  protected:
    // One second at a time, as the timer does.
    void run(int seconds) {
        for (int i = 0; i < seconds; ++i) {
            bench.clock.advance_ms(1'000);
            desk.measure();
            desk.tell_late();
        }
    }
    void connect(bool open) { link.session_id = open ? "ses_1" : ""; }

    Bench bench;
    LinkStatus link;
    MemoryHistory history;
    FixedProbe probe;
    TelemetryDesk desk{
        {bench.clock, *bench.appliance, bench.reports, probe, history, [this] { return link; }}};
};

TEST_F(TelemetryDeskTest, AreSentAtTheIntervalWelcomeAskedFor) {  // G2.33, G2.34
    connect(true);
    link.metrics_interval_s = 5;
    probe.figures.cpu_percent = 12.5;
    probe.figures.temp_c = 41;
    run(20);
    ASSERT_EQ(bench.road.measured.size(), 4U);
    EXPECT_EQ(bench.road.measured[0].window_s, 5);
    EXPECT_EQ(bench.road.measured[0].cpu_percent, 12.5);
    EXPECT_EQ(bench.road.measured[0].cpu_temp_c, 41);
    EXPECT_FALSE(bench.road.measured[0].measured_at) << "told in time";
    EXPECT_EQ(history.rows.size(), 4U) << "and kept";
}

TEST_F(TelemetryDeskTest, AGapIsToldAfterwardsWithItsOwnTimes) {  // G1.10, G2.34
    connect(false);
    link.metrics_interval_s = 10;
    const std::int64_t began = bench.clock.wall().ms;
    run(60);
    EXPECT_TRUE(bench.road.measured.empty());
    connect(true);
    run(6);
    ASSERT_EQ(bench.road.measured.size(), 6U);
    for (int i = 0; i < 6; ++i) {
        ASSERT_TRUE(bench.road.measured[static_cast<std::size_t>(i)].measured_at);
        EXPECT_EQ(bench.road.measured[static_cast<std::size_t>(i)].measured_at->ms,
                  began + (i + 1) * 10'000);
    }
    run(1);
    EXPECT_EQ(bench.road.measured.size(), 6U) << "each once";
}

TEST_F(TelemetryDeskTest, ALongGapIsThinnedAndEndsWithNothingLeft) {
    connect(false);
    link.metrics_interval_s = 10;
    run(3'600);
    ASSERT_EQ(history.rows.size(), 360U);
    connect(true);
    run(9);  // before the next one is due
    EXPECT_EQ(bench.road.measured.size(), 9U);
    EXPECT_EQ(bench.road.measured[1].measured_at->ms - bench.road.measured[0].measured_at->ms,
              60'000);
    run(400);
    EXPECT_TRUE(history.untold(1).empty());
}

TEST_F(TelemetryDeskTest, WhatTheRoadDoesNotTakeWaits) {
    connect(true);
    link.metrics_interval_s = 10;
    bench.road.takes_metrics = false;
    run(10);
    EXPECT_EQ(history.untold(9).size(), 1U);
    bench.road.takes_metrics = true;
    run(1);
    EXPECT_EQ(bench.road.measured.size(), 1U);
    EXPECT_TRUE(history.untold(9).empty());
}

TEST_F(TelemetryDeskTest, AMachineInTroubleSaysSoOnce) {  // G2.30
    probe.figures.disk_used_bytes = 95;
    probe.figures.disk_total_bytes = 100;
    run(60);
    EXPECT_EQ(bench.road.count("device.disk_low"), 1);
    probe.figures.disk_used_bytes = 10;
    run(10);
    EXPECT_EQ(bench.road.count("device.health_changed"), 1);
}

}  // namespace
}  // namespace vistter::appliance::test
