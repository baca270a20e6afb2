// One attempt at a camera or video file: a GStreamer pipeline from address to decoded I420
// pictures.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "media/frame_scaler.hpp"
#include "media/gstreamer.hpp"

namespace vistter::media {

class CameraPipeline {
  public:
    // Called on the decoder's thread; the view lives only during the call.
    using OnPicture = std::function<void(const PictureView&)>;

    // Starts connecting. `url` as in open_camera().
    static Result<std::unique_ptr<CameraPipeline>> open(const std::string& url,
                                                        OnPicture on_picture);
    // Takes the pipeline down; up to 100 ms, and no picture comes afterwards.
    ~CameraPipeline();
    CameraPipeline(const CameraPipeline&) = delete;
    CameraPipeline& operator=(const CameraPipeline&) = delete;

    // Waits at most `wait_ms` for the pipeline's end: the reason (CAM_UNREACHABLE, CAM_AUTH,
    // CAM_STREAM), or nothing while it runs. A file that comes to its end starts again here.
    std::optional<Error> wait(std::int64_t wait_ms);

  private:
    explicit CameraPipeline(OnPicture on_picture) : on_picture_(std::move(on_picture)) {}
    Status build_rtsp(const std::string& url);
    Status build_file(const std::string& uri);
    Status add_picture_end(bool paced);

    static gboolean select_stream(GstElement* source, guint number, GstCaps* caps, gpointer self);
    static void on_rtp_pad(GstElement* source, GstPad* pad, gpointer self);
    static void on_file_pad(GstElement* source, GstPad* pad, gpointer self);
    static void on_element(GstBin* pipeline, GstBin* parent, GstElement* element, gpointer self);
    static GstFlowReturn on_sample(GstAppSink* sink, gpointer self);

    OnPicture on_picture_;
    bool loops_ = false;
    GstElement* convert_ = nullptr;  // owned by the pipeline
    PipelineHandle pipeline_;
};

}  // namespace vistter::media
