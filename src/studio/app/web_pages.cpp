// Serving the built web page.
#include "studio/app/web_pages.hpp"

#include <memory>
#include <system_error>
#include <vector>

#include "base/log.hpp"
#include "net/static_files.hpp"

namespace vistter::studio {
namespace {

std::vector<std::filesystem::path> folders(const std::filesystem::path& given) {
    if (!given.empty()) return {given};
    std::error_code failed;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
    const auto above = program.parent_path().parent_path();
    return {above / "share/vistter/web/studio", above / "web/studio"};
}

}  // namespace

net::Handler web_pages(const std::filesystem::path& given) {
    for (const auto& folder : folders(given)) {
        auto loaded = net::StaticFiles::load(folder);
        if (!loaded) continue;
        // Shared because std::function copies its target.
        auto files = std::make_shared<net::StaticFiles>(std::move(*loaded));
        return [files](const net::Request& request, std::unique_ptr<net::Responder> responder) {
            responder->respond(files->serve(request));
        };
    }
    log::warning("the web page is not built: {} has no index.html", folders(given).back().string());
    return [](const net::Request&, std::unique_ptr<net::Responder> responder) {
        responder->respond(net::pages_missing());
    };
}

}  // namespace vistter::studio
