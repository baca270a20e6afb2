// Four pixels and their chroma sample at a time, in single precision: these modes are rare, and
// exactness across machines comes from plain IEEE operations in the written order.
#include "render/blend_modes.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vistter::render {

namespace {

constexpr float kr = 0.2126F, kb = 0.0722F, kg = 1 - kr - kb;

struct Rgba {
    std::array<float, 3> rgb;  // premultiplied, 0..1
    float a;
};

// Chroma as deviations that carry their coverage already.
struct Chroma {
    float blue, red;
};

Chroma chroma_of(int u, int v, int alpha) {
    const float zero = 128.0F * static_cast<float>(alpha) / 255;
    return {(static_cast<float>(u) - zero) / 224, (static_cast<float>(v) - zero) / 224};
}

Rgba pixel_of(int y, int alpha, const Chroma& chroma) {
    const float a = static_cast<float>(alpha) / 255;
    const float luma = (static_cast<float>(y) - 16 * a) / 219;
    const float blue = luma + chroma.blue * 2 * (1 - kb);
    const float red = luma + chroma.red * 2 * (1 - kr);
    return {{red, (luma - kr * red - kb * blue) / kg, blue}, a};
}

Rgba combined(BlendMode mode, const Rgba& under, const Rgba& over) {
    Rgba out{};
    for (std::size_t i = 0; i < 3; ++i) {
        const float b = under.rgb[i], s = std::clamp(over.rgb[i], 0.0F, over.a);
        if (mode == BlendMode::multiply) out.rgb[i] = s * (1 - under.a) + b * (1 - over.a) + s * b;
        if (mode == BlendMode::screen) out.rgb[i] = s + b - s * b;
        if (mode == BlendMode::add) out.rgb[i] = std::max(b, std::min(1.0F, s + b));
    }
    out.a = mode == BlendMode::add ? std::min(1.0F, under.a + over.a)
                                   : under.a + over.a - under.a * over.a;
    return out;
}

float luma_of(const Rgba& pixel) {
    return kr * pixel.rgb[0] + kg * pixel.rgb[1] + kb * pixel.rgb[2];
}

std::uint8_t to_byte(float value) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, 255.0F)));
}

}  // namespace

BlendMode blend_mode_of(const std::string& name) {
    if (name == "multiply") return BlendMode::multiply;
    if (name == "screen") return BlendMode::screen;
    return name == "add" ? BlendMode::add : BlendMode::normal;
}

void blend_rows(BlendMode mode, const UnderRows& under, const RowPair& source, std::size_t count,
                int opacity) {
    const float fade = static_cast<float>(opacity) / 256;
    for (std::size_t k = 0; k < count / 2; ++k) {
        if (source.chroma_alpha[k] == 0) continue;
        Chroma above = chroma_of(source.blue[k], source.red[k], source.chroma_alpha[k]);
        above = {above.blue * fade, above.red * fade};
        std::uint8_t& u = under.blue[k * under.chroma_step];
        std::uint8_t& v = under.red[k * under.chroma_step];
        const Chroma below = chroma_of(u, v, under.chroma_alpha ? under.chroma_alpha[k] : 255);
        float blue = 0, red = 0, alpha = 0;  // sums of what four pixels changed
        for (std::size_t i = 0; i < 4; ++i) {
            const std::size_t row = i / 2, x = 2 * k + i % 2;
            if (source.alpha[row][x] == 0) continue;
            Rgba over = pixel_of(source.luma[row][x], source.alpha[row][x], {0, 0});
            for (float& part : over.rgb) part *= fade;
            over = {{over.rgb[0] + above.red * 2 * (1 - kr),
                     over.rgb[1] -
                         (kr * above.red * 2 * (1 - kr) + kb * above.blue * 2 * (1 - kb)) / kg,
                     over.rgb[2] + above.blue * 2 * (1 - kb)},
                    over.a * fade};
            const int covered = under.alpha[row] ? under.alpha[row][x] : 255;
            const Rgba out = combined(mode, pixel_of(under.luma[row][x], covered, below), over);
            const float luma = luma_of(out);
            under.luma[row][x] = to_byte(16 * out.a + 219 * luma);
            if (under.alpha[row]) under.alpha[row][x] = to_byte(255 * out.a);
            blue += (out.rgb[2] - luma) / (2 * (1 - kb)) - below.blue;
            red += (out.rgb[0] - luma) / (2 * (1 - kr)) - below.red;
            alpha += out.a - static_cast<float>(covered) / 255;
        }
        if (under.chroma_alpha)
            under.chroma_alpha[k] =
                to_byte(static_cast<float>(under.chroma_alpha[k]) + 255 * alpha / 4);
        u = to_byte(static_cast<float>(u) + 224 * blue / 4 + 128 * alpha / 4);
        v = to_byte(static_cast<float>(v) + 224 * red / 4 + 128 * alpha / 4);
    }
}

}  // namespace vistter::render
