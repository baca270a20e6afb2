// rtspsrc (TCP) or uridecodebin -> decoder -> I420 appsink that keeps only the newest picture.
#include "media/camera_pipeline.hpp"

#include <gst/video/video.h>

#include <string_view>

#include "media/camera_address.hpp"

namespace vistter::media {
namespace {

constexpr unsigned rtsp_latency_ms = 50;        // the steadiest cadence (findings, media 2)
constexpr guint64 rtsp_timeout_us = 3'000'000;  // connect and answer
constexpr unsigned rtsp_over_tcp = 0x4;         // GST_RTSP_LOWER_TRANS_TCP

struct Codec {
    const char *encoding, *depay, *parse, *decoder;
};
constexpr Codec codecs[] = {{"H264", "rtph264depay", "h264parse", "avdec_h264"},
                            {"H265", "rtph265depay", "h265parse", "avdec_h265"}};

const Codec* codec_of(GstCaps* caps) {
    if (caps == nullptr || gst_caps_is_empty(caps)) return nullptr;
    const gchar* encoding =
        gst_structure_get_string(gst_caps_get_structure(caps, 0), "encoding-name");
    for (const Codec& codec : codecs) {
        if (encoding != nullptr && g_ascii_strcasecmp(encoding, codec.encoding) == 0) return &codec;
    }
    return nullptr;
}

bool is_video(GstCaps* caps) {
    if (caps == nullptr || gst_caps_is_empty(caps)) return false;
    const gchar* media = gst_structure_get_string(gst_caps_get_structure(caps, 0), "media");
    return media != nullptr && g_strcmp0(media, "video") == 0;
}

// Frame threads would add a frame of delay each (findings, media trap 10).
void tune_decoder(GstElement* decoder) {
    gst_util_set_object_arg(G_OBJECT(decoder), "thread-type", "slice");
    g_object_set(decoder, "max-threads", 1, nullptr);
}

ErrorCode code_of(GstMessage* message) {
    GError* problem = nullptr;
    gst_message_parse_error(message, &problem, nullptr);
    ErrorCode code = ErrorCode::CAM_STREAM;
    if (problem != nullptr && problem->domain == GST_RESOURCE_ERROR) {
        code = problem->code == GST_RESOURCE_ERROR_NOT_AUTHORIZED ? ErrorCode::CAM_AUTH
                                                                  : ErrorCode::CAM_UNREACHABLE;
    }
    g_clear_error(&problem);
    return code;
}

Error missing_part() {
    return fail(ErrorCode::CAM_STREAM,
                "a GStreamer element for cameras is missing; install packages.txt");
}

}  // namespace

Result<std::unique_ptr<CameraPipeline>> CameraPipeline::open(const std::string& url,
                                                             OnPicture on_picture) {
    start_gstreamer();
    std::unique_ptr<CameraPipeline> made(new CameraPipeline(std::move(on_picture)));
    made->pipeline_.reset(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
    std::string_view view = url;
    bool rtsp = view.starts_with("rtsp://") || view.starts_with("rtsps://");
    bool uri = view.find("://") != std::string_view::npos;
    std::string address = url;
    if (!uri) {
        gchar* file_uri = gst_filename_to_uri(url.c_str(), nullptr);
        if (file_uri == nullptr)
            return fail(ErrorCode::CAM_UNREACHABLE, "the camera's address is not readable");
        address = file_uri;
        g_free(file_uri);
    } else if (!rtsp && !view.starts_with("file://")) {
        return fail(ErrorCode::CAM_UNREACHABLE,
                    "the camera's address must be rtsp://, rtsps://, file:// or a path");
    }
    Status built = rtsp ? made->build_rtsp(address) : made->build_file(address);
    if (!built) return built.error();
    gst_element_set_state(made->pipeline_.get(), GST_STATE_PLAYING);
    return made;
}

CameraPipeline::~CameraPipeline() = default;

Status CameraPipeline::build_rtsp(const std::string& url) {
    GstElement* source = add_element(GST_BIN(pipeline_.get()), "rtspsrc");
    if (source == nullptr) return missing_part();
    const CameraAddress camera = split_login(url);
    if (!camera.user.empty())
        g_object_set(source, "user-id", camera.user.c_str(), "user-pw", camera.password.c_str(),
                     nullptr);
    // drop-on-latency would throw packets away even over TCP (findings, media trap 1).
    g_object_set(source, "location", camera.url.c_str(), "protocols", rtsp_over_tcp, "latency",
                 rtsp_latency_ms, "drop-on-latency", FALSE, "tcp-timeout", rtsp_timeout_us,
                 "user-agent", "Vistter", nullptr);
    g_signal_connect(source, "select-stream", G_CALLBACK(select_stream), this);
    g_signal_connect(source, "pad-added", G_CALLBACK(on_rtp_pad), this);
    return add_picture_end(false);
}

Status CameraPipeline::build_file(const std::string& uri) {
    loops_ = true;
    GstElement* source = add_element(GST_BIN(pipeline_.get()), "uridecodebin");
    if (source == nullptr) return missing_part();
    g_object_set(source, "uri", uri.c_str(), nullptr);
    g_signal_connect(source, "pad-added", G_CALLBACK(on_file_pad), this);
    g_signal_connect(pipeline_.get(), "deep-element-added", G_CALLBACK(on_element), this);
    return add_picture_end(true);
}

Status CameraPipeline::add_picture_end(bool paced) {
    GstBin* bin = GST_BIN(pipeline_.get());
    convert_ = add_element(bin, "videoconvert");
    GstElement* sink = add_element(bin, "appsink");
    if (convert_ == nullptr || sink == nullptr) return missing_part();
    CapsHandle caps = caps_from("video/x-raw,format=I420");
    g_object_set(sink, "caps", caps.get(), "max-buffers", 1u, "drop", TRUE, "sync",
                 paced ? TRUE : FALSE, "enable-last-sample", FALSE, nullptr);
    GstAppSinkCallbacks callbacks{};
    callbacks.new_sample = on_sample;
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, this, nullptr);
    gst_element_link(convert_, sink);
    return ok();
}

gboolean CameraPipeline::select_stream(GstElement*, guint, GstCaps* caps, gpointer) {
    return is_video(caps);
}

void CameraPipeline::on_rtp_pad(GstElement* source, GstPad* pad, gpointer self) {
    auto* camera = static_cast<CameraPipeline*>(self);
    CapsHandle caps(gst_pad_get_current_caps(pad));
    if (caps == nullptr) caps.reset(gst_pad_query_caps(pad, nullptr));
    const Codec* codec = codec_of(caps.get());
    if (codec == nullptr) {
        GST_ELEMENT_ERROR(source, STREAM, CODEC_NOT_FOUND,
                          ("the camera sends neither H.264 nor H.265"), (nullptr));
        return;
    }
    GstBin* bin = GST_BIN(camera->pipeline_.get());
    GstElement* depay = add_element(bin, codec->depay);
    GstElement* parse = add_element(bin, codec->parse);
    GstElement* decoder = add_element(bin, codec->decoder);
    if (depay == nullptr || parse == nullptr || decoder == nullptr) {
        GST_ELEMENT_ERROR(source, STREAM, CODEC_NOT_FOUND, ("a decoder is missing"), (nullptr));
        return;
    }
    tune_decoder(decoder);
    gst_element_link_many(depay, parse, decoder, camera->convert_, nullptr);
    for (GstElement* element : {decoder, parse, depay}) gst_element_sync_state_with_parent(element);
    GstHandle<GstPad> target(gst_element_get_static_pad(depay, "sink"));
    gst_pad_link(pad, target.get());
}

void CameraPipeline::on_file_pad(GstElement*, GstPad* pad, gpointer self) {
    auto* camera = static_cast<CameraPipeline*>(self);
    GstHandle<GstPad> target(gst_element_get_static_pad(camera->convert_, "sink"));
    // Sound does not fit this pad and stays unlinked.
    if (!gst_pad_is_linked(target.get())) gst_pad_link(pad, target.get());
}

void CameraPipeline::on_element(GstBin*, GstBin*, GstElement* element, gpointer) {
    GstElementFactory* factory = gst_element_get_factory(element);
    if (factory == nullptr) return;
    std::string_view name = GST_OBJECT_NAME(factory);
    if (name == "avdec_h264" || name == "avdec_h265") tune_decoder(element);
}

GstFlowReturn CameraPipeline::on_sample(GstAppSink* sink, gpointer self) {
    SampleHandle sample(gst_app_sink_pull_sample(sink));
    if (sample == nullptr) return GST_FLOW_EOS;
    GstVideoInfo info;
    GstVideoFrame picture;
    // Decoders pad their lines: only the mapped frame knows the strides (findings, media trap 11).
    if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample.get())) ||
        !gst_video_frame_map(&picture, &info, gst_sample_get_buffer(sample.get()), GST_MAP_READ)) {
        return GST_FLOW_ERROR;
    }
    PictureView view;
    view.y = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&picture, 0));
    view.u = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&picture, 1));
    view.v = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&picture, 2));
    view.y_stride = GST_VIDEO_FRAME_PLANE_STRIDE(&picture, 0);
    view.u_stride = GST_VIDEO_FRAME_PLANE_STRIDE(&picture, 1);
    view.v_stride = GST_VIDEO_FRAME_PLANE_STRIDE(&picture, 2);
    view.width = GST_VIDEO_FRAME_WIDTH(&picture);
    view.height = GST_VIDEO_FRAME_HEIGHT(&picture);
    static_cast<CameraPipeline*>(self)->on_picture_(view);
    gst_video_frame_unmap(&picture);
    return GST_FLOW_OK;
}

std::optional<Error> CameraPipeline::wait(std::int64_t wait_ms) {
    GstHandle<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    auto kinds = static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    MessageHandle message(gst_bus_timed_pop_filtered(
        bus.get(), static_cast<GstClockTime>(wait_ms) * GST_MSECOND, kinds));
    if (message == nullptr) return std::nullopt;
    if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR) {
        ErrorCode code = code_of(message.get());
        const char* meaning =
            code == ErrorCode::CAM_AUTH ? "the camera does not accept the user or password: "
            : code == ErrorCode::CAM_UNREACHABLE ? "the camera does not answer at this address: "
                                                 : "the camera's stream cannot be played: ";
        return fail(code, meaning + error_text(message.get()));
    }
    auto rewind = static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT);
    if (loops_ && gst_element_seek_simple(pipeline_.get(), GST_FORMAT_TIME, rewind, 0))
        return std::nullopt;
    return fail(ErrorCode::CAM_STREAM, "the source ended its stream");
}

}  // namespace vistter::media
