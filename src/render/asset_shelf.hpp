// The images and fonts of one document, read, checked and decoded once, when the document is
// opened.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "contract/overlay_document.hpp"
#include "render/overlay_renderer.hpp"
#include "render/surface.hpp"
#include "render/svg_picture.hpp"
#include "render/text_block.hpp"

namespace vistter::render {

class AssetShelf {
  public:
    AssetShelf();
    ~AssetShelf();
    AssetShelf(const AssetShelf&) = delete;
    AssetShelf& operator=(const AssetShelf&) = delete;

    // Reads the asset named `key`: an image, an SVG or a font by its media type. Errors:
    // RES_NOT_FOUND, AST_HASH (its bytes are not the ones the document names), AST_TYPE,
    // AST_TOO_BIG (alone, or with the images before it), AST_DECODE, OCL_FONT.
    Status load(const contract::OverlayDocument& document, const std::string& key,
                const AssetSource& source);

    // Whether `key` names a loaded image, SVG or font.
    bool has(const std::string& key) const;
    // Null if the key names no loaded image.
    cairo_surface_t* image(const std::string& key) const;
    // Null if the key names no loaded SVG.
    const SvgPicture* svg(const std::string& key) const;
    // The shipped family if the key is empty or names no loaded font.
    FontChoice font(const std::string& key) const;

  private:
    Status add_image(const std::string& key, const std::string& media_type,
                     const std::string& bytes);
    Status add_font(const std::string& key, const std::string& bytes);
    struct Fonts;

    std::map<std::string, SurfacePtr> images_;
    std::map<std::string, std::unique_ptr<SvgPicture>> svgs_;
    std::int64_t pixels_ = 0;  // of all images
    std::unique_ptr<Fonts> fonts_;
};

}  // namespace vistter::render
