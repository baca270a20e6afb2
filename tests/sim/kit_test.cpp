// The kit under sandbox and tests: children are always waited for, and the RTMP server says why it
// does not start.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "base/file.hpp"
#include "kit/temporary_folder.hpp"
#include "sim/kit/child_process.hpp"
#include "sim/kit/nginx_rtmp.hpp"

namespace vistter::sim {
namespace {

Result<ChildProcess> shell(const std::string& script, std::vector<std::string> environment = {}) {
    return ChildProcess::start({.argv = {"/bin/sh", "-c", script},
                                .log_file = {},
                                .extra_environment = std::move(environment)});
}

TEST(ChildProcess, GivesLinesExitCodesAndSignals) {
    auto child = shell("echo one; echo \"two $NAME\"; exit 7", {"NAME=x"});
    ASSERT_TRUE(child.ok());
    EXPECT_EQ(*child->read_line(5'000), "one");
    EXPECT_EQ(*child->read_line(5'000), "two x");
    EXPECT_EQ(child->read_line(5'000).error().code, ErrorCode::RES_NOT_FOUND);
    EXPECT_EQ(child->wait(5'000), 7);
    EXPECT_FALSE(child->running());

    auto killed = shell("while :; do :; done");
    ASSERT_TRUE(killed.ok());
    killed->send_signal(SIGKILL);
    EXPECT_EQ(killed->wait(5'000), 128 + SIGKILL);
}

TEST(ChildProcess, AChildThatSaysNothingIsATimeoutAndOneThatIgnoresUsIsKilled) {
    auto stubborn = shell("trap '' TERM; echo ready; while :; do :; done");
    ASSERT_TRUE(stubborn.ok());
    EXPECT_EQ(*stubborn->read_line(5'000), "ready");
    EXPECT_EQ(stubborn->read_line(50).error().code, ErrorCode::SYS_TIMEOUT);
    EXPECT_EQ(stubborn->stop(100), 128 + SIGKILL);
}

TEST(ChildProcess, IsGoneWithItsOwner) {
    pid_t pid = -1;
    {
        auto child = shell("echo here; while :; do :; done");
        ASSERT_TRUE(child.ok());
        ASSERT_TRUE(child->read_line(5'000).ok());
        pid = child->pid();
        EXPECT_EQ(::kill(pid, 0), 0);
    }
    EXPECT_NE(::kill(pid, 0), 0) << "ended and reaped";
}

TEST(ChildProcess, AProgramThatDoesNotExistIsNamed) {
    auto child = ChildProcess::start(
        {.argv = {"/no/such/program"}, .log_file = {}, .extra_environment = {}});
    ASSERT_FALSE(child.ok());
    EXPECT_EQ(child.error().code, ErrorCode::RES_NOT_FOUND);
    EXPECT_NE(child.error().message.find("/no/such/program"), std::string::npos);
}

TEST(RtmpServer, StartsStopsAndStartsAgainOnItsPort) {
    kit::TemporaryFolder folder;
    auto server = RtmpServer::start({.folder = folder / "rtmp"});
    ASSERT_TRUE(server.ok()) << describe(server.error());
    EXPECT_TRUE(port_answers(server->port()));
    EXPECT_EQ(server->url("a"), "rtmp://127.0.0.1:" + std::to_string(server->port()) + "/live/a");
    server->stop();
    EXPECT_FALSE(port_answers(server->port()));
    ASSERT_TRUE(server->restart().ok());
    EXPECT_TRUE(port_answers(server->port()));
    EXPECT_TRUE(server->recordings().empty());
}

TEST(RtmpServer, ATakenPortAndABadFolderAreNamed) {
    kit::TemporaryFolder folder;
    auto first = RtmpServer::start({.folder = folder / "first"});
    ASSERT_TRUE(first.ok());
    auto second = RtmpServer::start({.folder = folder / "second", .port = first->port()});
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::SYS_PORT_IN_USE);
    EXPECT_NE(second.error().message.find(std::to_string(first->port())), std::string::npos);
    auto spaced = RtmpServer::start({.folder = folder / "a folder; with \"things\""});
    ASSERT_FALSE(spaced.ok());
    EXPECT_EQ(spaced.error().code, ErrorCode::CFG_INVALID);
}

TEST(RtmpServer, EmptyFilesOfRefusedPublishersAreNoRecordings) {
    kit::TemporaryFolder folder;
    auto server = RtmpServer::start({.folder = folder / "rtmp"});
    ASSERT_TRUE(server.ok());
    std::ofstream(server->recordings_folder() / "empty.flv");
    ASSERT_TRUE(write_file(server->recordings_folder() / "real.flv", "x", 0600).ok());
    ASSERT_EQ(server->recordings().size(), 1u);
    EXPECT_EQ(server->recordings().front().filename(), "real.flv");
}

}  // namespace
}  // namespace vistter::sim
