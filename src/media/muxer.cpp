// Two appsrc -> container -> rtmp2sink or filesink, one pipeline a destination.
#include "media/muxer.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string_view>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/redact.hpp"
#include "media/gstreamer.hpp"
#include "media/sink_error.hpp"
#include "media/stream_time.hpp"

namespace vistter::media {
namespace {

constexpr std::int64_t queue_seconds = 5;
constexpr std::int64_t flow_proof_ns = 250'000'000;
// Larger chunks than RTMP's 128 bytes: less header, less work.
constexpr unsigned rtmp_chunk_bytes = 4096;

CapsHandle video_caps(const SinkSettings& s) {
    BufferHandle codec_data =
        buffer_from(s.codec.video_codec_data.data(), s.codec.video_codec_data.size());
    return CapsHandle(gst_caps_new_simple(
        "video/x-h264", "stream-format", G_TYPE_STRING, "avc", "alignment", G_TYPE_STRING, "au",
        "codec_data", GST_TYPE_BUFFER, codec_data.get(), "width", G_TYPE_INT, s.width, "height",
        G_TYPE_INT, s.height, "framerate", GST_TYPE_FRACTION, s.rate_num, s.rate_den, nullptr));
}

CapsHandle audio_caps(const SinkSettings& s) {
    BufferHandle codec_data =
        buffer_from(s.codec.audio_codec_data.data(), s.codec.audio_codec_data.size());
    return CapsHandle(gst_caps_new_simple(
        "audio/mpeg", "mpegversion", G_TYPE_INT, 4, "stream-format", G_TYPE_STRING, "raw",
        "codec_data", GST_TYPE_BUFFER, codec_data.get(), "rate", G_TYPE_INT, s.audio_rate,
        "channels", G_TYPE_INT, s.audio_channels, nullptr));
}

// The containers that survive a kill at any moment (findings, media trap 16); plain mp4 does not.
Result<std::string> describe_container(const SinkSettings& s) {
    constexpr const char* sources =
        "appsrc name=video format=time max-bytes=0 max-buffers=0 appsrc name=audio format=time "
        "max-bytes=0 max-buffers=0 ";
    std::string_view location = s.location;
    if (s.kind == "rtmp") {
        return fmt::format(
            "{} flvmux name=mux streamable=true ! rtmp2sink name=end sync=false async=false "
            "chunk-size={} video. ! mux.video audio. ! mux.audio",
            sources, rtmp_chunk_bytes);
    }
    constexpr const char* to_file = "filesink name=end sync=false async=false";
    if (s.kind == "file" && location.ends_with(".flv")) {
        return fmt::format(
            "{} flvmux name=mux streamable=true ! {} video. ! mux.video audio. ! mux.audio",
            sources, to_file);
    }
    if (s.kind == "file" && location.ends_with(".mp4")) {
        return fmt::format(
            "{} mp4mux name=mux streamable=true fragment-duration=1000 ! {} "
            "video. ! mux.video_0 audio. ! mux.audio_0",
            sources, to_file);
    }
    if (s.kind == "file" && location.ends_with(".ts")) {
        return fmt::format(
            "{} mpegtsmux name=mux ! {} "
            "video. ! h264parse config-interval=-1 ! video/x-h264,stream-format=byte-stream ! mux. "
            "audio. ! aacparse ! audio/mpeg,stream-format=adts ! mux.",
            sources, to_file);
    }
    return fail(ErrorCode::STR_DESTINATION_REFUSED,
                "a destination is an rtmp address or a file ending in .ts, .flv or .mp4");
}

class GstSink final : public Sink {
  public:
    GstSink(const SinkSettings& settings, std::function<void(Error)> failed)
        : settings_(settings), failed_(std::move(failed)) {}
    ~GstSink() override;
    Status start();

    bool push(const EncodedUnit& unit) override;
    void splice() override { time_.splice(); }
    std::int64_t bytes_out() const override;
    bool accepting() const override;
    std::int64_t dropped_frames() const override { return dropped_; }
    void finish(std::int64_t drain_ms) override;

