// Shared GStreamer helpers.
#include "media/gstreamer.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>

#include "base/log.hpp"
#include "base/redact.hpp"

namespace vistter::media {
namespace {

constexpr int raised_nice = -10;

}  // namespace

void start_gstreamer() {
    static std::once_flag once;
    std::call_once(once, [] { gst_init(nullptr, nullptr); });
}

GstElement* add_element(GstBin* bin, const char* factory, const char* name) {
    GstElement* element = gst_element_factory_make(factory, name);
    if (element == nullptr) {
        log::error("GStreamer element {} is missing: install the packages listed in packages.txt",
                   factory);
        return nullptr;
    }
    gst_bin_add(bin, element);
    return element;
}

Result<PipelineHandle> parse_pipeline(const std::string& description) {
    start_gstreamer();
    GError* problem = nullptr;
    GstElement* made =
        gst_parse_launch_full(description.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &problem);
    if (made == nullptr) {
        std::string words = problem != nullptr ? problem->message : "unknown reason";
        g_clear_error(&problem);
        return fail(ErrorCode::STR_ENCODER, "cannot build a media pipeline: " + redact_urls(words));
    }
    g_clear_error(&problem);
    gst_object_ref_sink(made);
    return PipelineHandle(made);
}

GstHandle<GstElement> named(GstElement* pipeline, const char* name) {
    GstElement* element = gst_bin_get_by_name(GST_BIN(pipeline), name);
    if (element == nullptr) std::abort();
    return GstHandle<GstElement>(element);
}

CapsHandle caps_from(const std::string& text) {
    GstCaps* caps = gst_caps_from_string(text.c_str());
    if (caps == nullptr) std::abort();
    return CapsHandle(caps);
}

BufferHandle buffer_from(const void* bytes, std::size_t size) {
    BufferHandle buffer(gst_buffer_new_allocate(nullptr, size, nullptr));
    gst_buffer_fill(buffer.get(), 0, bytes, size);
    return buffer;
}

Bytes codec_data_of(GstCaps* caps) {
    Bytes bytes;
    if (caps == nullptr || gst_caps_is_empty(caps)) return bytes;
    const GValue* value = gst_structure_get_value(gst_caps_get_structure(caps, 0), "codec_data");
    if (value == nullptr) return bytes;
    GstBuffer* buffer = gst_value_get_buffer(value);
    GstMapInfo map;
    if (buffer != nullptr && gst_buffer_map(buffer, &map, GST_MAP_READ)) {
        bytes.assign(map.data, map.data + map.size);
        gst_buffer_unmap(buffer, &map);
    }
    return bytes;
}

std::string error_text(GstMessage* message) {
    GError* problem = nullptr;
    gchar* debug = nullptr;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING) {
        gst_message_parse_warning(message, &problem, &debug);
    } else {
        gst_message_parse_error(message, &problem, &debug);
    }
    std::string text = problem != nullptr ? problem->message : "unknown fault";
    if (debug != nullptr) {
        // The debug text opens with source positions of GStreamer itself; the reason is on its last
        // line.
        std::string detail = debug;
        std::size_t last_line = detail.find_last_of('\n');
        if (last_line != std::string::npos) text += " (" + detail.substr(last_line + 1) + ")";
    }
    g_clear_error(&problem);
    g_free(debug);
    return redact_urls(text);
}

std::int64_t running_time(const GstSegment* segment, GstClockTime time, std::int64_t none) {
    if (!GST_CLOCK_TIME_IS_VALID(time)) return none;
    guint64 distance = 0;
    int sign = gst_segment_to_running_time_full(segment, GST_FORMAT_TIME, time, &distance);
    if (sign == 0) return none;
    return sign * static_cast<std::int64_t>(distance);
}

void raise_priority_on_enter(GstMessage* message) {
    if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_STREAM_STATUS) return;
    GstStreamStatusType type{};
    GstElement* owner = nullptr;
    gst_message_parse_stream_status(message, &type, &owner);
    // The message is posted on the thread itself, and a thread inherits the priority of the one
    // that makes it.
    if (type == GST_STREAM_STATUS_TYPE_ENTER) {
        setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), raised_nice);
    }
}

}  // namespace vistter::media
