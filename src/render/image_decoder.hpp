// Encoded pictures to premultiplied surfaces. Sizes are checked from the header before anything of
// that size is allocated. Not on the tick thread.
#pragma once

#include <string>

#include "base/result.hpp"
#include "render/surface.hpp"

namespace vistter::render {

inline constexpr int max_image_side = 4096;  // contract C.13

// image/png, image/jpeg or image/webp (still) bytes. AST_TYPE for another type, AST_TOO_BIG past
// 4096x4096, AST_DECODE if the bytes are not such a picture.
Result<SurfacePtr> decode_image(const std::string& media_type, const std::string& bytes);

}  // namespace vistter::render
