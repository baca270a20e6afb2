// Three destinations of the real programme at once: each holds every frame, and the end of one
// touches no other.
#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "ipc/socket.hpp"
#include "kit/temporary_folder.hpp"
#include "sim/grader/recording.hpp"
#include "sim/kit/child_process.hpp"
#include "sim/kit/nginx_rtmp.hpp"

namespace vistter::output {
namespace {

sim::ChildProcess start(const std::string& name, std::vector<std::string> arguments,
                        const std::filesystem::path& log) {
    arguments.insert(arguments.begin(), std::string(VISTTER_BIN_DIR) + "/" + name);
    arguments.insert(arguments.end(), {"--ready-fd", "1"});
    auto child = sim::ChildProcess::start(
        {.argv = arguments, .log_file = log.string(), .extra_environment = {}});
    EXPECT_TRUE(child.ok());
    if (!child.ok()) return {};
    EXPECT_TRUE(child->read_line(20'000).ok()) << name << " is not ready";
    return std::move(*child);
}

class Output {
  public:
    Output(const kit::TemporaryFolder& folder, const std::string& name, const std::string& kind,
           const std::string& location) {
        const std::string config = "stream_id=str_1\ndestination_id=" + name + "\nkind=" + kind +
                                   "\nlocation=" + location + "\n";
        EXPECT_TRUE(write_file(folder / (name + ".conf"), config, 0600).ok());
        process_ = start(
            "vistter-output",
            {"--socket", (folder / (name + ".sock")).string(), "--media-socket",
             (folder / "media.sock").string(), "--config", (folder / (name + ".conf")).string()},
            folder / (name + ".log"));
        auto connection = ipc::connect_to(folder / (name + ".sock"));
        EXPECT_TRUE(connection.ok());
        if (connection.ok()) control_ = std::move(*connection);
        EXPECT_TRUE(control_ && control_->open("control").ok());
    }

    // Waits until the output is live and has sent `frames`.
    bool reaches(std::int64_t frames) {
        const std::int64_t deadline = machine_clock().steady().ns + 40'000'000'000;
        while (machine_clock().steady().ns < deadline) {
            pollfd wait{control_->fd(), POLLIN, 0};
            if (::poll(&wait, 1, 2'000) <= 0) return false;
            auto messages = control_->receive();
            if (!messages) return false;
            for (const ipc::Message& message : *messages) {
                if (const auto* status = std::get_if<ipc::OutputStatus>(&message)) last_ = *status;
            }
            if (last_.state == "live" && last_.frames >= frames) return true;
        }
        return false;
    }
    std::int64_t frames() const { return last_.frames; }

    int stop() {
        EXPECT_TRUE(control_->send(ipc::StopOutput{5'000}).ok());
        return process_.wait(15'000).value_or(-1);
    }

  private:
    sim::ChildProcess process_;
    std::unique_ptr<ipc::Connection> control_;
    ipc::OutputStatus last_;
};

// Every frame between the recording's own first and last.
void expect_whole(const std::filesystem::path& file, std::size_t at_least) {
    auto observed = sim::read_recording(file, {});
    ASSERT_TRUE(observed.ok()) << describe(observed.error());
    EXPECT_GE(observed->size(), at_least) << file;
    auto range = sim::readable_range(*observed);
    ASSERT_TRUE(range);
    sim::GradeRequest request;
    request.first = range->first;
    request.last = range->second;
    sim::Verdict verdict = sim::grade(request, *observed);
    EXPECT_TRUE(verdict.ok) << file << ": "
                            << (verdict.faults.empty() ? "" : verdict.faults.front());
}

// G2.24: at least three destinations; stopping one leaves the others' frame counter continuous.
TEST(SeveralOutputs, StoppingOneTouchesNoOther) {
    std::signal(SIGPIPE, SIG_IGN);
    kit::TemporaryFolder folder;
    auto server = sim::RtmpServer::start({.folder = folder / "rtmp"});
    ASSERT_TRUE(server.ok()) << describe(server.error());
    sim::ChildProcess program =
        start("vistter-program",
              {"--socket", (folder / "program.sock").string(), "--media-socket",
               (folder / "media.sock").string(), "--width", "640", "--height", "360", "--rate",
               "30/1", "--proof-strip"},
              folder / "program.log");
    Output rtmp(folder, "rtmp", "rtmp", server->url("show"));
    Output stopped(folder, "stopped", "file", (folder / "stopped.mp4").string());
    Output kept(folder, "kept", "file", (folder / "kept.ts").string());
    ASSERT_TRUE(rtmp.reaches(60) && stopped.reaches(60) && kept.reaches(60));
    EXPECT_EQ(stopped.stop(), 0);
    ASSERT_TRUE(rtmp.reaches(rtmp.frames() + 90) && kept.reaches(kept.frames() + 90));
    EXPECT_EQ(rtmp.stop(), 0);
    EXPECT_EQ(kept.stop(), 0);
    EXPECT_EQ(program.stop(5'000), 0);
    server->stop();
    expect_whole(folder / "stopped.mp4", 60);
    expect_whole(folder / "kept.ts", 150);
    ASSERT_FALSE(server->recordings().empty());
    expect_whole(server->recordings().front(), 150);
}

}  // namespace
}  // namespace vistter::output
