// Both feeders run on one absolute frame clock, so that their cadence never drifts.
#include "sim/camera/feeder.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "media/camera_input.hpp"
#include "media/encoder.hpp"
#include "media/encoder_clock.hpp"

namespace vistter::sim {
namespace {

// Calls step(k) at start + k / rate on its own thread until it is destroyed.
class FrameClock {
  public:
    FrameClock(const PictureFormat& format, std::function<void(std::int64_t)> step)
        : rate_{format.rate_num, format.rate_den},
          step_(std::move(step)),
          thread_([this] { run(); }) {}
    ~FrameClock() {
        {
            std::lock_guard lock(mutex_);
            ending_ = true;
        }
        wake_.notify_all();
        thread_.join();
    }

  private:
    void run() {
        const std::int64_t start = machine_clock().steady().ns;
        for (std::int64_t k = 0;; ++k) {
            std::chrono::steady_clock::time_point due{
                std::chrono::nanoseconds(start + rate_.frame_ns(k))};
            {
                std::unique_lock lock(mutex_);
                if (wake_.wait_until(lock, due, [this] { return ending_; })) return;
            }
            step_(k);
        }
    }

    const media::EncoderClock rate_;
    const std::function<void(std::int64_t)> step_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;
    std::thread thread_;
};

class LoopFeeder final : public Feeder {
  public:
    LoopFeeder(PlayLoop loop, const PictureFormat& format, Broadcast& broadcast)
        : loop_(std::move(loop)), rate_{format.rate_num, format.rate_den}, broadcast_(broadcast) {
        broadcast_.set_codec_data(loop_.codec_data);
        clock_ = std::make_unique<FrameClock>(format, [this](std::int64_t k) { step(k); });
    }

  private:
    void step(std::int64_t k) {
        const LoopUnit& unit = loop_.units[static_cast<std::size_t>(k) % loop_.units.size()];
        broadcast_.send(unit.data, unit.keyframe, rate_.frame_ns(k),
                        rate_.frame_ns(k + 1) - rate_.frame_ns(k));
    }

    const PlayLoop loop_;
    const media::EncoderClock rate_;
    Broadcast& broadcast_;
    std::unique_ptr<FrameClock> clock_;  // last: its thread uses the others
};

class FileFeeder final : public Feeder {
  public:
    FileFeeder(const PictureFormat& format, Broadcast& broadcast)
        : format_(format),
          broadcast_(broadcast),
          size_(static_cast<std::size_t>(format.width) * format.height * 3 / 2) {}

    Status start(const std::string& path) {
        media::EncoderSettings settings;
        settings.width = format_.width;
        settings.height = format_.height;
        settings.rate_num = format_.rate_num;
        settings.rate_den = format_.rate_den;
        settings.video_bitrate_kbps = 4000;
        settings.keyframe_interval_s = 1;
        auto encoder = media::open_encoder(
            settings,
            [this](const media::CodecInfo& info) {
                broadcast_.set_codec_data(info.video_codec_data);
            },
            [this](media::EncodedUnit unit) {
                if (unit.video)
                    broadcast_.send(unit.data, unit.keyframe, unit.pts_ns, unit.duration_ns);
            },
            [](const Error& error) { log::error("file camera: {}", describe(error)); });
        if (!encoder) return encoder.error();
        encoder_ = std::move(*encoder);
        Status playable = open_file(path);
        if (!playable) return playable;
        clock_ = std::make_unique<FrameClock>(format_, [this](std::int64_t k) { step(k); });
        return ok();
    }

  private:
    // Opens the file and waits for its first picture: a file that shows nothing is no camera.
    Status open_file(const std::string& path) {
        input_ = media::open_camera(path, format_.width, format_.height, [this] {
            std::lock_guard lock(mutex_);
            changed_.notify_all();
        });
        std::unique_lock lock(mutex_);
        const bool shown = changed_.wait_for(lock, std::chrono::seconds(10), [this] {
            return input_ && input_->newest() != nullptr;
        });
        if (shown) return ok();
        return fail(ErrorCode::CAM_STREAM,
                    "no picture comes from " + path + ": " + input_->status().error);
    }

    // The newest picture of the file.
    void step(std::int64_t k) {
        std::uint8_t* picture = encoder_->begin_frame();
        media::FramePtr newest = input_->newest();
        if (newest) {
            std::memcpy(picture, newest->bytes.data(), size_);
        } else {
            std::size_t luma = static_cast<std::size_t>(format_.width) * format_.height;
            std::memset(picture, 16, luma);
            std::memset(picture + luma, 128, size_ - luma);
        }
        encoder_->end_frame(k);
    }

    const PictureFormat format_;
    Broadcast& broadcast_;
    const std::size_t size_;
    std::unique_ptr<media::Encoder> encoder_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::unique_ptr<media::CameraInput> input_;
    std::unique_ptr<FrameClock> clock_;  // last: its thread uses the others
};

}  // namespace

std::unique_ptr<Feeder> feed_loop(PlayLoop loop, const PictureFormat& format,
                                  Broadcast& broadcast) {
    return std::make_unique<LoopFeeder>(std::move(loop), format, broadcast);
}

Result<std::unique_ptr<Feeder>> feed_file(const std::string& path, const PictureFormat& format,
                                          Broadcast& broadcast) {
    std::error_code problem;
    if (!std::filesystem::is_regular_file(path, problem)) {
        return fail(ErrorCode::RES_NOT_FOUND, "no video file " + path);
    }
    auto feeder = std::make_unique<FileFeeder>(format, broadcast);
    Status started = feeder->start(path);
    if (!started) return started.error();
    return std::unique_ptr<Feeder>(std::move(feeder));
}

}  // namespace vistter::sim
