// uridecodebin -> I420 appsink, one picture at a time and none dropped.
#include "sim/grader/recording.hpp"

#include <gst/video/video.h>

#include <algorithm>

#include "media/barcode.hpp"
#include "media/frame_scaler.hpp"
#include "media/gstreamer.hpp"

namespace vistter::sim {
namespace {

constexpr GstClockTime look_interval = GST_SECOND / 5;
constexpr int most_looks = 100;

double mean(const std::uint8_t* plane, int stride, int width, int height, Rect r) {
    int left = std::clamp(r.x, 0, width), right = std::clamp(r.x + r.width, 0, width);
    int top = std::clamp(r.y, 0, height), bottom = std::clamp(r.y + r.height, 0, height);
    std::int64_t sum = 0, count = 0;
    for (int y = top; y < bottom; ++y) {
        for (int x = left; x < right; ++x)
            sum += plane[static_cast<std::ptrdiff_t>(y) * stride + x];
        count += right - left;
    }
    return count == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(count);
}

Patch measure(const media::Frame& f, const Rect& r) {
    Rect half{r.x / 2, r.y / 2, std::max(1, r.width / 2), std::max(1, r.height / 2)};
    return {mean(f.y(), f.width, f.width, f.height, r),
            mean(f.u(), f.width / 2, f.width / 2, f.height / 2, half),
            mean(f.v(), f.width / 2, f.width / 2, f.height / 2, half)};
}

class GstRecording final : public Recording {
  public:
    Status open(const std::filesystem::path& file) {
        auto made = media::parse_pipeline(
            "filesrc name=in ! decodebin ! videoconvert ! video/x-raw,format=I420 ! "
            "appsink name=out sync=false max-buffers=4 drop=false enable-last-sample=false");
        if (!made) return made.error();
        pipeline_ = std::move(*made);
        auto in = media::named(pipeline_.get(), "in");
        g_object_set(in.get(), "location", file.c_str(), nullptr);
        out_ = media::named(pipeline_.get(), "out");
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
        return ok();
    }

    Result<std::optional<ObservedFrame>> next(const std::vector<Rect>& patches) override {
        media::SampleHandle sample;
        std::optional<std::string> broken;
        for (int look = 0; look < most_looks && sample == nullptr && !broken; ++look) {
            if (gst_app_sink_is_eos(GST_APP_SINK(out_.get()))) break;
            sample.reset(gst_app_sink_try_pull_sample(GST_APP_SINK(out_.get()), look_interval));
            if (sample == nullptr) broken = fault();
        }
        if (sample == nullptr) return at_end(broken);
        GstBuffer* buffer = gst_sample_get_buffer(sample.get());
        GstVideoInfo info;
        GstVideoFrame mapped;
        if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample.get())) ||
            !gst_video_frame_map(&mapped, &info, buffer, GST_MAP_READ)) {
            return fail(ErrorCode::AST_DECODE, "the recording holds a picture that cannot be read");
        }
        copy(mapped);
        gst_video_frame_unmap(&mapped);
        ObservedFrame seen;
        seen.index = count_++;
        seen.pts_ns = GST_BUFFER_PTS_IS_VALID(buffer)
                          ? static_cast<std::int64_t>(GST_BUFFER_PTS(buffer))
                          : -1;
        read_strips(seen);
        for (const Rect& rect : patches) seen.patches.push_back(measure(*picture_, rect));
        return std::optional<ObservedFrame>(std::move(seen));
    }

    const media::Frame& picture() const override { return *picture_; }

  private:
    std::optional<std::string> fault() {
        media::GstHandle<GstBus> bus(gst_element_get_bus(pipeline_.get()));
        media::MessageHandle message(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
        if (message == nullptr) return std::nullopt;
        return media::error_text(message.get());
    }

    // A recording that was cut off ends with a fault after its last whole picture: that is its end.
    Result<std::optional<ObservedFrame>> at_end(const std::optional<std::string>& broken) const {
        if (count_ > 0) return std::optional<ObservedFrame>{};
        return fail(ErrorCode::AST_DECODE,
                    "the recording holds no picture" + (broken ? ": " + *broken : ""));
    }

    void copy(GstVideoFrame& mapped) {
        media::PictureView view;
        view.y = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&mapped, 0));
        view.u = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&mapped, 1));
        view.v = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&mapped, 2));
        view.y_stride = GST_VIDEO_FRAME_PLANE_STRIDE(&mapped, 0);
        view.u_stride = GST_VIDEO_FRAME_PLANE_STRIDE(&mapped, 1);
        view.v_stride = GST_VIDEO_FRAME_PLANE_STRIDE(&mapped, 2);
        view.width = GST_VIDEO_FRAME_WIDTH(&mapped);
        view.height = GST_VIDEO_FRAME_HEIGHT(&mapped);
        if (!scaler_) scaler_.emplace(view.width & ~1, view.height & ~1);
        picture_ = scaler_->fit(view);
    }

    void read_strips(ObservedFrame& seen) const {
        const media::Frame& f = *picture_;
        const int cell = media::barcode_cell(f.width);
        auto own = media::read_barcode(f.y(), f.width, f.width, f.height - cell, cell);
        if (own && own->source == media::program_source) seen.output_frame = own->frame;
        auto camera = media::read_barcode(f.y(), f.width, f.width, 0, cell);
        if (camera && camera->source != media::program_source) {
            seen.camera = CameraStrip{.source = camera->source, .frame = camera->frame};
        }
    }

    media::PipelineHandle pipeline_;
    media::GstHandle<GstElement> out_;
    std::optional<media::FrameScaler> scaler_;  // copies out of the decoder's padded lines
    std::shared_ptr<const media::Frame>
        picture_;  // shared with the scaler's pool, which hands it out
    std::int64_t count_ = 0;
};

}  // namespace

Result<std::unique_ptr<Recording>> open_recording(const std::filesystem::path& file) {
    std::error_code problem;
    if (!std::filesystem::is_regular_file(file, problem)) {
        return fail(ErrorCode::RES_NOT_FOUND, "no recording " + file.string());
    }
    auto recording = std::make_unique<GstRecording>();
    Status opened = recording->open(file);
    if (!opened) return opened.error();
    return std::unique_ptr<Recording>(std::move(recording));
}

Result<std::vector<ObservedFrame>> read_recording(const std::filesystem::path& file,
                                                  const std::vector<Marker>& markers) {
    auto recording = open_recording(file);
    if (!recording) return recording.error();
    std::vector<Rect> patches;
    for (const Marker& marker : markers) patches.push_back(marker.rect);
    std::vector<ObservedFrame> frames;
    while (true) {
        auto seen = (*recording)->next(patches);
        if (!seen) return seen.error();
        if (!*seen) return frames;
        frames.push_back(std::move(**seen));
    }
}

}  // namespace vistter::sim
