// G2.24, G2.30: against a real RTMP server: everything pushed is recorded, and each refusal is told by its own
// name.
#include <gtest/gtest.h>

#include <csignal>

#include "kit/encoded_show.hpp"
#include "kit/event_count.hpp"
#include "kit/temporary_folder.hpp"
#include "media/muxer.hpp"
#include "sim/grader/recording.hpp"
#include "sim/kit/nginx_rtmp.hpp"

namespace vistter::media {
namespace {

// One programme for all tests: 4 s.
const kit::EncodedShow& show() {
    static const kit::EncodedShow encoded =
        kit::encode_show(kit::small_picture(), kit::frames_from_to(600, 719));
    return encoded;
}

class RtmpSinkTest : public ::testing::Test {
  protected:
    RtmpSinkTest() {
        auto started = sim::RtmpServer::start({.folder = folder_ / "rtmp"});
        EXPECT_TRUE(started.ok()) << (started.ok() ? "" : describe(started.error()));
        if (started.ok()) server_.emplace(std::move(*started));
    }

    std::unique_ptr<Sink> open(const std::string& url) {
        SinkSettings settings;
        settings.kind = "rtmp";
        settings.location = url;
        settings.codec = show().codec;
        settings.width = show().settings.width;
        settings.height = show().settings.height;
        auto sink = open_sink(settings, [this](Error error) {
            {
                std::lock_guard lock(mutex_);
                failure_ = std::move(error);
            }
            event_.ring();
        });
        EXPECT_TRUE(sink.ok());
        return sink.ok() ? std::move(*sink) : nullptr;
    }
    static void push_all(Sink& sink) {
        for (const EncodedUnit& unit : show().units) EXPECT_TRUE(sink.push(unit));
    }
    std::optional<Error> failure() {
        std::lock_guard lock(mutex_);
        return failure_;
    }
    std::optional<Error> wait_for_failure() {
        event_.wait(30, [this] { return failure().has_value(); });
        return failure();
    }

    // Asks again and again: nothing rings when it begins.
    bool wait_until_accepting(const Sink& sink) {
        return event_.wait(10, [&] {
            event_.ring();
            return sink.accepting();
        });
    }

    kit::TemporaryFolder folder_;
    std::optional<sim::RtmpServer> server_;
    kit::EventCount event_;
    std::mutex mutex_;
    std::optional<Error> failure_;
};

TEST_F(RtmpSinkTest, TheServerRecordsEveryFrame) {
    auto sink = open(server_->url("show"));
    ASSERT_NE(sink, nullptr);
    push_all(*sink);
    EXPECT_TRUE(wait_until_accepting(*sink));
    sink->finish(10'000);
    EXPECT_FALSE(sink->accepting()) << "it has ended";
    EXPECT_GT(sink->bytes_out(), 10'000);
    EXPECT_EQ(sink->dropped_frames(), 0);
    sink.reset();
    EXPECT_FALSE(failure()) << describe(*failure());
    server_->stop();
    ASSERT_EQ(server_->recordings().size(), 1u);
    auto observed = sim::read_recording(server_->recordings().front(), {});
    ASSERT_TRUE(observed.ok()) << describe(observed.error());
    sim::GradeRequest request;
    request.first = 600;
    request.last = 719;
    sim::Verdict verdict = sim::grade(request, *observed);
    EXPECT_TRUE(verdict.ok) << (verdict.faults.empty() ? "" : verdict.faults.front());
}

TEST_F(RtmpSinkTest, NobodyListeningIsRefused) {
    server_->stop();
    auto sink = open(server_->url("show"));
    auto error = wait_for_failure();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::STR_DESTINATION_REFUSED);
    EXPECT_NE(error->message.find("refuses connections"), std::string::npos) << error->message;
}

// findings, media trap 5: transient, whoever holds the name.
TEST_F(RtmpSinkTest, ATakenNameIsToldAndMayBeTriedAgain) {
    auto first = open(server_->url("show"));
    push_all(*first);
    ASSERT_TRUE(wait_until_accepting(*first));
    auto second = open(server_->url("show"));
    auto error = wait_for_failure();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::STR_DESTINATION_REFUSED);
    EXPECT_TRUE(is_retryable(error->code));
    EXPECT_NE(error->message.find("already publishing"), std::string::npos) << error->message;
    EXPECT_FALSE(second->accepting());
}

TEST_F(RtmpSinkTest, AServerThatLetsNobodyPublishIsNeverTakenForAccepting) {
    auto sink =
        open("rtmp://127.0.0.1:" + std::to_string(server_->port()) + "/closed/topsecretkey");
    for (const EncodedUnit& unit : show().units) sink->push(unit);
    auto error = wait_for_failure();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->message.find("topsecretkey"), std::string::npos);
    EXPECT_FALSE(sink->accepting());
}

TEST_F(RtmpSinkTest, ADyingServerIsNoticed) {
    auto sink = open(server_->url("show"));
    push_all(*sink);
    ASSERT_TRUE(wait_until_accepting(*sink));
    server_->process().send_signal(SIGKILL);
    auto error = wait_for_failure();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::STR_DESTINATION_REFUSED);
}

// Trap 9: a full queue loses whole groups of pictures, never the middle of one.
TEST_F(RtmpSinkTest, AHangingServerFillsTheQueueAndDropsUpToAKeyframe) {
    server_->process().send_signal(SIGSTOP);
    auto sink = open(server_->url("show"));
    std::int64_t refused = 0, first_taken_after = -1;
    std::int64_t shift = 0;
    for (int round = 0; round < 4; ++round, shift += 4'000'000'000) {
        for (EncodedUnit unit : show().units) {
            unit.pts_ns += shift;
            unit.dts_ns += shift;
            bool taken = sink->push(unit);
            if (!taken && unit.video) ++refused;
            if (taken && refused > 0 && unit.video && first_taken_after < 0)
                first_taken_after = unit.keyframe ? 1 : 0;
        }
    }
    EXPECT_GT(refused, 0);
    EXPECT_EQ(sink->dropped_frames(), refused);
    EXPECT_NE(first_taken_after, 0) << "after a hole only a keyframe may come";
    EXPECT_FALSE(sink->accepting());
    server_->process().send_signal(SIGCONT);
}

}  // namespace
}  // namespace vistter::media
