// OCL state -> cached premultiplied sprites -> blended pixels. One renderer for air, preview, the CLI and the goldens.
// Rasterising (Cairo, Pango) happens in prepare(), off the tick thread; draw() only blends covered pixels.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "contract/overlay_document.hpp"
#include "ocl/evaluate.hpp"
#include "render/picture.hpp"

namespace vistter::render {

// Gives the bytes of an asset by its sha256. Called from prepare() only.
class AssetSource {
  public:
    virtual ~AssetSource() = default;
    virtual Result<std::string> read(const std::string& sha256) const = 0;
};

// Assets as files named by their sha256 in one folder.
std::unique_ptr<AssetSource> make_folder_assets(std::filesystem::path folder);

// One overlay document on one output size. Thread rules: prepare() on a worker, draw() on the tick thread; both may run
// at the same time (the finished sprite set is swapped in whole; draw() never waits and never allocates).
class OverlayRenderer {
  public:
    // Errors: AST_DECODE, AST_HASH, RES_NOT_FOUND for an asset whose layer says fail_scene; other layers use their fallback.
    static Result<std::unique_ptr<OverlayRenderer>> open(contract::OverlayDocument document,
                                                         const AssetSource& assets, int output_width,
                                                         int output_height);
    virtual ~OverlayRenderer() = default;
    virtual const contract::OverlayDocument& document() const = 0;
    // Rasterises what `scene_id` needs with these tokens; a later call with other tokens prepares a second sprite set and
    // swaps it in when `draw` is next called with those tokens.
    virtual Status prepare(const std::string& scene_id, const ocl::Tokens& tokens) = 0;
    // Blends the scene at `clock` into `picture` (of the output size). Returns whether the scene has finished.
    virtual bool draw(Picture picture, const std::string& scene_id, ocl::SceneClock clock, ocl::Rate rate,
                      const ocl::Tokens& tokens) = 0;
};

// Writes a picture as PNG (converted back to RGB with the same BT.709 matrix).
Status write_png(const Picture& picture, const std::filesystem::path& path);
// JPEG-free: RGB bytes, 3 a pixel, for tests.
std::vector<std::uint8_t> to_rgb(const Picture& picture);

}  // namespace vistter::render
