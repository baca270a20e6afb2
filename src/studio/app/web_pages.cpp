// Serving the built web page.
#include "studio/app/web_pages.hpp"
namespace vistter::studio {
net::Handler web_pages(const std::filesystem::path&) { return {}; }
}  // namespace vistter::studio
