// Rows of the road's tables that were damaged on disk: noticed, kept aside, reported, and made
// whole from the ledger or from Studio (drills: a corrupted journal).
#include <gtest/gtest.h>

#include "road/spoken_studio.hpp"

namespace vistter {
namespace {

using contract::MessageType;

class Damage : public test::SpokenStudio {
  protected:
    // A command that is journaled and still waits; the appliance is down afterwards.
    contract::Envelope waiting_command(std::int64_t wait_ms) {
        auto later = command();
        later.not_before = WallTime{machine_clock().wall().ms + wait_ms};
        say(later);
        EXPECT_TRUE(world.until([&] { return ack_of(later.message_id).has_value(); }));
        return later;
    }
    void damage(const std::string& sql) {
        world.stop_appliance();
        heard.clear();
        test::open_road_database((world.folder / "appliance.db").string(), "appliance")
            ->execute(sql);
    }
    std::int64_t count(const std::string& sql) {
        auto statement = world.appliance_db->prepare("SELECT COUNT(*) FROM " + sql);
        return statement.step() ? statement.integer(0) : -1;
    }
    void come_back() {
        world.start_appliance();
        open();
    }
};

TEST_F(Damage, ADamagedCommandIsRestoredFromTheLedgerAndRuns) {
    open();
    const auto later = waiting_command(500);
    damage("UPDATE road_command SET payload = replace(payload, 'Stage', 'Stbge')");
    come_back();
    EXPECT_EQ(count("road_quarantine"), 1);
    EXPECT_EQ(events("journal.corrupt"), 1);
    ASSERT_TRUE(world.until([&] { return !progress_of(later.message_id).empty(); }));
    EXPECT_EQ(progress_of(later.message_id).back().state, "succeeded");
    EXPECT_EQ(world.handler->effects_of(later.message_id), 1);
}

TEST_F(Damage, ACommandThatIsLostIsTakenAgainFromStudio) {
    open();
    const auto later = waiting_command(60'000);
    damage("UPDATE road_command SET payload = 'x'; UPDATE road_ledger SET content = 'y';");
    come_back();
    EXPECT_EQ(count("road_quarantine"), 1);
    EXPECT_EQ(count("road_command"), 0);
    EXPECT_EQ(events("journal.corrupt"), 1);
    auto again = command();
    again.message_id = later.message_id;  // what Studio does with a command that is asked for
    say(again);
    ASSERT_TRUE(world.until([&] {
        const auto ack = ack_of(again.message_id);  // after the one that was still in the outbox
        return ack && ack->status == "completed";
    }));
    EXPECT_EQ(world.handler->effects_of(again.message_id), 1);
}

TEST_F(Damage, AFinishedCommandThatIsDamagedIsStillKnown) {
    open();
    const auto done = command();
    say(done);
    ASSERT_TRUE(world.until([&] { return ack_of(done.message_id).has_value(); }));
    damage("UPDATE road_command SET ack_status = 'rejected', state = 'waiting'");
    come_back();
    auto retry = command();
    retry.message_id = done.message_id;
    say(retry);
    ASSERT_TRUE(world.until([&] {
        const auto ack = ack_of(done.message_id);
        return ack && ack->status == "duplicate" && ack->original_status == "completed";
    }));
    EXPECT_EQ(world.handler->effects_of(done.message_id), 1);
}

TEST_F(Damage, ADamagedAnswerIsRestoredFromTheLedger) {
    open();
    const auto done = command();
    say(done);
    ASSERT_TRUE(world.until([&] { return ack_of(done.message_id).has_value(); }));
    damage("UPDATE road_outbox SET body = replace(body, 'completed', 'rejected!')");
    come_back();
    ASSERT_TRUE(world.until([&] { return ack_of(done.message_id).has_value(); }));
    EXPECT_EQ(ack_of(done.message_id)->status, "completed");
    EXPECT_EQ(events("journal.corrupt"), 1);
}

TEST_F(Damage, WholeRowsAreLeftAlone) {  // the control
    open();
    const auto later = waiting_command(60'000);
    damage("SELECT 1");
    come_back();
    EXPECT_EQ(count("road_quarantine"), 0);
    EXPECT_EQ(events("journal.corrupt"), 0);
    EXPECT_EQ(world.road->status().journal, 1);
}

}  // namespace
}  // namespace vistter
