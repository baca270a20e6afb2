// What a destination's fault means: one of our codes, and words that name the cause without any
// secret.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "media/gstreamer.hpp"

namespace vistter::media {

// The meaning of an ERROR message of a sink pipeline that writes to `location`.
Error sink_error(GstMessage* message, const std::string& location);

// The same from the parts: GStreamer's error domain is the resource one or not, its code, and all
// its words.
Error explain_sink_error(bool resource_domain, int code, std::string_view words,
                         const std::string& location);

}  // namespace vistter::media
