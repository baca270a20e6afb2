// Whether this machine has the media elements that the programme and its outputs are made of.
#pragma once

#include <string>

namespace vistter::media {

// "missing: x264enc (gstreamer1.0-plugins-ugly), ..." naming the Debian package of each; empty when all are there.
std::string missing_elements();

}  // namespace vistter::media
