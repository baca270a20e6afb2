// appsrc -> x264enc -> appsink and appsrc -> avenc_aac -> appsink in one pipeline, with our own
// count of frames around it.
#include "media/encoder.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "media/encoder_clock.hpp"
#include "media/gstreamer.hpp"
#include "media/percentile.hpp"

namespace vistter::media {
namespace {

// Pictures handed over and not yet encoded; a tick that catches up waits here and loses nothing
// (rulings 20).
constexpr std::size_t queue_limit = 8;
constexpr unsigned most_slices = 4;
constexpr int audio_channels = 2;
constexpr std::size_t sample_bytes = audio_channels * sizeof(float);
// What an AAC encoder puts before the first sample; avenc_aac does not say so in its timestamps
// (findings, media 7).
constexpr std::int64_t aac_priming_samples = 1024;
constexpr std::int64_t no_time = INT64_MIN;

std::int64_t now_ns() {
    return machine_clock().steady().ns;
}

std::string describe_pipeline(const EncoderSettings& s) {
    int keyframe_frames = std::max(1, s.keyframe_interval_s * s.rate_num / std::max(1, s.rate_den));
    // zerolatency cuts each picture into one slice a thread: more than four cost picture quality.
    unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1u, most_slices);
    // scenecut would add keyframes between the planned ones (findings, media trap 8).
    return fmt::format(
        "appsrc name=pictures format=time is-live=true max-bytes=0 max-buffers=0 "
        "caps=video/x-raw,format=I420,width={},height={},framerate={}/"
        "{},interlace-mode=progressive,"
        "pixel-aspect-ratio=1/1,colorimetry=bt709 "
        "! x264enc name=x264 speed-preset={} tune=zerolatency threads={} bitrate={} key-int-max={} "
        "bframes=0 "
        "option-string=scenecut=0:open-gop=0 "
        "! video/x-h264,stream-format=avc,alignment=au,profile=high "
        "! appsink name=video sync=false async=false max-buffers=0 enable-last-sample=false "
        "appsrc name=sound format=time is-live=true max-bytes=0 max-buffers=0 "
        "caps=audio/x-raw,format=F32LE,layout=interleaved,rate={},channels={} "
        "! avenc_aac bitrate={} ! audio/mpeg,mpegversion=4,stream-format=raw "
        "! appsink name=audio sync=false async=false max-buffers=0 enable-last-sample=false",
        s.width, s.height, s.rate_num, s.rate_den, s.preset, threads, s.video_bitrate_kbps,
        keyframe_frames, EncoderClock::audio_rate, audio_channels, s.audio_bitrate_kbps * 1000);
}

Bytes bytes_of(GstBuffer* buffer) {
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return {};
    Bytes bytes(map.data, map.data + map.size);
    gst_buffer_unmap(buffer, &map);
    return bytes;
}

class GstEncoder final : public Encoder {
  public:
    GstEncoder(const EncoderSettings& settings, std::function<void(const CodecInfo&)> ready,
               std::function<void(EncodedUnit)> unit, std::function<void(Error)> failed)
        : settings_(settings),
          clock_{settings.rate_num, settings.rate_den},
          ready_(std::move(ready)),
          unit_(std::move(unit)),
          failed_(std::move(failed)) {}
    ~GstEncoder() override;

    Status start();
    std::uint8_t* begin_frame() override;
    void end_frame(std::int64_t frame) override;
    void request_keyframe() override;
    void finish() override;
    std::int64_t encoded_frames() const override;
    double encode_ms_p95() const override;

  private:
    struct Pending {
        std::int64_t frame = 0, entered_ns = 0;
    };

    void make_buffers();
    void push_sound_to(std::int64_t end_sample);
    void on_video(GstSample* sample);
    void on_audio(GstSample* sample);
    void deliver(EncodedUnit unit, GstCaps* caps);
    void break_off(Error error);

    static GstFlowReturn on_sample(GstAppSink* sink, gpointer self);
    static void on_end(GstAppSink* sink, gpointer self);
    static GstBusSyncReply on_message(GstBus* bus, GstMessage* message, gpointer self);
    static GstPadProbeReturn on_enter(GstPad* pad, GstPadProbeInfo* info, gpointer self);

    const EncoderSettings settings_;
    const EncoderClock clock_;
    const std::function<void(const CodecInfo&)> ready_;
    const std::function<void(EncodedUnit)> unit_;
    const std::function<void(Error)> failed_;

