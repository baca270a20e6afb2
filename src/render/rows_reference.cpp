// The row kernels as plain loops.
#include "render/rows.hpp"

namespace vistter::render::reference {

namespace {

// 8.8 fixed point; under * 257 / 65536 is under / 255 to within 2^-16.
std::uint8_t blended(unsigned under, unsigned source, unsigned alpha, int opacity) {
    const unsigned faded_source = source * static_cast<unsigned>(opacity);
    const unsigned faded_alpha = alpha * static_cast<unsigned>(opacity);
    const unsigned kept = under * 257u * (255u * 256 - faded_alpha) >> 16;
    return static_cast<std::uint8_t>((faded_source + kept + 128) >> 8);
}

// Four bytes at once: (a * (256 - share) + b * share + 128) / 256 each.
std::uint32_t mixed(std::uint32_t a, std::uint32_t b, std::uint32_t share) {
    constexpr std::uint32_t mask = 0x00FF00FF, half = 0x00800080;
    const auto pairs = [&](std::uint32_t x, std::uint32_t y) {
        std::uint32_t out = 0;
        for (int lane = 0; lane < 32; lane += 16) {
            const std::uint32_t sum =
                (x >> lane & 0xFF) * (256 - share) + (y >> lane & 0xFF) * share + (half & 0xFF);
            out |= (sum >> 8 & 0xFF) << lane;
        }
        return out;
    };
    return pairs(a & mask, b & mask) | pairs(a >> 8 & mask, b >> 8 & mask) << 8;
}

}  // namespace

void blend_row(std::uint8_t* under, const std::uint8_t* source, const std::uint8_t* alpha,
               std::size_t count, int opacity) {
    for (std::size_t i = 0; i < count; ++i)
        under[i] = blended(under[i], source[i], alpha[i], opacity);
}

void blend_pairs(std::uint8_t* under, const std::uint8_t* blue, const std::uint8_t* red,
                 const std::uint8_t* alpha, std::size_t count, int opacity) {
    for (std::size_t i = 0; i < count; ++i) {
        under[2 * i] = blended(under[2 * i], blue[i], alpha[i], opacity);
        under[2 * i + 1] = blended(under[2 * i + 1], red[i], alpha[i], opacity);
    }
}

void lerp_row(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, std::size_t count,
              int share) {
    for (std::size_t i = 0; i < count; ++i)
        out[i] = static_cast<std::uint8_t>((a[i] * (128 - share) + b[i] * share + 64) >> 7);
}

void halve_rows(std::uint8_t* out, const std::uint8_t* top, const std::uint8_t* bottom,
                std::size_t out_count) {
    for (std::size_t i = 0; i < out_count; ++i) {
        const int sum = top[2 * i] + top[2 * i + 1] + bottom[2 * i] + bottom[2 * i + 1];
        out[i] = static_cast<std::uint8_t>((sum + 2) >> 2);
    }
}

void cover_row(std::uint8_t* out, const std::uint8_t* values, const std::uint8_t* cover,
               std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const unsigned product = values[i] * cover[i] + 128u;
        out[i] = static_cast<std::uint8_t>((product + (product >> 8)) >> 8);
    }
}

void sample_row(const SampleLine& line, std::uint8_t* const planes[4], std::size_t count) {
    std::int64_t u = line.u, v = line.v;
    for (std::size_t i = 0; i < count; ++i, u += line.du, v += line.dv) {
        const std::int64_t x = u >> 16, y = v >> 16;
        std::uint32_t value = 0;
        if (x >= 0 && y >= 0 && x + 1 < line.width && y + 1 < line.height) {
            const std::uint32_t* at = line.pixels + y * line.width + x;
            const auto fx = static_cast<std::uint32_t>(u >> 8 & 0xFF);
            const auto fy = static_cast<std::uint32_t>(v >> 8 & 0xFF);
            value =
                mixed(mixed(at[0], at[line.width], fy), mixed(at[1], at[line.width + 1], fy), fx);
        }
        for (int plane = 0; plane < 4; ++plane)
            planes[plane][i] = static_cast<std::uint8_t>(value >> 8 * plane);
    }
}

}  // namespace vistter::render::reference
