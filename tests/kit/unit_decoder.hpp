// Decodes H.264 access units of the programme into luma planes, one picture out for each unit in.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "media/gstreamer.hpp"

namespace vistter::kit {

struct DecodedLuma {
    int width = 0, height = 0;
    std::vector<std::uint8_t> y;  // stride = width
};

// Starts at a keyframe. Throws when a unit does not decode within ten seconds.
class UnitDecoder {
  public:
    UnitDecoder(const Bytes& codec_data, int width, int height) {
        media::start_gstreamer();
        auto pipeline = media::parse_pipeline(
            "appsrc name=in format=time is-live=true ! avdec_h264 max-threads=1 thread-type=slice "
            "output-corrupt=false "
            "! videoconvert ! video/x-raw,format=I420 ! appsink name=out sync=false max-buffers=0");
        if (!pipeline) throw std::runtime_error(pipeline.error().message);
        pipeline_ = std::move(*pipeline);
        in_ = media::named(pipeline_.get(), "in");
        out_ = media::named(pipeline_.get(), "out");
        auto caps =
            media::caps_from("video/x-h264,stream-format=avc,alignment=au,framerate=30/1,width=" +
                             std::to_string(width) + ",height=" + std::to_string(height));
        auto codec = media::buffer_from(codec_data.data(), codec_data.size());
        gst_caps_set_simple(caps.get(), "codec_data", GST_TYPE_BUFFER, codec.get(), nullptr);
        gst_app_src_set_caps(GST_APP_SRC(in_.get()), caps.get());
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    }

    DecodedLuma decode(const Bytes& unit, std::int64_t pts_ns) {
        GstBuffer* buffer = media::buffer_from(unit.data(), unit.size()).release();
        GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(pts_ns);
        GST_BUFFER_DTS(buffer) = static_cast<GstClockTime>(pts_ns);
        gst_app_src_push_buffer(GST_APP_SRC(in_.get()), buffer);
        media::SampleHandle sample(
            gst_app_sink_try_pull_sample(GST_APP_SINK(out_.get()), 10 * GST_SECOND));
        if (!sample) throw std::runtime_error("an access unit gave no picture");
        return luma_of(sample.get());
    }

  private:
    static DecodedLuma luma_of(GstSample* sample) {
        GstVideoInfo info;
        gst_video_info_from_caps(&info, gst_sample_get_caps(sample));
        GstVideoFrame frame;
        if (!gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ)) {
            throw std::runtime_error("a decoded picture cannot be read");
        }
        DecodedLuma picture{GST_VIDEO_FRAME_WIDTH(&frame), GST_VIDEO_FRAME_HEIGHT(&frame), {}};
        const auto* plane = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0));
        for (int row = 0; row < picture.height; ++row) {
            const std::uint8_t* first = plane + row * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0);
            picture.y.insert(picture.y.end(), first, first + picture.width);
        }
        gst_video_frame_unmap(&frame);
        return picture;
    }

    media::PipelineHandle pipeline_;
    media::GstHandle<GstElement> in_, out_;
};

}  // namespace vistter::kit
