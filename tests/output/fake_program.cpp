// The fake programme's thread.
#include "output/fake_program.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace vistter::output {

FakeProgram::FakeProgram(const std::filesystem::path& socket, const kit::EncodedShow& show,
                         int rounds)
    : show_(show), rounds_(rounds), stop_fd_(::eventfd(0, EFD_CLOEXEC)) {
    auto listener = ipc::Listener::open(socket);
    EXPECT_TRUE(listener.ok());
    if (listener.ok()) listener_ = std::move(*listener);
    thread_ = std::thread([this] { run(); });
}

FakeProgram::~FakeProgram() {
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(stop_fd_, &one, sizeof one), static_cast<ssize_t>(sizeof one));
    thread_.join();
    ::close(stop_fd_);
}

void FakeProgram::run() {
    constexpr int beat_ms = 10;
    while (true) {
        pollfd waits[] = {{stop_fd_, POLLIN, 0},
                          {listener_->fd(), POLLIN, 0},
                          {subscriber_ ? subscriber_->fd() : -1, POLLIN, 0}};
        ::poll(waits, 3, beat_ms);
        if (waits[0].revents != 0) return;
        if (waits[1].revents != 0) {
            subscriber_ = listener_->accept();
            subscribed_ = false;
            if (subscriber_ && !subscriber_->open("program")) subscriber_.reset();
        }
        if (subscriber_ && waits[2].revents != 0) serve(waits[2].revents);
        // One picture a beat, with the sound around it.
        while (subscriber_ && subscribed_ && send_one()) {
        }
    }
}

void FakeProgram::serve(short) {
    auto messages = subscriber_->receive();
    if (!messages) return subscriber_.reset();
    for (const ipc::Message& message : *messages) {
        const auto* subscribe = std::get_if<ipc::Subscribe>(&message);
        if (subscribe == nullptr) continue;
        EXPECT_EQ(subscribe->what, "program");
        ipc::StreamInfo info;
        info.width = show_.settings.width;
        info.height = show_.settings.height;
        info.video_codec_data = show_.codec.video_codec_data;
        info.audio_codec_data = show_.codec.audio_codec_data;
        subscribed_ = subscriber_->send(info).ok();
    }
}

// Sends the next unit; false after a picture, at the end, and when the peer is gone.
bool FakeProgram::send_one() {
    if (next_ == show_.units.size()) {
        if (rounds_ != 0 && round_ + 1 >= rounds_) return false;
        ++round_;
        next_ = 0;
    }
    const media::EncodedUnit& unit = show_.units[next_++];
    const std::int64_t frames = static_cast<std::int64_t>(show_.video().size());
    const std::int64_t shift = round_ * frames * 1'000'000'000 / 30;
    ipc::AccessUnit access;
    access.kind = unit.video ? 0 : 1;
    access.keyframe = unit.keyframe;
    access.frame = unit.frame + round_ * frames;
    access.pts_ns = unit.pts_ns + shift;
    access.dts_ns = unit.dts_ns + shift;
    access.duration_ns = unit.duration_ns;
    access.data = unit.data;
    if (!subscriber_->send(access)) {
        subscriber_.reset();
        return false;
    }
    if (unit.video) ++frames_sent_;
    return !unit.video;
}

}  // namespace vistter::output