    PipelineHandle pipeline_;
    GstHandle<GstElement> pictures_, sound_, video_sink_, audio_sink_;
    GstHandle<GstBufferPool> pool_;
    std::unique_ptr<GstMemory, void (*)(GstMemory*)> silence_{nullptr,
                                                              gst_memory_unref};  // one second

    // The producing thread's.
    GstBuffer* open_buffer_ = nullptr;
    GstMapInfo open_map_{};
    std::int64_t next_sample_ = -1;

    mutable std::mutex mutex_;
    std::condition_variable moved_;
    std::deque<Pending> pending_;  // handed over, not yet encoded, in order
    std::size_t entered_ = 0;      // how many of them the codec has taken
    bool keyframe_wanted_ = false;
    bool broken_ = false;
    int ended_tracks_ = 0;
    std::int64_t encoded_ = 0;
    RecentDurations durations_;

    std::mutex deliver_mutex_;  // callbacks come one at a time
    CodecInfo codec_;
    bool is_ready_ = false;
    std::vector<EncodedUnit> held_;  // until both tracks' codec data is known
};

Status GstEncoder::start() {
    Result<PipelineHandle> made = parse_pipeline(describe_pipeline(settings_));
    if (!made) return made.error();
    pipeline_ = std::move(*made);
    pictures_ = named(pipeline_.get(), "pictures");
    sound_ = named(pipeline_.get(), "sound");
    video_sink_ = named(pipeline_.get(), "video");
    audio_sink_ = named(pipeline_.get(), "audio");
    GstAppSinkCallbacks callbacks{};
    callbacks.new_sample = on_sample;
    callbacks.eos = on_end;
    gst_app_sink_set_callbacks(GST_APP_SINK(video_sink_.get()), &callbacks, this, nullptr);
    gst_app_sink_set_callbacks(GST_APP_SINK(audio_sink_.get()), &callbacks, this, nullptr);
    GstHandle<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    gst_bus_set_sync_handler(bus.get(), on_message, this, nullptr);
    GstHandle<GstElement> codec = named(pipeline_.get(), "x264");
    GstHandle<GstPad> entry(gst_element_get_static_pad(codec.get(), "sink"));
    gst_pad_add_probe(entry.get(), GST_PAD_PROBE_TYPE_BUFFER, on_enter, this, nullptr);
    make_buffers();
    if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
        return fail(ErrorCode::STR_ENCODER, "the encoder does not start with these settings");
    }
    return ok();
}

void GstEncoder::make_buffers() {
    std::size_t size = static_cast<std::size_t>(settings_.width) * settings_.height * 3 / 2;
    pool_.reset(GST_BUFFER_POOL(gst_object_ref_sink(gst_buffer_pool_new())));
    GstStructure* config = gst_buffer_pool_get_config(pool_.get());
    gst_buffer_pool_config_set_params(config, nullptr, static_cast<guint>(size), 2, 0);
    gst_buffer_pool_set_config(pool_.get(), config);
    gst_buffer_pool_set_active(pool_.get(), TRUE);
    GstMemory* memory =
        gst_allocator_alloc(nullptr, EncoderClock::audio_rate * sample_bytes, nullptr);
    GstMapInfo map;
    gst_memory_map(memory, &map, GST_MAP_WRITE);
    std::fill(map.data, map.data + map.size, std::uint8_t{0});
    gst_memory_unmap(memory, &map);
    silence_.reset(memory);
}

GstEncoder::~GstEncoder() {
    if (open_buffer_ != nullptr) {
        gst_buffer_unmap(open_buffer_, &open_map_);
        gst_buffer_unref(open_buffer_);
    }
    pipeline_.reset();  // ends every thread that calls back
    if (pool_ != nullptr) gst_buffer_pool_set_active(pool_.get(), FALSE);
}

std::uint8_t* GstEncoder::begin_frame() {
    {
        std::unique_lock lock(mutex_);
        moved_.wait(lock, [this] { return pending_.size() < queue_limit || broken_; });
    }
    if (open_buffer_ == nullptr) {
        if (gst_buffer_pool_acquire_buffer(pool_.get(), &open_buffer_, nullptr) != GST_FLOW_OK)
            std::abort();
        gst_buffer_map(open_buffer_, &open_map_, GST_MAP_WRITE);
    }
    return open_map_.data;
}