  private:
    struct PeerBytes {
        bool connected = false;
        std::uint64_t sent = 0, acknowledged = 0, window = 0;
    };
    PeerBytes peer_bytes() const;
    bool has_flowed_long_enough() const;
    bool has_room(const EncodedUnit& unit);
    void note_error(Error error);

    static GstBusSyncReply on_message(GstBus* bus, GstMessage* message, gpointer self);
    static GstPadProbeReturn on_written(GstPad* pad, GstPadProbeInfo* info, gpointer self);

    const SinkSettings settings_;
    const std::function<void(Error)> failed_;
    PipelineHandle pipeline_;
    GstHandle<GstElement> video_, audio_, end_;

    StreamTime time_;
    bool dropping_ = false;
    std::int64_t dropped_ = 0;
    std::size_t first_keyframe_bytes_ = 0;
    mutable std::atomic<std::int64_t> flowing_since_ns_{0};  // 0: nothing goes out
    std::atomic<std::int64_t> written_ = 0;                  // file only

    mutable std::mutex mutex_;
    std::condition_variable ended_changed_;
    bool ended_ = false;    // the last byte is out, or nothing will come any more
    bool started_ = false;  // before: an error is start()'s result
    std::optional<Error> error_;
};

Status GstSink::start() {
    Result<std::string> description = describe_container(settings_);
    if (!description) return description.error();
    Result<PipelineHandle> made = parse_pipeline(*description);
    if (!made) return made.error();
    pipeline_ = std::move(*made);
    video_ = named(pipeline_.get(), "video");
    audio_ = named(pipeline_.get(), "audio");
    end_ = named(pipeline_.get(), "end");
    gst_app_src_set_caps(GST_APP_SRC(video_.get()), video_caps(settings_).get());
    gst_app_src_set_caps(GST_APP_SRC(audio_.get()), audio_caps(settings_).get());
    g_object_set(end_.get(), "location", settings_.location.c_str(), nullptr);
    GstHandle<GstPad> pad(gst_element_get_static_pad(end_.get(), "sink"));
    // mpegtsmux hands over lists of packets.
    auto kinds =
        static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);
    gst_pad_add_probe(pad.get(), kinds, on_written, this, nullptr);
    GstHandle<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    gst_bus_set_sync_handler(bus.get(), on_message, this, nullptr);
    bool playing =
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
    std::lock_guard lock(mutex_);
    started_ = true;
    if (error_) return *error_;
    if (!playing)
        return fail(ErrorCode::STR_DESTINATION_REFUSED, "the destination cannot be opened");
    return ok();
}

GstSink::~GstSink() {
    pipeline_.reset();
}

bool GstSink::has_room(const EncodedUnit& unit) {
    guint64 limit =
        static_cast<guint64>(queue_seconds * settings_.rate_num / std::max(1, settings_.rate_den));
    if (dropping_) {
        // Only a keyframe ends the hole, and only once the backlog is half gone.
        if (!unit.video || !unit.keyframe) return false;
        limit /= 2;
    }
    dropping_ = gst_app_src_get_current_level_buffers(GST_APP_SRC(video_.get())) >=
                std::max<guint64>(limit, 1);
    return !dropping_;
}

bool GstSink::push(const EncodedUnit& unit) {
    if (!has_room(unit)) {
        if (unit.video) ++dropped_;
        return false;
    }
    std::optional<std::int64_t> at = time_.place(unit.video, unit.keyframe, unit.pts_ns,
                                                 unit.duration_ns, machine_clock().steady().ns);
    if (!at) return true;
    if (unit.video && first_keyframe_bytes_ == 0) first_keyframe_bytes_ = unit.data.size();
    BufferHandle buffer = buffer_from(unit.data.data(), unit.data.size());
    GST_BUFFER_PTS(buffer.get()) = static_cast<GstClockTime>(*at);
    GST_BUFFER_DTS(buffer.get()) =
        static_cast<GstClockTime>(std::max<std::int64_t>(0, *at - unit.pts_ns + unit.dts_ns));
    GST_BUFFER_DURATION(buffer.get()) = static_cast<GstClockTime>(unit.duration_ns);
    if (unit.video && !unit.keyframe) GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
    gst_app_src_push_buffer(GST_APP_SRC(unit.video ? video_.get() : audio_.get()),
                            buffer.release());
    return true;
}

GstSink::PeerBytes GstSink::peer_bytes() const {
    PeerBytes bytes;
    GstStructure* stats = nullptr;
    g_object_get(end_.get(), "stats", &stats, nullptr);
    if (stats == nullptr) return bytes;
    guint64 sent = 0, acknowledged = 0;
    guint window = 0;
    gst_structure_get(stats, "out-bytes-total", G_TYPE_UINT64, &sent, "out-bytes-acked",
                      G_TYPE_UINT64, &acknowledged, "out-window-ack-size", G_TYPE_UINT, &window,
                      nullptr);
    gst_structure_free(stats);
    // Without a connection, and before publish is acknowledged, everything is 0.
    bytes = {.connected = sent > 0, .sent = sent, .acknowledged = acknowledged, .window = window};
    return bytes;
}

std::int64_t GstSink::bytes_out() const {
    if (settings_.kind != "rtmp") return written_;
    return static_cast<std::int64_t>(peer_bytes().sent);
}

// Some servers acknowledge a publish and then throw the publisher out, which shows a moment later.
bool GstSink::has_flowed_long_enough() const {
    const std::int64_t now = machine_clock().steady().ns;
    std::int64_t none = 0;
    if (flowing_since_ns_.compare_exchange_strong(none, now)) return false;
    return now - flowing_since_ns_ >= flow_proof_ns;
}

bool GstSink::accepting() const {
    if (settings_.kind != "rtmp") return written_ > 0;
    {
        std::lock_guard lock(mutex_);
        if (ended_) return false;
    }
    PeerBytes bytes = peer_bytes();
    if (!bytes.connected || first_keyframe_bytes_ == 0 || bytes.sent <= first_keyframe_bytes_) {
        flowing_since_ns_ = 0;
        return false;
    }
    if (!has_flowed_long_enough()) return false;
    // A peer owes an acknowledgement after every window: once it has begun to give them, two
    // missing in a row mean that it takes nothing. Some servers never give any; TCP alone speaks
    // for those.
    if (bytes.window == 0 || bytes.acknowledged == 0) return true;
    return bytes.sent - std::min(bytes.sent, bytes.acknowledged) < 3 * bytes.window;
}

void GstSink::finish(std::int64_t drain_ms) {
    gst_app_src_end_of_stream(GST_APP_SRC(video_.get()));
    gst_app_src_end_of_stream(GST_APP_SRC(audio_.get()));
    std::unique_lock lock(mutex_);
    ended_changed_.wait_for(lock, std::chrono::milliseconds(drain_ms), [this] { return ended_; });
}

void GstSink::note_error(Error error) {
    std::optional<Error> to_tell;
    {
        std::lock_guard lock(mutex_);
        ended_ = true;
        if (error_) return;
        error_ = error;
        if (started_) to_tell = std::move(error);
    }
    ended_changed_.notify_all();
    if (to_tell && failed_) failed_(std::move(*to_tell));
}

GstBusSyncReply GstSink::on_message(GstBus*, GstMessage* message, gpointer self) {
    auto* sink = static_cast<GstSink*>(self);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        sink->note_error(sink_error(message, sink->settings_.location));
    } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) {
        std::lock_guard lock(sink->mutex_);
        sink->ended_ = true;
        sink->ended_changed_.notify_all();
    }
    gst_message_unref(message);
    return GST_BUS_DROP;
}

GstPadProbeReturn GstSink::on_written(GstPad*, GstPadProbeInfo* info, gpointer self) {
    bool list = (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER_LIST) != 0;
    gsize size = list ? gst_buffer_list_calculate_size(gst_pad_probe_info_get_buffer_list(info))
                      : gst_buffer_get_size(gst_pad_probe_info_get_buffer(info));
    static_cast<GstSink*>(self)->written_ += static_cast<std::int64_t>(size);
    return GST_PAD_PROBE_OK;
}

}  // namespace

Result<std::unique_ptr<Sink>> open_sink(const SinkSettings& settings,
                                        std::function<void(Error)> failed) {
    auto sink = std::make_unique<GstSink>(settings, std::move(failed));
    Status started = sink->start();
    if (!started) return started.error();
    return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace vistter::media
