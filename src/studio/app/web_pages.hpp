// Where the built web page is, and the handler that serves it.
#pragma once

#include <filesystem>

#include "net/http.hpp"

namespace vistter::studio {

// `given` (from --web) or the folders beside the program: ../share/vistter/web/studio, then
// ../web/studio. Without any of them a plain page says where it should be.
net::Handler web_pages(const std::filesystem::path& given);

}  // namespace vistter::studio