void GstEncoder::end_frame(std::int64_t frame) {
    if (open_buffer_ == nullptr) return;
    gst_buffer_unmap(open_buffer_, &open_map_);
    GstBuffer* buffer = std::exchange(open_buffer_, nullptr);
    bool force = false;
    {
        std::lock_guard lock(mutex_);
        if (broken_) {
            gst_buffer_unref(buffer);
            return;
        }
        pending_.push_back({.frame = frame});
        force = std::exchange(keyframe_wanted_, false);
    }
    // Our planes have no padding, GStreamer's default layout does: say so.
    const int width = settings_.width, height = settings_.height, half = width / 2;
    gsize u_at = static_cast<gsize>(width) * height,
          v_at = u_at + static_cast<gsize>(half) * (height / 2);
    gsize offsets[GST_VIDEO_MAX_PLANES] = {0, u_at, v_at, 0};
    gint strides[GST_VIDEO_MAX_PLANES] = {width, half, half, 0};
    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420,
                                   static_cast<guint>(width), static_cast<guint>(height), 3,
                                   offsets, strides);
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(clock_.frame_ns(frame));
    GST_BUFFER_DURATION(buffer) =
        static_cast<GstClockTime>(clock_.frame_ns(frame + 1) - clock_.frame_ns(frame));
    if (force) {
        GstClockTime at = GST_BUFFER_PTS(buffer);
        gst_element_send_event(pictures_.get(),
                               gst_video_event_new_downstream_force_key_unit(at, at, at, TRUE, 0));
    }
    if (next_sample_ < 0) next_sample_ = clock_.first_sample(frame);
    gst_app_src_push_buffer(GST_APP_SRC(pictures_.get()), buffer);
    push_sound_to(clock_.first_sample(frame + 1));
}

// Also covers ticks that were skipped, so that sound never has a hole.
void GstEncoder::push_sound_to(std::int64_t end_sample) {
    while (next_sample_ < end_sample) {
        std::int64_t count =
            std::min<std::int64_t>(end_sample - next_sample_, EncoderClock::audio_rate);
        GstBuffer* buffer = gst_buffer_new();
        gst_buffer_append_memory(
            buffer, gst_memory_share(silence_.get(), 0, count * static_cast<gssize>(sample_bytes)));
        std::int64_t from = EncoderClock::sample_ns(next_sample_),
                     to = EncoderClock::sample_ns(next_sample_ + count);
        GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(from);
        GST_BUFFER_DURATION(buffer) = static_cast<GstClockTime>(to - from);
        gst_app_src_push_buffer(GST_APP_SRC(sound_.get()), buffer);
        next_sample_ += count;
    }
}

void GstEncoder::request_keyframe() {
    std::lock_guard lock(mutex_);
    keyframe_wanted_ = true;
}

void GstEncoder::finish() {
    gst_app_src_end_of_stream(GST_APP_SRC(pictures_.get()));
    gst_app_src_end_of_stream(GST_APP_SRC(sound_.get()));
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [this] { return ended_tracks_ == 2 || broken_; });
}

std::int64_t GstEncoder::encoded_frames() const {
    std::lock_guard lock(mutex_);
    return encoded_;
}

double GstEncoder::encode_ms_p95() const {
    std::lock_guard lock(mutex_);
    return durations_.p95_ms();
}

GstPadProbeReturn GstEncoder::on_enter(GstPad*, GstPadProbeInfo*, gpointer self) {
    auto* encoder = static_cast<GstEncoder*>(self);
    std::lock_guard lock(encoder->mutex_);
    if (encoder->entered_ < encoder->pending_.size())
        encoder->pending_[encoder->entered_++].entered_ns = now_ns();
    return GST_PAD_PROBE_OK;
}

GstFlowReturn GstEncoder::on_sample(GstAppSink* sink, gpointer self) {
    auto* encoder = static_cast<GstEncoder*>(self);
    SampleHandle sample(gst_app_sink_pull_sample(sink));
    if (sample == nullptr) return GST_FLOW_EOS;
    if (GST_ELEMENT(sink) == encoder->video_sink_.get()) {
        encoder->on_video(sample.get());
    } else {
        encoder->on_audio(sample.get());
    }
    return GST_FLOW_OK;
}

void GstEncoder::on_end(GstAppSink*, gpointer self) {
    auto* encoder = static_cast<GstEncoder*>(self);
    std::lock_guard lock(encoder->mutex_);
    ++encoder->ended_tracks_;
    encoder->moved_.notify_all();
}

