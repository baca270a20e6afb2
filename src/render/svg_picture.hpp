// A static SVG (contract C.2 `layer.svg`), refused unless it is the harmless subset, and drawn as
// vectors at any size. Not on the tick thread.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "contract/overlay_document.hpp"
#include "render/surface.hpp"

namespace vistter::render {

// Why an SVG is not the harmless subset; empty when it is. Refused: more than 256 KiB or 5,000
// elements, document types and entities, scripts and event attributes, foreign objects, animation,
// style imports, and every reference that leaves the file.
std::string svg_objection(const std::string& bytes);

class SvgPicture {
  public:
    // AST_TOO_BIG, AST_TYPE (not the subset), AST_DECODE.
    static Result<std::unique_ptr<SvgPicture>> parse(const std::string& bytes);
    ~SvgPicture();
    // Its own size in pixels; 0x0 when the file gives none.
    contract::Pair size() const { return size_; }
    // Stretched over `box`.
    void paint(cairo_t* context, const contract::Pair& box) const;

  private:
    SvgPicture() = default;
    struct Handle;
    std::unique_ptr<Handle> handle_;
    contract::Pair size_{0, 0};
};

}  // namespace vistter::render
