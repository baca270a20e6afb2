// A 4:2:0 picture (BT.709, limited range) somebody else owns, plane by plane with its strides.
#pragma once

#include <cstdint>
#include <vector>

namespace vistter::render {

enum class PictureFormat { i420, nv12 };

struct Picture {
    int width = 0, height = 0;  // even
    std::uint8_t* y = nullptr;
    std::uint8_t* u = nullptr;  // NV12: U and V in turn
    std::uint8_t* v = nullptr;  // NV12: u + 1
    int y_stride = 0, u_stride = 0, v_stride = 0;
    PictureFormat format = PictureFormat::i420;

    int chroma_step() const { return format == PictureFormat::nv12 ? 2 : 1; }
};

// A picture that owns its planes, contiguous, strides = plane widths.
class OwnedPicture {
  public:
    OwnedPicture(int width, int height, PictureFormat format = PictureFormat::i420);
    Picture view();

  private:
    int width_, height_;
    PictureFormat format_;
    std::vector<std::uint8_t> bytes_;
};

void fill(Picture picture, std::uint8_t y, std::uint8_t u, std::uint8_t v);
// The built-in "technical_difficulties" slate (rulings 21), also "black" and "bars". Slow: draw
// once, then copy.
void draw_slate(Picture picture, const char* builtin);

}  // namespace vistter::render