void GstEncoder::on_video(GstSample* sample) {
    GstBuffer* buffer = gst_sample_get_buffer(sample);
    const GstSegment* segment = gst_sample_get_segment(sample);
    EncodedUnit unit;
    unit.video = true;
    unit.keyframe = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    std::int64_t pts = running_time(segment, GST_BUFFER_PTS(buffer), no_time);
    // Without B-frames units leave in the order in which pictures came: the count names the frame,
    // the time confirms it.
    bool counted = false;
    {
        std::lock_guard lock(mutex_);
        if (!pending_.empty()) {
            unit.frame = pending_.front().frame;
            counted = pts != no_time && clock_.frame_at(pts) == unit.frame;
            durations_.add(now_ns() - pending_.front().entered_ns);
            pending_.pop_front();
            if (entered_ > 0) --entered_;
            ++encoded_;
        }
        moved_.notify_all();
    }
    if (!counted) {
        break_off(fail(ErrorCode::STR_ENCODER,
                       "the encoder's output does not match the frames it was given"));
        return;
    }
    unit.pts_ns = clock_.frame_ns(unit.frame);
    unit.dts_ns = unit.pts_ns;
    unit.duration_ns = clock_.frame_ns(unit.frame + 1) - unit.pts_ns;
    unit.data = bytes_of(buffer);
    deliver(std::move(unit), gst_sample_get_caps(sample));
}

void GstEncoder::on_audio(GstSample* sample) {
    GstBuffer* buffer = gst_sample_get_buffer(sample);
    EncodedUnit unit;
    unit.video = false;
    unit.keyframe = true;
    std::int64_t pts =
        running_time(gst_sample_get_segment(sample), GST_BUFFER_PTS(buffer), no_time);
    if (pts == no_time) return;
    unit.pts_ns = pts - EncoderClock::sample_ns(aac_priming_samples);
    unit.dts_ns = unit.pts_ns;
    unit.duration_ns = EncoderClock::sample_ns(aac_priming_samples);
    unit.data = bytes_of(buffer);
    deliver(std::move(unit), gst_sample_get_caps(sample));
}

void GstEncoder::deliver(EncodedUnit unit, GstCaps* caps) {
    std::lock_guard lock(deliver_mutex_);
    if (!is_ready_) {
        Bytes& codec_data = unit.video ? codec_.video_codec_data : codec_.audio_codec_data;
        if (codec_data.empty()) codec_data = codec_data_of(caps);
        held_.push_back(std::move(unit));
        if (codec_.video_codec_data.empty() || codec_.audio_codec_data.empty()) return;
        is_ready_ = true;
        ready_(codec_);
        for (EncodedUnit& held : held_) unit_(std::move(held));
        held_.clear();
        return;
    }
    unit_(std::move(unit));
}

void GstEncoder::break_off(Error error) {
    {
        std::lock_guard lock(mutex_);
        if (broken_) return;
        broken_ = true;
        pending_.clear();
        entered_ = 0;
    }
    moved_.notify_all();
    log::error("encoder: {}", error.message);
    std::lock_guard lock(deliver_mutex_);
    if (failed_) failed_(std::move(error));
}

GstBusSyncReply GstEncoder::on_message(GstBus*, GstMessage* message, gpointer self) {
    raise_priority_on_enter(message);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        static_cast<GstEncoder*>(self)->break_off(
            fail(ErrorCode::STR_ENCODER, error_text(message)));
    }
    gst_message_unref(message);
    return GST_BUS_DROP;
}

}  // namespace

Result<std::unique_ptr<Encoder>> open_encoder(const EncoderSettings& settings,
                                              std::function<void(const CodecInfo&)> ready,
                                              std::function<void(EncodedUnit)> unit,
                                              std::function<void(Error)> failed) {
    if (settings.width % 2 != 0 || settings.height % 2 != 0 || settings.width < 16 ||
        settings.height < 16 || settings.rate_num < 1 || settings.rate_den < 1) {
        return fail(ErrorCode::STR_ENCODER,
                    "a picture must be of even size and have a frame rate above 0");
    }
    for (char c : settings.preset) {
        if (c < 'a' || c > 'z') return fail(ErrorCode::STR_ENCODER, "unknown x264 preset");
    }
    auto encoder = std::make_unique<GstEncoder>(settings, std::move(ready), std::move(unit),
                                                std::move(failed));
    Status started = encoder->start();
    if (!started) return started.error();
    return std::unique_ptr<Encoder>(std::move(encoder));
}

}  // namespace vistter::media
