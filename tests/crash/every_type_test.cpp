// kill -9 of either end at every step of base/crash_point.def, for every type of command: each
// comes to one end, whatever it is (drills R3).
#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <map>
#include <set>

#include "base/crash_point.hpp"
#include "crash/two_ends.hpp"

namespace vistter {
namespace {

using test::Asked;
using test::End;

class EveryType : public ::testing::TestWithParam<const char*> {
  protected:
    ~EveryType() override {
        if (HasFailure()) ends.keep_logs();
    }
    // Asks until Studio has it; true when the armed end died meanwhile.
    bool ask(Asked asked, End armed) {
        bool died = false;
        while (!ends.ask(asked)) {
            died = died || !ends.running(armed);
            if (!ends.running(armed) && !ends.start(armed)) {
                ADD_FAILURE() << "the end did not come back";
                return died;
            }
        }
        last = asked;
        return died;
    }
    // One command of this type, with what it needs before it.
    bool act(End armed) {
        const std::string type = GetParam();
        if (type == "DEVICE_CONFIG") return ask(ends.rename_device(), armed);
        if (type == "CAMERA_ACTION") return ask(ends.add_camera(), armed);
        if (type == "TIMELINE_LOAD") return sample("timeline_load/valid/inline.json", armed);
        if (type == "TIMELINE_EXECUTE") return sample("timeline_execute/valid/stop.json", armed);
        if (type == "OVERLAY_UPDATE")
            return sample("overlay_update/valid/inline_document.json", armed);
        if (type == "STREAM_CONTROL") return sample("stream_control/valid/stop.json", armed);
        if (type == "CREDENTIAL_REFRESH") return ask(ends.renew_certificate(), armed);
        // COMMAND_CANCEL: of a command that was sent and waits for its time.
        const bool before = ask(ends.rename_device(600'000), armed);
        while (ends.running(armed) && !ends.was_sent(last)) (void)ends.dies_within(armed, 10);
        const bool died = before || !ends.running(armed);
        return ask(ends.cancel(last), armed) || died;
    }
    bool sample(const std::string& file, End armed) { return ask(ends.from_sample(file), armed); }

    test::TwoEnds ends;
    Asked last;
};

TEST_P(EveryType, ComesToOneEndKilledAtAnyStep) {
    std::set<std::string> reached;
    for (const CrashStep step : all_crash_steps()) {
        const std::string name(to_string(step));
        SCOPED_TRACE(name);
        const End end = name.starts_with("studio_") ? End::studio : End::appliance;
        ends.kill(end);
        bool killed = !ends.start(end, name);
        if (end == End::studio) {  // a fresh appliance has not begun to wait longer and longer
            ends.kill(End::appliance);
            ASSERT_TRUE(ends.start(End::appliance));
        }
        if (end == End::appliance && !killed) killed = !ends.appliance_comes_through(30'000);
        killed = act(end) || killed || ends.dies_within(end, 1'000);
        if (killed) reached.insert(name);
        if (!ends.running(end)) {
            ASSERT_TRUE(ends.start(end)) << "the end did not come back";
        }
        ASSERT_EQ(ends.faults_in_all(30'000), "");
    }
    // Steps that any journaled command passes; the others need one that runs.
    for (const char* step : {"appliance_before_journal", "appliance_after_journal",
                             "appliance_after_ack", "appliance_after_receipt",
                             "studio_before_accept", "studio_after_accept", "studio_after_send",
                             "studio_before_inbox", "studio_after_inbox", "studio_after_receipt"}) {
        EXPECT_TRUE(reached.contains(step)) << step << " was not reached";
    }
    std::cout << GetParam() << ": killed at " << reached.size() << " steps\n";
}

INSTANTIATE_TEST_SUITE_P(Of, EveryType,
                         ::testing::Values("DEVICE_CONFIG", "CAMERA_ACTION", "TIMELINE_LOAD",
                                           "TIMELINE_EXECUTE", "OVERLAY_UPDATE", "STREAM_CONTROL",
                                           "CREDENTIAL_REFRESH", "COMMAND_CANCEL"),
                         [](const auto& named) { return std::string(named.param); });

}  // namespace
}  // namespace vistter
