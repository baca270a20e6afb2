// Twenty kills at random moments, of either end in turn, while commands flow: none is lost and none
// acts twice (drills R1, R3).
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "crash/two_ends.hpp"

namespace vistter {
namespace {

using test::Asked;
using test::End;

constexpr int kills = 20;
constexpr int least_commands = 200;
constexpr int most_cameras = 16;

std::uint64_t seed_of_this_run() {
    const char* given = std::getenv("VISTTER_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10)
                            : machine_random().next_u64() % 1'000'000;
}

TEST(RandomKills, LoseNothingAndRepeatNothing) {
    const std::uint64_t seed = seed_of_this_run();
    std::cout << "seed " << seed << " (VISTTER_SEED repeats it)\n";
    SeededRandom random(seed);
    test::TwoEnds ends;
    std::vector<Asked> asked;
    std::atomic<bool> enough = false;
    std::atomic<int> accepted = 0;
    int cameras = 0;

    // Asks without pause; an unanswered request is repeated with its key until Studio is back.
    std::thread operator_thread([&] {
        while (!enough || accepted < least_commands) {
            const bool camera = accepted % 12 == 11 && cameras++ < most_cameras;
            Asked next =
                camera ? ends.add_camera() : ends.rename_device(accepted % 7 == 6 ? 200 : 0);
            while (!ends.ask(next)) std::this_thread::yield();
            asked.push_back(std::move(next));
            ++accepted;
        }
    });
    for (int kill = 0; kill < kills; ++kill) {
        const End end = kill % 2 == 0 ? End::studio : End::appliance;
        const bool died_alone = ends.dies_within(end, static_cast<std::int64_t>(random.below(400)));
        EXPECT_FALSE(died_alone);
        ends.kill(end);
        if (!ends.start(end)) {
            ADD_FAILURE() << "the end did not come back after kill " << kill;
            break;
        }
    }
    enough = true;
    operator_thread.join();
    const auto open = ends.unfinished_after(asked, 60'000);
    EXPECT_TRUE(open.empty()) << open.size() << " commands never ended, e.g. " << open.front();
    EXPECT_EQ(ends.faults_in(asked), "");
    std::cout << asked.size() << " commands, " << kills << " kills\n";
    if (::testing::Test::HasFailure()) ends.keep_logs();
}

}  // namespace
}  // namespace vistter
