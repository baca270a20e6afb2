// A Studio that dies under a thousand appliances: they all come back, and not all at once (drills
// R6, drill 46; G1.9).
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/log.hpp"
#include "kit/temporary_folder.hpp"
#include "sim/fleet/storm.hpp"

namespace vistter {
namespace {

sim::Storm storm(int appliances, sim::Departure departure, std::int64_t down_ms) {
    log::open("storm", log::Level::error);
    const std::filesystem::path memory = "/dev/shm";
    const kit::TemporaryFolder folder(
        std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path());
    const auto storm =
        sim::run_storm(appliances, departure, down_ms, 150'000, folder.path().string());
    std::cout << storm.back << " of " << storm.appliances << " back in " << storm.window_s
              << " s, peak " << storm.peak_per_s << " a second, evenly " << storm.even_per_s
              << "\n";
    return storm;
}

TEST(ReconnectStorm, AfterARestartAThousandAppliancesComeBackSpreadOut) {
    const auto returns = storm(1'000, sim::Departure::drained, 0);
    EXPECT_EQ(returns.back, returns.appliances);
    EXPECT_LE(returns.peak_per_s, 2 * returns.even_per_s);
}

// Nobody was told anything: the waits alone spread them.
TEST(ReconnectStorm, AfterAKillEverybodyComesBack) {
    const auto returns = storm(300, sim::Departure::killed, 3'000);
    EXPECT_EQ(returns.back, returns.appliances);
}

}  // namespace
}  // namespace vistter
