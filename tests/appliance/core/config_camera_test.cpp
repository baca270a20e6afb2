// DEVICE_CONFIG and CAMERA_ACTION: what is taken whole, what is refused with its place (contract
// B.8.1, B.8.2).
#include <gtest/gtest.h>

#include "appliance/core/fakes.hpp"

namespace vistter::appliance::test {
namespace {

contract::DeviceConfig named(const std::string& name) {
    contract::DeviceConfig config;
    config.config_patch.device_name = name;
    return config;
}

contract::CameraAction action(const std::string& what, const std::string& camera_id = {}) {
    contract::CameraAction out;
    out.action = what;
    out.camera_id = camera_id;
    if (what == "add" || what == "update") out.spec = camera_spec("Quay");
    return out;
}

// G2.10
TEST(ConfigDesk, EveryAppliedPatchRaisesTheRevisionByOne) {
    Bench bench;
    EXPECT_EQ(bench.send(named("One")).decision.ack.result.text, R"({"config_revision":1})");
    EXPECT_EQ(bench.send(named("Two")).decision.ack.result.text, R"({"config_revision":2})");
    EXPECT_EQ(bench.config.config.device_name, "Two");
    EXPECT_EQ(bench.road.count("config.applied"), 2);
}

// G2.10: mixed good and bad keys, nothing applied
TEST(ConfigDesk, RefusesAPatchWholeAndListsEveryPlace) {
    Bench bench;
    contract::DeviceConfig config = named("One");
    config.config_patch.unsupported = {"/config_patch/network", "/config_patch/time"};
    config.config_patch.destinations["dst_a"] =
        contract::Destination{"rtmp", "rtmp://user:pw@198.51.100.4/live/a", ""};
    config.config_patch.destinations["dst_b"] = contract::Destination{"file", "", "../escape.ts"};
    const auto outcome = bench.send(config);
    EXPECT_EQ(outcome.code(), "CFG_UNSUPPORTED");
    ASSERT_EQ(outcome.decision.ack.error->details.size(), 4U);
    EXPECT_EQ(outcome.decision.ack.error->details[0].pointer, "/config_patch/network");
    EXPECT_EQ(outcome.decision.ack.error->details[2].code, ErrorCode::VAL_INLINE_SECRET);
    EXPECT_EQ(outcome.decision.ack.error->details[3].pointer,
              "/config_patch/destinations/dst_b/path");
    EXPECT_EQ(bench.config.config, Config{});
}

TEST(ConfigDesk, AStaleRevisionNamesTheCurrentOne) {
    Bench bench;
    bench.send(named("One"));
    auto config = named("Two");
    config.expected_revision = 0;
    const auto outcome = bench.send(config);
    EXPECT_EQ(outcome.code(), "STA_PRECONDITION");
    EXPECT_EQ(outcome.decision.ack.error->details[0].actual, "1");
    EXPECT_EQ(bench.config.config.device_name, "One");
}

TEST(ConfigDesk, WaitsForNothing) {
    Bench bench;
    auto config = named("One");
    config.apply_mode = "reboot";
    EXPECT_EQ(bench.send(config).code(), "STA_UNSUPPORTED_ACTION");
    config.apply_mode = "immediate";
    config.dry_run = true;
    EXPECT_EQ(bench.send(config).decision.ack.status, "completed");
    EXPECT_EQ(bench.config.config, Config{}) << "a dry run changes nothing";
}

// Rulings 17, both ways
TEST(ConfigDesk, SendsToThisMachineOnlyWhereItIsAllowed) {
    contract::DeviceConfig config;
    config.config_patch.destinations["dst_a"] =
        contract::Destination{"rtmp", "rtmp://127.0.0.1:1935/live/a", ""};
    Bench strict(true, false);
    EXPECT_EQ(strict.send(config).code(), "CFG_INVALID");
    Bench sandbox(true, true);
    EXPECT_EQ(sandbox.send(config).code(), "");
}

TEST(ConfigDesk, KeepsADestinationThatAStreamUses) {
    Bench bench;
    bench.streams.put({"str_a", "prf_a", {"dst_a"}, true, true, "c", "f"});
    contract::DeviceConfig config;
    config.config_patch.destinations["dst_a"] = std::nullopt;
    EXPECT_EQ(bench.send(config).code(), "STA_IN_USE");
}

// G2.13
TEST(CameraDesk, AddsUpdatesListsAndRemoves) {
    Bench bench;
    const auto added = bench.send(action("add"));
    ASSERT_EQ(added.decision.ack.status, "completed");
    ASSERT_EQ(bench.cameras.rows.size(), 1U);
    const std::string id = bench.cameras.rows.begin()->first;
    EXPECT_EQ(added.decision.ack.result.text, R"({"camera_id":")" + id + R"("})");
    EXPECT_EQ(added.decision.lane, "camera:" + id);
    EXPECT_EQ(bench.program.take(),
              std::vector<std::string>{"camera " + id + " rtsp://198.51.100.4:554/live"});
    auto update = action("update", id);
    update.spec->path = "other";
    EXPECT_EQ(bench.send(update).code(), "");
    EXPECT_EQ(bench.program.take(),
              std::vector<std::string>{"camera " + id + " rtsp://198.51.100.4:554/other"});
    EXPECT_NE(bench.send(action("list")).decision.ack.result.text.find("\"Quay\""),
              std::string::npos);
    EXPECT_TRUE(bench.program.take().empty());
    EXPECT_EQ(bench.send(action("remove", id)).code(), "");
    EXPECT_EQ(bench.program.take(), std::vector<std::string>{"remove " + id});
    EXPECT_TRUE(bench.cameras.rows.empty());
}

TEST(CameraDesk, RefusesClearlyWhatItDoesNotDo) {
    Bench bench;
    for (const char* what : {"discover", "test", "snapshot", "ptz_goto", "ptz_save", "ptz_delete",
                             "ptz_move", "ptz_stop", "ptz_home"}) {
        const auto outcome = bench.send(action(what, "cam_x"));
        EXPECT_EQ(outcome.code(), "STA_UNSUPPORTED_ACTION") << what;
        EXPECT_EQ(outcome.decision.ack.error->details[0].expected, "add, update, remove, list")
            << what;
    }
    EXPECT_EQ(bench.send(action("update", "cam_x")).code(), "RES_NOT_FOUND");
    EXPECT_EQ(bench.send(action("remove", "cam_x")).code(), "RES_NOT_FOUND");
    auto usb = action("add");
    usb.spec->protocol = "usb";
    EXPECT_EQ(bench.send(usb).pointer(), "/payload/protocol");
    EXPECT_TRUE(bench.cameras.rows.empty());
}

TEST(CameraDesk, TellsANewProgrammeEverything) {
    Bench bench;
    bench.program.up = false;
    bench.send(action("add"));
    EXPECT_TRUE(bench.program.take().empty());
    bench.program.up = true;
    bench.appliance->program_ready(false);
    EXPECT_EQ(bench.program.take().size(), 1U);
    bench.appliance->program_ready(true);
    EXPECT_TRUE(bench.program.take().empty()) << "it was told already";
}

TEST(CameraDesk, ReportsComingAndGoing) {
    Bench bench;
    bench.send(action("add"));
    const std::string id = bench.cameras.rows.begin()->first;
    bench.appliance->on_camera({id, "connecting", "", 0, -1, 0});
    bench.appliance->on_camera({id, "online", "", 1, 3, 30});
    bench.appliance->on_camera({id, "online", "", 2, 3, 30});
    bench.appliance->on_camera({id, "offline", "CAM_UNREACHABLE", 2, 900, 0});
    EXPECT_EQ(bench.road.count("camera.online"), 1);
    EXPECT_EQ(bench.road.count("camera.offline"), 1);
    EXPECT_EQ(bench.appliance->cameras()[0].state, "offline");
    bench.program.up = false;  // a running programme is being adopted: nothing of this is news
    bench.appliance->on_camera({id, "online", "", 3, 3, 30});
    EXPECT_EQ(bench.road.count("camera.online"), 1);
}

}  // namespace
}  // namespace vistter::appliance::test
