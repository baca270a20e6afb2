// kill -9 of either end at every step of base/crash_point.def, with the real processes: every
// command reaches exactly one end at Studio, and its effect at the appliance happens exactly once
// (G1.10, G2.27; drills R3).
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "base/clock.hpp"
#include "base/crash_point.hpp"
#include "crash/two_ends.hpp"

namespace vistter {
namespace {

using test::Asked;
using test::End;

// The ends in turn, so that neither is the only one that comes back.
std::vector<CrashStep> steps_in_turn() {
    std::vector<CrashStep> appliance, studio, mixed;
    for (const CrashStep step : all_crash_steps()) {
        (to_string(step).starts_with("studio_") ? studio : appliance).push_back(step);
    }
    for (std::size_t i = 0; i < std::max(appliance.size(), studio.size()); ++i) {
        if (i < appliance.size()) mixed.push_back(appliance[i]);
        if (i < studio.size()) mixed.push_back(studio[i]);
    }
    return mixed;
}

class EveryStep : public ::testing::Test {
  protected:
    // What each step needs to be reached: an immediate command, one that adds, and one whose time
    // comes later and which therefore ends with a PROGRESS. Every step of the list gets all of
    // them.
    std::vector<Asked> commands_of_a_round() {
        return {ends.rename_device(), ends.add_camera(), ends.rename_device(300),
                ends.rename_device()};
    }
    void back_up(End end) {
        if (!ends.running(end)) {
            ASSERT_TRUE(ends.start(end)) << "the end did not come back";
        }
    }
    void round(CrashStep step) {
        const std::string name(to_string(step));
        const End end = name.starts_with("studio_") ? End::studio : End::appliance;
        const std::int64_t begin = machine_clock().steady().ns;
        ends.kill(end);
        bool killed = !ends.start(end, name);
        // The later command must still be early when it reaches an armed appliance.
        if (end == End::appliance && !killed) killed = !ends.appliance_comes_through(30'000);
        std::vector<Asked> round = commands_of_a_round();
        for (Asked& asked : round) {
            while (!ends.ask(asked)) {
                killed = killed || !ends.running(end);
                back_up(end);
                if (HasFatalFailure()) return;
            }
        }
        killed = killed || ends.dies_within(end, 30'000);
        EXPECT_TRUE(killed) << "nothing reached this step: it has no case";
        back_up(end);
        const auto open = ends.unfinished_after(round, 30'000);
        EXPECT_TRUE(open.empty()) << open.size() << " commands never ended, e.g. " << open.front();
        all.insert(all.end(), round.begin(), round.end());
        EXPECT_EQ(ends.faults_in(all), "");
        std::cout << name << ": " << (machine_clock().steady().ns - begin) / 1'000'000 << " ms\n";
    }
    ~EveryStep() override {
        if (HasFailure()) ends.keep_logs();
    }

    test::TwoEnds ends;
    std::vector<Asked> all;
};

TEST_F(EveryStep, LosesNothingAndRepeatsNothing) {
    for (const CrashStep step : steps_in_turn()) {
        SCOPED_TRACE(to_string(step));
        round(step);
        if (HasFailure()) return;
    }
    EXPECT_EQ(all.size(), all_crash_steps().size() * 4);
}

// The check must be able to fail: an effect that is claimed and did not happen, and one that
// happened unasked, are both seen.
TEST_F(EveryStep, TheCheckSeesALostAndADoubledEffect) {
    std::vector<Asked> asked = {ends.add_camera(), ends.rename_device(), ends.rename_device()};
    for (Asked& one : asked) ASSERT_TRUE(ends.ask(one));
    ASSERT_TRUE(ends.unfinished_after(asked, 30'000).empty());
    ASSERT_EQ(ends.faults_in(asked), "");
    std::vector<Asked> doubled = asked;
    doubled.push_back(asked[0]);  // as if the add had been asked for twice and acted once
    EXPECT_NE(ends.faults_in(doubled), "");
    std::vector<Asked> forgotten = {asked[1], asked[2]};  // as if nobody had asked for the camera
    EXPECT_NE(ends.faults_in(forgotten), "");
    std::vector<Asked> gap = asked;
    Asked between = ends.rename_device();
    ASSERT_TRUE(ends.ask(between));
    gap.push_back(ends.rename_device());
    ASSERT_TRUE(ends.ask(gap.back()));
    ASSERT_TRUE(ends.unfinished_after(gap, 30'000).empty());
    EXPECT_NE(ends.faults_in(gap), "") << "a revision moved that no command of the trail explains";
}

}  // namespace
}  // namespace vistter
