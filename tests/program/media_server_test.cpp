// The media server alone, fed with units by hand: what each subscriber gets, and that none holds up
// another.
#include <gtest/gtest.h>
#include <poll.h>

#include <condition_variable>

#include "kit/temporary_folder.hpp"
#include "program/media_server.hpp"

namespace vistter::program {
namespace {

constexpr int patience_ms = 10'000;

class MediaServerTest : public testing::Test {
  protected:
    void SetUp() override {
        auto listener = ipc::Listener::open(folder_ / "media");
        ASSERT_TRUE(listener);
        server_ = std::make_unique<MediaServer>(std::move(*listener));
        server_->start(
            {[this] { count(keyframes_); }, [this](bool wanted) { set_preview(wanted); }});
    }

    void count(int& what) {
        std::lock_guard lock(mutex_);
        ++what;
        changed_.notify_all();
    }
    void set_preview(bool wanted) {
        std::lock_guard lock(mutex_);
        preview_ = wanted;
        changed_.notify_all();
    }
    bool wait_for(const std::function<bool()>& done) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::milliseconds(patience_ms), done);
    }

    // A subscriber that the server has taken in (it asks for a keyframe then).
    std::unique_ptr<ipc::Connection> subscribe(const char* what) {
        int before = keyframes();
        auto connection = ipc::connect_to(folder_ / "media");
        EXPECT_TRUE(connection);
        EXPECT_TRUE((*connection)->open("output"));
        EXPECT_TRUE((*connection)->send(ipc::Subscribe{what}));
        if (std::string(what) == "program") {
            EXPECT_TRUE(wait_for([&] { return keyframes_ > before; }));
        }
        return std::move(connection).value();
    }
    int keyframes() {
        std::lock_guard lock(mutex_);
        return keyframes_;
    }
    void put(std::int64_t frame, bool keyframe, std::size_t size = 100) {
        server_->put({.video = true, .keyframe = keyframe, .frame = frame, .data = Bytes(size, 1)});
    }
    // Reads until unit `last` has come; the frames of all units on the way.
    std::vector<std::int64_t> read_to(ipc::Connection& connection, std::int64_t last) {
        std::vector<std::int64_t> frames;
        while (frames.empty() || frames.back() < last) {
            pollfd wait{connection.fd(), POLLIN, 0};
            if (::poll(&wait, 1, patience_ms) != 1) break;
            auto messages = connection.receive();
            if (!messages) break;
            for (const ipc::Message& message : *messages) {
                if (const auto* unit = std::get_if<ipc::AccessUnit>(&message))
                    frames.push_back(unit->frame);
                infos_ += std::holds_alternative<ipc::StreamInfo>(message) ? 1 : 0;
            }
        }
        return frames;
    }

    kit::TemporaryFolder folder_;
    std::unique_ptr<MediaServer> server_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int keyframes_ = 0, infos_ = 0;
    bool preview_ = false;
};

TEST_F(MediaServerTest, ASubscriberBeginsWithTheStreamsFormatAndAKeyframe) {
    server_->set_info({});
    auto subscriber = subscribe("program");
    for (std::int64_t frame = 0; frame < 10; ++frame) put(frame, frame % 4 == 3);
    EXPECT_EQ(read_to(*subscriber, 9), (std::vector<std::int64_t>{3, 4, 5, 6, 7, 8, 9}));
    EXPECT_EQ(infos_, 1);
    EXPECT_EQ(server_->video_bytes(), 1000);
}

TEST_F(MediaServerTest, ASilentSubscriberLosesUpToALaterKeyframeAndTheOtherNothing) {
    server_->set_info({});
    auto silent = subscribe("program"), reader = subscribe("program");
    constexpr std::int64_t last = 299;
    std::vector<std::int64_t> all, read;
    for (std::int64_t frame = 0; frame <= last; ++frame) {
        put(frame, frame % 30 == 0, 50'000);  // 15 MB in all, the queue holds 4
        all.push_back(frame);
        for (std::int64_t got : read_to(*reader, frame)) read.push_back(got);
    }
    EXPECT_EQ(read, all);
    // Now the silent one reads: the first keyframe after it has caught up is taken, and nothing
    // between is half there.
    std::vector<std::int64_t> kept = read_to(*silent, 30);
    put(last + 1, true);
    for (std::int64_t got : read_to(*silent, last + 1)) kept.push_back(got);
    ASSERT_FALSE(kept.empty());
    EXPECT_LT(kept.size(), all.size());
    EXPECT_EQ(kept.back(), last + 1);
    for (std::size_t i = 1; i < kept.size(); ++i) {
        EXPECT_TRUE(kept[i] == kept[i - 1] + 1 || kept[i] % 30 == 0)
            << kept[i - 1] << " then " << kept[i];
    }
}

TEST_F(MediaServerTest, PreviewIsMadeOnlyWhileSomebodyWatches) {
    auto watcher = subscribe("preview");
    EXPECT_TRUE(wait_for([&] { return preview_; }));
    watcher.reset();
    EXPECT_TRUE(wait_for([&] { return !preview_; }));
}

TEST_F(MediaServerTest, AWrongWishEndsTheConnection) {
    auto subscriber = subscribe("everything");
    for (int i = 0; i < 2; ++i) {  // its Hello, then the end
        pollfd wait{subscriber->fd(), POLLIN, 0};
        ASSERT_EQ(::poll(&wait, 1, patience_ms), 1);
        if (!subscriber->receive()) return;
    }
    ADD_FAILURE() << "the server kept a subscriber of nothing it knows";
}

}  // namespace
}  // namespace vistter::program
