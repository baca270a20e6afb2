// The real vistter-output between a fake programme and a real destination: it holds on whatever
// dies around it.
#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>
#include <fstream>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "kit/temporary_folder.hpp"
#include "output/fake_program.hpp"
#include "sim/grader/recording.hpp"
#include "sim/kit/child_process.hpp"
#include "sim/kit/nginx_rtmp.hpp"

namespace vistter::output {
namespace {

constexpr const char* stream_key = "topsecretkey";

const kit::EncodedShow& show() {
    static const kit::EncodedShow encoded = [] {
        media::EncoderSettings settings = kit::small_picture();
        settings.keyframe_interval_s = 1;
        return kit::encode_show(settings, kit::frames_from_to(0, 119));
    }();
    return encoded;
}

class OutputProcessTest : public ::testing::Test {
  protected:
    OutputProcessTest() { std::signal(SIGPIPE, SIG_IGN); }

    std::filesystem::path media_socket() { return folder_ / "media.sock"; }

    void start_output(const std::string& kind, const std::string& location) {
        const std::string config =
            "stream_id=str_1\ndestination_id=dst_1\nkind=" + kind + "\nlocation=" + location + "\n";
        ASSERT_TRUE(write_file(folder_ / "dst.conf", config, 0600).ok());
        auto child = sim::ChildProcess::start(
            {.argv = {std::string(VISTTER_BIN_DIR) + "/vistter-output", "--socket",
                      (folder_ / "out.sock").string(), "--media-socket", media_socket().string(),
                      "--config", (folder_ / "dst.conf").string(), "--ready-fd", "1"},
             .log_file = (folder_ / "out.log").string(),
             .extra_environment = {}});
        ASSERT_TRUE(child.ok());
        output_ = std::move(*child);
        auto line = output_.read_line(10'000);
        ASSERT_TRUE(line.ok()) << describe(line.error());
        EXPECT_EQ(*line, "{\"ready\":true}");
        connect_control();
    }

    void connect_control() {
        auto connection = ipc::connect_to(folder_ / "out.sock");
        ASSERT_TRUE(connection.ok());
        control_ = std::move(*connection);
        ASSERT_TRUE(control_->open("control").ok());
    }

    // Reads statuses until one fits; the last one read otherwise.
    ipc::OutputStatus wait_status(int seconds,
                                  const std::function<bool(const ipc::OutputStatus&)>& fits) {
        ipc::OutputStatus last;
        const std::int64_t deadline =
            machine_clock().steady().ns + seconds * std::int64_t{1'000'000'000};
        while (true) {
            std::int64_t left_ms = (deadline - machine_clock().steady().ns) / 1'000'000;
            pollfd wait{control_->fd(), POLLIN, 0};
            if (left_ms <= 0 || ::poll(&wait, 1, static_cast<int>(left_ms)) <= 0) break;
            auto messages = control_->receive();
            if (!messages) break;
            for (const ipc::Message& message : *messages) {
                const auto* status = std::get_if<ipc::OutputStatus>(&message);
                if (status == nullptr) continue;
                last = *status;
                if (fits(last)) return last;
            }
        }
        ADD_FAILURE() << "no fitting status; last: " << last.state << " frames " << last.frames
                      << " " << last.error_code << " " << last.error_message;
        return last;
    }
    ipc::OutputStatus wait_state(const std::string& state, int seconds = 30) {
        return wait_status(seconds, [&](const ipc::OutputStatus& s) { return s.state == state; });
    }

    int stop_output(std::int64_t drain_ms = 5'000) {
        EXPECT_TRUE(control_->send(ipc::StopOutput{drain_ms}).ok());
        return output_.wait(15'000).value_or(-1);
    }

    std::string log() {
        std::ifstream in(folder_ / "out.log");
        return {std::istreambuf_iterator<char>(in), {}};
    }

    kit::TemporaryFolder folder_;
    sim::ChildProcess output_;
    std::unique_ptr<ipc::Connection> control_;
};

TEST_F(OutputProcessTest, WritesEveryFrameToAFileAndStopsInOrder) {
    FakeProgram program(media_socket(), show(), 2);
    start_output("file", (folder_ / "show.ts").string());
    wait_status(30,
                [](const ipc::OutputStatus& s) { return s.state == "live" && s.frames == 240; });
    EXPECT_EQ(stop_output(), 0);
    EXPECT_EQ(wait_state("stopped").first_frame, 0);
    auto observed = sim::read_recording(folder_ / "show.ts", {});
    ASSERT_TRUE(observed.ok()) << describe(observed.error());
    // The show's own strips count 0..119 twice: timestamps tell the rounds apart.
    ASSERT_EQ(observed->size(), 240u);
    for (std::size_t i = 0; i < 240; ++i) EXPECT_EQ(observed->at(i).output_frame, i % 120);
    EXPECT_NEAR(static_cast<double>(observed->back().pts_ns - observed->front().pts_ns), 239e9 / 30,
                2e6);
}

TEST_F(OutputProcessTest, AnEarlierRecordingIsNeverWrittenOver) {
    ASSERT_TRUE(write_file(folder_ / "show.ts", "precious", 0600).ok());
    FakeProgram program(media_socket(), show(), 1);
    start_output("file", (folder_ / "show.ts").string());
    wait_status(30, [](const ipc::OutputStatus& s) { return s.frames == 120; });
    EXPECT_EQ(stop_output(), 0);
    EXPECT_EQ(*read_file(folder_ / "show.ts", 100), "precious");
    EXPECT_TRUE(std::filesystem::exists(folder_ / "show-2.ts"));
}

// G2.24. The wall between the processes: a server that dies costs only its own stretch, and the
// output comes back by itself.
TEST_F(OutputProcessTest, AKilledServerIsReconnectedFromAKeyframe) {
    auto server = sim::RtmpServer::start({.folder = folder_ / "rtmp"});
    ASSERT_TRUE(server.ok()) << describe(server.error());
    FakeProgram program(media_socket(), show(), 0);
    start_output("rtmp", server->url(stream_key));
    ipc::OutputStatus live = wait_state("live");
    EXPECT_EQ(live.error_code, "");
    EXPECT_GE(live.first_frame, 0);
    server->process().send_signal(SIGKILL);
    ipc::OutputStatus broken = wait_state("reconnecting");
    EXPECT_EQ(broken.error_code, "STR_DESTINATION_REFUSED");
    ASSERT_TRUE(server->process().wait(5'000));
    ASSERT_TRUE(server->restart().ok());
    ipc::OutputStatus again = wait_state("live", 40);
    EXPECT_EQ(again.reconnects, 1);
    wait_status(20, [&](const ipc::OutputStatus& s) { return s.frames >= again.frames + 60; });
    EXPECT_EQ(stop_output(), 0);
    server->stop();
    auto recordings = server->recordings();
    ASSERT_FALSE(recordings.empty());  // named by the second: a quick restart may reuse a name
    auto observed = sim::read_recording(recordings.back(), {});
    ASSERT_TRUE(observed.ok()) << describe(observed.error());
    ASSERT_GE(observed->size(), 60u);
    ASSERT_TRUE(observed->front().output_frame);
    EXPECT_EQ(*observed->front().output_frame % 30, 0u) << "begins with a keyframe";
    for (std::size_t i = 1; i < observed->size(); ++i) {
        EXPECT_EQ(*observed->at(i).output_frame, (*observed->at(i - 1).output_frame + 1) % 120)
            << "recorded frame " << i;
    }
    EXPECT_EQ(log().find(stream_key), std::string::npos)
        << "G5.7: the stream key never reaches the log";
}

// findings, media traps 4 and 5: kernel buffers hide a hang, and the server may call our name taken
// afterwards.
TEST_F(OutputProcessTest, AHangingServerIsNoticedAndReconnected) {
    auto server = sim::RtmpServer::start({.folder = folder_ / "rtmp", .ack_window_bytes = 50'000});
    ASSERT_TRUE(server.ok()) << describe(server.error());
    FakeProgram program(media_socket(), show(), 0);
    start_output("rtmp", server->url(stream_key));
    ipc::OutputStatus live = wait_state("live");
    wait_status(20, [&](const ipc::OutputStatus& s) { return s.bytes > live.bytes + 200'000; });
    server->process().send_signal(SIGSTOP);
    wait_state("reconnecting", 30);
    server->process().send_signal(SIGCONT);
    EXPECT_EQ(wait_state("live", 60).reconnects, 1);
    EXPECT_EQ(stop_output(), 0);
}

TEST_F(OutputProcessTest, SurvivesTheProgrammesDeathAndSplicesOn) {
    auto program = std::make_unique<FakeProgram>(media_socket(), show(), 1);
    start_output("file", (folder_ / "show.flv").string());
    wait_status(30,
                [](const ipc::OutputStatus& s) { return s.state == "live" && s.frames == 120; });
    program.reset();
    program = std::make_unique<FakeProgram>(media_socket(), show(), 1);
    ipc::OutputStatus after =
        wait_status(30, [](const ipc::OutputStatus& s) { return s.frames == 240; });
    EXPECT_EQ(after.state, "live") << "the loss of the programme never leaves live (contract B.10)";
    EXPECT_EQ(after.reconnects, 0);
    EXPECT_EQ(stop_output(), 0);
    auto observed = sim::read_recording(folder_ / "show.flv", {});
    ASSERT_TRUE(observed.ok());
    ASSERT_EQ(observed->size(), 240u);
    for (std::size_t i = 1; i < 240; ++i)
        EXPECT_GT(observed->at(i).pts_ns, observed->at(i - 1).pts_ns);
}

// Kill -9 of the control process: the stream goes on, and the restarted one finds it as it is.
TEST_F(OutputProcessTest, SurvivesControlAndTellsTheNextOneWhereItStands) {
    FakeProgram program(media_socket(), show(), 0);
    start_output("file", (folder_ / "show.ts").string());
    ipc::OutputStatus before = wait_state("live");
    control_.reset();
    connect_control();
    ipc::OutputStatus found = wait_status(10, [](const ipc::OutputStatus&) { return true; });
    EXPECT_EQ(found.state, "live");
    EXPECT_EQ(found.stream_id, "str_1");
    EXPECT_EQ(found.destination_id, "dst_1");
    EXPECT_EQ(found.first_frame, before.first_frame);
    // At least once a second, without being asked.
    std::int64_t frames = found.frames;
    for (int i = 0; i < 3; ++i) {
        frames =
            wait_status(3, [&](const ipc::OutputStatus& s) { return s.frames > frames; }).frames;
    }
    EXPECT_EQ(stop_output(), 0);
}

TEST_F(OutputProcessTest, WaitsForAProgrammeThatIsNotThereYetAndStopsOnSigterm) {
    start_output("file", (folder_ / "show.ts").string());
    EXPECT_EQ(wait_status(5, [](const ipc::OutputStatus&) { return true; }).state, "starting");
    FakeProgram program(media_socket(), show(), 0);
    wait_state("live");
    output_.send_signal(SIGTERM);
    EXPECT_EQ(output_.wait(10'000), 0);
    auto observed = sim::read_recording(folder_ / "show.ts", {});
    ASSERT_TRUE(observed.ok());
    EXPECT_GE(observed->size(), 1u);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out.sock"));
}

TEST_F(OutputProcessTest, ARefusingDestinationIsToldWhileItIsTriedAgain) {
    auto port = sim::free_port();
    ASSERT_TRUE(port.ok());
    FakeProgram program(media_socket(), show(), 0);
    start_output("rtmp", "rtmp://127.0.0.1:" + std::to_string(*port) + "/live/" + stream_key);
    ipc::OutputStatus status =
        wait_status(30, [](const ipc::OutputStatus& s) { return s.attempt >= 2; });
    EXPECT_EQ(status.state, "starting");
    EXPECT_EQ(status.error_code, "STR_DESTINATION_REFUSED");
    EXPECT_EQ(status.error_message.find(stream_key), std::string::npos);
    EXPECT_EQ(stop_output(0), 0);
    EXPECT_EQ(log().find(stream_key), std::string::npos);
}

}  // namespace
}  // namespace vistter::output
