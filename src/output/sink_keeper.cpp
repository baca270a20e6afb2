// Opening sinks, feeding them, and noticing that one takes nothing any more.
#include "output/sink_keeper.hpp"

#include <unistd.h>

#include <filesystem>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/redact.hpp"

namespace vistter::output {
namespace {

// A destination that takes nothing for so long is lost, though its connection may still stand
// (findings, media trap 4).
constexpr std::int64_t start_limit_ns = 15'000'000'000, silence_limit_ns = 5'000'000'000;
constexpr std::int64_t look_interval_ns = 50'000'000, calm_interval_ns = 500'000'000;

bool same_codecs(const media::SinkSettings& a, const ipc::StreamInfo& b) {
    return a.codec.video_codec_data == b.video_codec_data &&
           a.codec.audio_codec_data == b.audio_codec_data && a.width == b.width &&
           a.height == b.height && a.rate_num == b.rate_num && a.rate_den == b.rate_den;
}

}  // namespace

SinkKeeper::SinkKeeper(const Destination& destination, Clock& clock, Random& random, int wake_fd)
    : destination_(destination), clock_(clock), life_(random), wake_fd_(wake_fd) {}

void SinkKeeper::set_stream(const ipc::StreamInfo& info) {
    bool same = stream_ && same_codecs(*stream_, info);
    media::SinkSettings settings;
    settings.kind = destination_.kind;
    settings.codec = {info.video_codec_data, info.audio_codec_data};
    settings.width = info.width;
    settings.height = info.height;
    settings.rate_num = info.rate_num;
    settings.rate_den = info.rate_den;
    settings.audio_rate = info.audio_rate;
    settings.audio_channels = info.audio_channels;
    stream_ = std::move(settings);
    programme_there_ = true;
    if (sink_ == nullptr) return;
    if (same) {
        sink_->splice();
    } else {
        lose(fail(ErrorCode::STR_ENCODER, "the programme came back with other codec parameters"));
    }
}

void SinkKeeper::take(const ipc::AccessUnit& unit) {
    const bool video = unit.kind == 0;
    if (sink_ == nullptr) {
        if (video && life_.state() == State::reconnecting) ++dropped_;
        return;
    }
    if (first_push_ns_ < 0) {
        if (!video || !unit.keyframe)
            return;  // the sink would throw it away, and no peer has to accept anything yet
        first_push_ns_ = now_ns();
        last_accepting_ns_ = first_push_ns_;
        if (first_frame_ < 0) first_frame_ = unit.frame;
    }
    media::EncodedUnit encoded{.video = video,
                               .keyframe = unit.keyframe,
                               .frame = unit.frame,
                               .pts_ns = unit.pts_ns,
                               .dts_ns = unit.dts_ns,
                               .duration_ns = unit.duration_ns,
                               .data = unit.data};
    if (!sink_->push(encoded)) {
        if (video) ++dropped_;
    } else if (video) {
        ++frames_;
    }
}

std::string SinkKeeper::fresh_location() {
    std::error_code ignored;  // an unreadable folder is the sink's own error
    if (destination_.kind != "file" || !std::filesystem::exists(destination_.location, ignored)) {
        return destination_.location;
    }
    // A recording is never written over: the next one goes beside it.
    const std::filesystem::path wanted = destination_.location;
    for (int number = 2;; ++number) {
        std::filesystem::path beside =
            wanted.parent_path() /
            fmt::format("{}-{}{}", wanted.stem().string(), number, wanted.extension().string());
        if (!std::filesystem::exists(beside, ignored)) return beside.string();
    }
}

void SinkKeeper::open() {
    life_.opened(now_ns());
    {
        std::lock_guard lock(failure_mutex_);
        failure_.reset();
    }
    first_push_ns_ = -1;
    media::SinkSettings settings = *stream_;
    settings.location = fresh_location();
    log::info("{}: attempt {} at {}", destination_.destination_id, life_.attempt(),
              redact_url(settings.location));
    auto sink = media::open_sink(settings, [this](Error error) {
        {
            std::lock_guard lock(failure_mutex_);
            failure_ = std::move(error);
        }
        const std::uint64_t one = 1;
        [[maybe_unused]] ssize_t rung = ::write(wake_fd_, &one, sizeof one);
    });
    if (!sink) return lose(sink.error());
    sink_ = std::move(*sink);
}

void SinkKeeper::close() {
    if (sink_ == nullptr) return;
    bytes_before_ += sink_->bytes_out();
    sink_.reset();
}

void SinkKeeper::lose(const Error& error) {
    log::warning("{}: {}", destination_.destination_id, describe(error));
    close();
    life_.lost(error, now_ns());
    // Frames of an attempt that never went on air were not the first of anything.
    if (life_.state() == State::starting) first_frame_ = -1;
}

bool SinkKeeper::look() {
    const std::int64_t now = now_ns();
    std::optional<Error> failure;
    {
        std::lock_guard lock(failure_mutex_);
        failure.swap(failure_);
    }
    if (sink_ != nullptr && failure) lose(*failure);
    if (sink_ != nullptr && first_push_ns_ >= 0) {
        if (sink_->accepting()) {
            last_accepting_ns_ = now;
            if (life_.state() != State::live) log::info("{}: live", destination_.destination_id);
            life_.accepted(now);
            life_.healthy(now);
        } else {
            std::int64_t limit = life_.state() == State::live ? silence_limit_ns : start_limit_ns;
            if (now - last_accepting_ns_ > limit) {
                lose(fail(ErrorCode::STR_DESTINATION_REFUSED, "the destination takes no media"));
            }
        }
    }
    if (sink_ != nullptr || !programme_there_ || !life_.wants_sink(now)) return false;
    open();
    return sink_ != nullptr;
}

std::int64_t SinkKeeper::next_look_ns() const {
    if (sink_ != nullptr)
        return now_ns() + (life_.state() == State::live ? calm_interval_ns : look_interval_ns);
    std::int64_t next_try = life_.next_try_ns();
    return next_try < 0 || !programme_there_ ? now_ns() + calm_interval_ns : next_try;
}

void SinkKeeper::finish(std::int64_t drain_ms) {
    if (sink_ != nullptr) sink_->finish(drain_ms);
    close();
    life_.drained();
}

ipc::OutputStatus SinkKeeper::status() const {
    ipc::OutputStatus status;
    status.stream_id = destination_.stream_id;
    status.destination_id = destination_.destination_id;
    status.state = to_string(life_.state());
    if (const Error* error = life_.error()) {
        status.error_code = to_string(error->code);
        status.error_message = error->message;
    }
    status.attempt = life_.attempt();
    status.reconnects = life_.reconnects();
    status.bytes = bytes_before_ + (sink_ != nullptr ? sink_->bytes_out() : 0);
    status.frames = frames_;
    status.frames_dropped = dropped_;
    status.first_frame = first_frame_;
    std::int64_t since = life_.live_since_ns();
    status.uptime_ms = since < 0 ? 0 : (now_ns() - since) / 1'000'000;
    return status;
}

}  // namespace vistter::output
