// Copies references, never waits for a client: one that takes nothing loses units up to the next
// keyframe.
#include "sim/camera/broadcast.hpp"

#include <algorithm>

namespace vistter::sim {
namespace {

constexpr guint64 backlog_limit = 60;

}  // namespace

void Broadcast::join(GstElement* source) {
    std::lock_guard lock(mutex_);
    Client client;
    client.source.reset(GST_ELEMENT(gst_object_ref(source)));
    clients_.push_back(std::move(client));
}

void Broadcast::leave(GstElement* source) {
    std::lock_guard lock(mutex_);
    std::erase_if(clients_,
                  [source](const Client& client) { return client.source.get() == source; });
}

void Broadcast::set_codec_data(const Bytes& codec_data) {
    std::lock_guard lock(mutex_);
    codec_data_ = codec_data;
}

void Broadcast::send(const Bytes& data, bool keyframe, std::int64_t at_ns,
                     std::int64_t duration_ns) {
    std::lock_guard lock(mutex_);
    if (clients_.empty() || codec_data_.empty()) return;
    media::BufferHandle unit = media::buffer_from(data.data(), data.size());
    GST_BUFFER_DURATION(unit.get()) = static_cast<GstClockTime>(duration_ns);
    if (!keyframe) GST_BUFFER_FLAG_SET(unit.get(), GST_BUFFER_FLAG_DELTA_UNIT);
    for (Client& client : clients_) give(client, unit.get(), keyframe, at_ns);
}

void Broadcast::give(Client& client, GstBuffer* unit, bool keyframe, std::int64_t at_ns) {
    GstAppSrc* source = GST_APP_SRC(client.source.get());
    if (gst_app_src_get_current_level_buffers(source) > backlog_limit) client.waits = true;
    if (client.waits) {
        GstClockTime now = gst_element_get_current_running_time(client.source.get());
        if (!keyframe || !GST_CLOCK_TIME_IS_VALID(now)) return;
        if (gst_app_src_get_current_level_buffers(source) > 0) return;
        client.shift_ns = std::max(static_cast<std::int64_t>(now), client.end_ns) - at_ns;
        client.waits = false;
    }
    if (!client.has_caps) {
        media::BufferHandle codec_data = media::buffer_from(codec_data_.data(), codec_data_.size());
        media::CapsHandle caps(gst_caps_new_simple(
            "video/x-h264", "stream-format", G_TYPE_STRING, "avc", "alignment", G_TYPE_STRING, "au",
            "codec_data", GST_TYPE_BUFFER, codec_data.get(), nullptr));
        gst_app_src_set_caps(source, caps.get());
        client.has_caps = true;
    }
    GstBuffer* own = gst_buffer_copy(unit);  // shares the bytes
    GST_BUFFER_PTS(own) = static_cast<GstClockTime>(at_ns + client.shift_ns);
    GST_BUFFER_DTS(own) = GST_BUFFER_PTS(own);
    client.end_ns = static_cast<std::int64_t>(GST_BUFFER_PTS(own) + GST_BUFFER_DURATION(own));
    gst_app_src_push_buffer(source, own);
}

}  // namespace vistter::sim
