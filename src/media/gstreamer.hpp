// The few things every GStreamer edge of ours needs: one start, owning handles, element making, the
// common clock's rules.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace vistter::media {

// Starts GStreamer once in a process. Thread-safe; every open_...() of this room calls it.
void start_gstreamer();

struct UnrefObject {
    void operator()(void* object) const { gst_object_unref(object); }
};
template <class T>
using GstHandle = std::unique_ptr<T, UnrefObject>;

struct UnrefMini {
    void operator()(GstSample* sample) const { gst_sample_unref(sample); }
    void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
    void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
    void operator()(GstMessage* message) const { gst_message_unref(message); }
};
using SampleHandle = std::unique_ptr<GstSample, UnrefMini>;
using BufferHandle = std::unique_ptr<GstBuffer, UnrefMini>;
using CapsHandle = std::unique_ptr<GstCaps, UnrefMini>;
using MessageHandle = std::unique_ptr<GstMessage, UnrefMini>;

// A pipeline that goes to NULL before it is let go. Going to NULL can take 100 ms: never destroy
// one on the tick thread.
struct StopPipeline {
    void operator()(GstElement* pipeline) const {
        gst_element_set_state(pipeline, GST_STATE_NULL);
        gst_object_unref(pipeline);
    }
};
using PipelineHandle = std::unique_ptr<GstElement, StopPipeline>;

// Makes an element inside `bin` (the bin owns it), or null if the plugin is missing.
GstElement* add_element(GstBin* bin, const char* factory, const char* name = nullptr);
// A pipeline from gst-launch notation; STR_ENCODER with the parser's words when a part is missing.
Result<PipelineHandle> parse_pipeline(const std::string& description);
// The element of that name inside `pipeline`; never null (a wrong name is a bug and aborts).
GstHandle<GstElement> named(GstElement* pipeline, const char* name);
// Sets the caps of an appsrc or appsink from their text form.
CapsHandle caps_from(const std::string& text);
// A buffer with a copy of `bytes`.
BufferHandle buffer_from(const void* bytes, std::size_t size);
// The `codec_data` of negotiated caps, empty if there is none.
Bytes codec_data_of(GstCaps* caps);
// "message (debug)" of an ERROR or WARNING message, with addresses redacted.
std::string error_text(GstMessage* message);
// Running time of `time` in the sample's segment, may be negative; x264enc shifts its segment by
// 1000 h, so a buffer's own time says nothing (findings, media trap 2). `none` when the buffer has
// no such time.
std::int64_t running_time(const GstSegment* segment, GstClockTime time, std::int64_t none);

// To be called from a bus sync handler with every message: a streaming thread that starts (and the
// threads it makes later, as x264's) gets a raised priority where the system allows it. Quietly
// does nothing where it does not.
void raise_priority_on_enter(GstMessage* message);

}  // namespace vistter::media
