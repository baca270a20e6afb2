// The mixer's pixels: copies, transitions and fades between I420 pictures of one size. Pure; no
// allocation.
#pragma once

#include <cstdint>
#include <string_view>

#include "contract/timeline_document.hpp"
#include "render/picture.hpp"

namespace vistter::program {

// Contiguous planes of width x height, strides = plane widths: the encoder's buffers, camera
// frames, slates.
render::Picture contiguous(std::uint8_t* bytes, int width, int height);
std::size_t picture_bytes(int width, int height);

struct Mix {
    contract::TransitionKind kind = contract::TransitionKind::cut;
    std::int64_t num = 1, den = 1;  // weight of the incoming picture
    contract::Color color;          // dip
    std::string_view
        direction;  // wipe: left, right, up, down: where the edge moves to; anything else is right
};

// Writes the mix of two contiguous pictures to `out`, which is neither of them. A cut (or weight 1)
// copies `incoming`.
void mix(render::Picture out, const std::uint8_t* outgoing, const std::uint8_t* incoming,
         const Mix& how);
// out = under * (1 - num/den) + out * num/den, for a fade of something that was drawn over a copy.
void fade_over(render::Picture out, const std::uint8_t* under, std::int64_t num, std::int64_t den);
void copy(render::Picture out, const std::uint8_t* picture);
void copy_out(std::uint8_t* bytes, const render::Picture& picture);

// Rows the proof strip takes at the bottom, its top row, and greying of the chroma under it. `cell`
// is a cell's side.
int strip_top(int height, int cell);
void grey_chroma(render::Picture out, int top);

// BT.709 limited range.
struct Yuv {
    std::uint8_t y, u, v;
};
Yuv yuv_of(const contract::Color& color);

}  // namespace vistter::program
