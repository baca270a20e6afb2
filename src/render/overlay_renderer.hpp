// OCL state -> cached premultiplied sprites -> blended pixels. One renderer for air, preview, the
// CLI and the goldens. Rasterising (Cairo, Pango) happens in prepare(), off the tick thread; draw()
// only blends covered pixels.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "contract/overlay_document.hpp"
#include "ocl/evaluate.hpp"
#include "render/picture.hpp"

namespace vistter::render {

// Gives the bytes of an asset by its sha256. Called from OverlayRenderer::open() only.
class AssetSource {
  public:
    virtual ~AssetSource() = default;
    virtual Result<std::string> read(const std::string& sha256) const = 0;
};

// Assets as files named by their sha256 in one folder.
std::unique_ptr<AssetSource> make_folder_assets(std::filesystem::path folder);

// One overlay document on one output size. Thread rules: prepare() on any worker, draw() on the
// tick thread; both may run at the same time (the finished sprite set is swapped in whole; draw()
// never waits and never allocates).
//
// What is drawn, exactly:
// - Opacity, position, reveal, scale and rotation cost only the blend. Position acts in steps of
//   1/64 output pixel (contract C.6); a fraction is shifted bilinearly, relative to where the layer
//   rests, so resting layers are sharp. While scale or rotation differ from their resting value the
//   sprite is sampled bilinearly.
// - Properties that change a layer's look (content, asset, size, crop, colours, stroke, radius,
//   blur, font size) take one sprite a look. prepare() makes all looks that are known: each frame
//   of the tracks at the given rate, through the body and through an outro started at rest, and
//   every picture of an image sequence. A layer gets at most 300 looks and 48 MiB (a sequence 512
//   and 192 MiB); tracks longer than 1,200 frames are sampled evenly. For any other look (a hide in
//   the middle of such an intro, another rate) draw() takes the sprite most like it and never
//   waits.
// - A text's tokens are resolved by prepare(). A clock layer is drawn as text.
// - A group whose children stand still is one sprite. Any other is composed on every frame on a
//   canvas of the output's size, each child placed and sampled by itself, and then blended as one
//   picture: opacity, reveal, clip, mask and blend act on the whole. Its children are laid out in
//   the box it has without animation.
// - Masks are composed like groups; a blend mode acts in encoded RGB (contract C.7).
// - SVGs are vectors at every size, in a harmless subset only (svg_picture.hpp). Lottie and video
//   show their layer's fallback.
class OverlayRenderer {
  public:
    // Reads, checks (SHA-256) and decodes the assets, so later calls need no files.
    // Errors: OCL_FEATURE_UNSUPPORTED with a pointer for each construct that cannot be drawn;
    // AST_DECODE, AST_TYPE, AST_TOO_BIG, AST_HASH, RES_NOT_FOUND for an asset whose layer says
    // fail_scene, unless the document's fallbacks replace that scene: by the scene they name, else
    // by their image, centred at its own size. Other layers use their own fallback.
    static Result<std::unique_ptr<OverlayRenderer>> open(contract::OverlayDocument document,
                                                         const AssetSource& assets,
                                                         int output_width, int output_height);
    virtual ~OverlayRenderer() = default;
    virtual const contract::OverlayDocument& document() const = 0;
    // What could not be used, with its pointer: assets, kinds and optional features. The layers or
    // scenes concerned show their fallback (contract C.12).
    virtual const std::vector<Error>& faults() const = 0;
    // Rasterises what `scene_id` needs with these tokens; a later call with other tokens prepares
    // another sprite set and swaps it in when `draw` is next called with those tokens. The three
    // latest sets of a scene are kept. Does nothing if that set is there already. `rate` is the
    // output's. Errors: RES_NOT_FOUND (no such scene), OCL_LIMIT.
    virtual Status prepare(const std::string& scene_id, const ocl::Tokens& tokens,
                           ocl::Rate rate = {30, 1}) = 0;
    // Blends the scene at `clock` into `picture` (of the output size). Returns whether the scene
    // has finished. While no set with exactly these tokens is prepared, the scene's latest other
    // set is shown; without any, nothing.
    virtual bool draw(Picture picture, const std::string& scene_id, ocl::SceneClock clock,
                      ocl::Rate rate, const ocl::Tokens& tokens) = 0;
    // How many layers were drawn with a stand-in sprite, or not at all for want of a set. Any
    // thread.
    virtual std::int64_t stand_ins() const = 0;
    // Bytes of sprites held. Any thread.
    virtual std::size_t memory() const = 0;
};

// Writes a picture as PNG (converted back to RGB with the same BT.709 matrix). Errors: SYS_STORAGE.
Status write_png(const Picture& picture, const std::filesystem::path& path);
// RGB bytes, 3 a pixel, rows without padding; each chroma sample covers its four pixels.
std::vector<std::uint8_t> to_rgb(const Picture& picture);

}  // namespace vistter::render
