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
#include "render/text_block.hpp"

namespace vistter::render {

// PNG bytes to a surface. AST_TOO_BIG past 4096x4096 (contract C.13), AST_DECODE if Cairo cannot
// read it.
Result<SurfacePtr> decode_png(const std::string& bytes);

class AssetShelf {
  public:
    AssetShelf();
    ~AssetShelf();
    AssetShelf(const AssetShelf&) = delete;
    AssetShelf& operator=(const AssetShelf&) = delete;

    // Reads the asset named `key`: an image, or with a font/... media type a font. Errors:
    // RES_NOT_FOUND, AST_HASH (its bytes are not the ones the document names), AST_TYPE,
    // AST_TOO_BIG, AST_DECODE, OCL_FONT.
    Status load(const contract::OverlayDocument& document, const std::string& key,
                const AssetSource& source);

    // Whether `key` names a loaded image or font.
    bool has(const std::string& key) const;
    // Null if the key names no loaded image.
    cairo_surface_t* image(const std::string& key) const;
    // The shipped family if the key is empty or names no loaded font.
    FontChoice font(const std::string& key) const;

  private:
    Status add_font(const std::string& key, const std::string& bytes);
    struct Fonts;

    std::map<std::string, SurfacePtr> images_;
    std::unique_ptr<Fonts> fonts_;
};

}  // namespace vistter::render
