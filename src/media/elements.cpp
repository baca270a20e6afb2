#include "media/elements.hpp"

#include "media/gstreamer.hpp"

namespace vistter::media {
namespace {

struct Wanted {
    const char* element;
    const char* package;
};

constexpr Wanted wanted[] = {
    {"rtspsrc", "gstreamer1.0-plugins-good"},   {"rtph264depay", "gstreamer1.0-plugins-good"},
    {"flvmux", "gstreamer1.0-plugins-good"},    {"h264parse", "gstreamer1.0-plugins-bad"},
    {"rtmp2sink", "gstreamer1.0-plugins-bad"},  {"mpegtsmux", "gstreamer1.0-plugins-bad"},
    {"x264enc", "gstreamer1.0-plugins-ugly"},   {"avdec_h264", "gstreamer1.0-libav"},
    {"avenc_aac", "gstreamer1.0-libav"},        {"appsrc", "gstreamer1.0-plugins-base"},
};

}  // namespace

std::string missing_elements() {
    start_gstreamer();
    std::string missing;
    for (const Wanted& one : wanted) {
        GstHandle<GstElementFactory> factory(gst_element_factory_find(one.element));
        if (factory) continue;
        missing += std::string(missing.empty() ? "missing: " : ", ") + one.element + " (" + one.package + ")";
    }
    return missing;
}

}  // namespace vistter::media
