// A thread that scales the newest offered picture to 640x360 and encodes it as JPEG.
#include "media/preview.hpp"

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "media/frame_scaler.hpp"
#include "media/gstreamer.hpp"

namespace vistter::media {
namespace {

constexpr int preview_width = 640, preview_height = 360;
constexpr std::int64_t shortest_interval_ns = 100'000'000;
constexpr int jpeg_quality = 75;
constexpr GstClockTime encode_deadline = GST_SECOND;

std::int64_t now_ns() {
    return machine_clock().steady().ns;
}

class JpegPreview final : public Preview {
  public:
    JpegPreview(int width, int height, std::function<void(std::int64_t, Bytes)> image)
        : width_(width),
          height_(height),
          image_(std::move(image)),
          scaler_(preview_width, preview_height) {
        picture_.resize(static_cast<std::size_t>(width) * height * 3 / 2);
        thread_ = std::thread([this] { run(); });
    }
    ~JpegPreview() override {
        {
            std::lock_guard lock(mutex_);
            closing_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    void offer(const std::uint8_t* i420, std::int64_t frame) override;
    void set_wanted(bool wanted) override { wanted_ = wanted; }

  private:
    void run();
    Bytes encode(GstElement* pipeline);

    const int width_, height_;
    const std::function<void(std::int64_t, Bytes)> image_;
    FrameScaler scaler_;
    std::atomic<bool> wanted_ = false, busy_ = false;
    std::int64_t last_offer_ns_ = 0;     // tick thread
    std::vector<std::uint8_t> picture_;  // the tick's while not busy, the worker's while busy
    std::int64_t frame_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool closing_ = false;
    std::thread thread_;
};

void JpegPreview::offer(const std::uint8_t* i420, std::int64_t frame) {
    if (!wanted_ || busy_) return;
    std::int64_t now = now_ns();
    if (now - last_offer_ns_ < shortest_interval_ns) return;
    last_offer_ns_ = now;
    std::memcpy(picture_.data(), i420, picture_.size());
    frame_ = frame;
    {
        std::lock_guard lock(mutex_);
        busy_ = true;
    }
    changed_.notify_one();
}

Bytes JpegPreview::encode(GstElement* pipeline) {
    PictureView view;
    view.y = picture_.data();
    view.u = view.y + static_cast<std::size_t>(width_) * height_;
    view.v = view.u + static_cast<std::size_t>(width_ / 2) * (height_ / 2);
    view.y_stride = width_;
    view.u_stride = view.v_stride = width_ / 2;
    view.width = width_;
    view.height = height_;
    std::shared_ptr<Frame> small = scaler_.fit(view);
    GstHandle<GstElement> in = named(pipeline, "in"), out = named(pipeline, "out");
    BufferHandle buffer = buffer_from(small->bytes.data(), small->bytes.size());
    if (gst_app_src_push_buffer(GST_APP_SRC(in.get()), buffer.release()) != GST_FLOW_OK) return {};
    SampleHandle sample(gst_app_sink_try_pull_sample(GST_APP_SINK(out.get()), encode_deadline));
    GstMapInfo map;
    if (sample == nullptr ||
        !gst_buffer_map(gst_sample_get_buffer(sample.get()), &map, GST_MAP_READ))
        return {};
    Bytes jpeg(map.data, map.data + map.size);
    gst_buffer_unmap(gst_sample_get_buffer(sample.get()), &map);
    return jpeg;
}

void JpegPreview::run() {
    Result<PipelineHandle> pipeline = parse_pipeline(
        "appsrc name=in format=time "
        "caps=video/x-raw,format=I420,width=640,height=360,framerate=0/1,colorimetry=bt601 "
        "! jpegenc quality=" +
        std::to_string(jpeg_quality) + " ! appsink name=out sync=false async=false");
    if (pipeline) {
        gst_element_set_state(pipeline->get(), GST_STATE_PLAYING);
    } else {
        log::error("preview: {}", pipeline.error().message);
    }
    while (true) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return closing_ || busy_; });
            if (closing_) return;
        }
        Bytes jpeg = pipeline ? encode(pipeline->get()) : Bytes{};
        std::int64_t frame = frame_;
        busy_ = false;
        if (!jpeg.empty()) image_(frame, std::move(jpeg));
    }
}

}  // namespace

std::unique_ptr<Preview> open_preview(int width, int height,
                                      std::function<void(std::int64_t frame, Bytes jpeg)> image) {
    start_gstreamer();
    return std::make_unique<JpegPreview>(width, height, std::move(image));
}

}  // namespace vistter::media
