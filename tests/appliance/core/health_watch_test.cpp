// The machine's troubles begin once and end once.
#include "appliance/core/health_watch.hpp"

#include <gtest/gtest.h>

namespace vistter::appliance {
namespace {

SystemFigures calm() {
    SystemFigures figures;
    figures.disk_used_bytes = 50;
    figures.disk_total_bytes = 100;
    figures.memory_used_mb = 500;
    figures.memory_total_mb = 1'000;
    figures.boot_id = "boot";
    return figures;
}

std::vector<std::string> types(const std::vector<HealthEvent>& events) {
    std::vector<std::string> out;
    for (const auto& event : events) out.emplace_back(event.type);
    return out;
}

using Types = std::vector<std::string>;

TEST(HealthWatch, AFullDiskIsRaisedOnceAndEndedBelowTheLowerThreshold) {  // G2.30
    HealthWatch watch;
    SystemFigures figures = calm();
    EXPECT_TRUE(watch.look(figures).empty());
    figures.disk_used_bytes = 90;
    const auto raised = watch.look(figures);
    EXPECT_EQ(types(raised), Types{"device.disk_low"});
    EXPECT_EQ(raised[0].context.str(), R"({"value":90,"threshold":90,"unit":"%"})");
    EXPECT_FALSE(watch.is_healthy());
    figures.disk_used_bytes = 99;
    EXPECT_TRUE(watch.look(figures).empty()) << "it is known";
    figures.disk_used_bytes = 86;
    EXPECT_TRUE(watch.look(figures).empty()) << "between the thresholds nothing changes";
    figures.disk_used_bytes = 84;
    const auto ended = watch.look(figures);
    EXPECT_EQ(types(ended), Types{"device.health_changed"});
    EXPECT_EQ(ended[0].context.str(),
              R"({"boot_id":"boot","reason":"disk_low","from":"raised","to":"ended"})");
    EXPECT_TRUE(watch.is_healthy());
}

TEST(HealthWatch, EveryTroubleHasItsEvent) {
    HealthWatch watch;
    SystemFigures figures = calm();
    figures.memory_used_mb = 960;
    figures.temp_c = 91.5;
    figures.throttled = true;
    figures.clock_synced = false;
    EXPECT_EQ(types(watch.look(figures)), (Types{"device.memory_low", "device.temp_high",
                                                 "device.throttled", "clock.unsynced"}));
    SystemFigures better = calm();
    better.temp_c = 60;
    better.throttled = false;
    better.clock_synced = true;
    EXPECT_EQ(watch.look(better).size(), 4U);
    EXPECT_TRUE(watch.is_healthy());
}

TEST(HealthWatch, AFigureTheMachineDoesNotGiveChangesNothing) {
    HealthWatch watch;
    SystemFigures figures = calm();
    figures.temp_c = 90;
    EXPECT_EQ(watch.look(figures).size(), 1U);
    figures.temp_c.reset();
    figures.disk_total_bytes = 0;
    EXPECT_TRUE(watch.look(figures).empty());
    EXPECT_FALSE(watch.is_healthy());
}

}  // namespace
}  // namespace vistter::appliance
