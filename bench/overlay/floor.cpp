// AVX2 by hand, and AVX-512 for the blend where the machine has it. The arithmetic is that of the
// renderer's rows, so that both draw the same picture.
#include "floor.hpp"

#include <immintrin.h>

#include <algorithm>
#include <cmath>

namespace vistter::bench {

using render::Picture;
using render::Sprite;

namespace {

#define BY_HAND __attribute__((target("avx2")))

constexpr int margin = Sprite::margin;

// 16 pixels: under = source * fade + under * (1 - alpha * fade).
BY_HAND inline void blend_row(std::uint8_t* under, const std::uint8_t* source,
                              const std::uint8_t* alpha, int count, int opacity) {
    const __m256i fade = _mm256_set1_epi16(static_cast<short>(opacity));
    const __m256i full = _mm256_set1_epi16(static_cast<short>(255 * 256));
    const __m256i half = _mm256_set1_epi16(128);
    const auto wide = [&](const std::uint8_t* at) BY_HAND {
        return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
    };
    int i = 0;
    for (; i + 16 <= count; i += 16) {
        const __m256i kept = _mm256_sub_epi16(full, _mm256_mullo_epi16(wide(alpha + i), fade));
        const __m256i below = wide(under + i);
        const __m256i scaled = _mm256_or_si256(below, _mm256_slli_epi16(below, 8));
        const __m256i sum =
            _mm256_add_epi16(_mm256_add_epi16(_mm256_mullo_epi16(wide(source + i), fade), half),
                             _mm256_mulhi_epu16(scaled, kept));
        const __m256i bytes = _mm256_srli_epi16(sum, 8);
        const __m256i packed =
            _mm256_permute4x64_epi64(_mm256_packus_epi16(bytes, bytes), 0b11'01'10'00);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(under + i), _mm256_castsi256_si128(packed));
    }
    for (; i < count; ++i) {
        const unsigned kept =
            under[i] * 257u * (65280u - alpha[i] * static_cast<unsigned>(opacity));
        under[i] = static_cast<std::uint8_t>(
            (source[i] * static_cast<unsigned>(opacity) + (kept >> 16) + 128) >> 8);
    }
}

#define BY_HAND_WIDE __attribute__((target("avx512bw")))

// The same, 32 pixels at a time.
BY_HAND_WIDE inline void blend_row_wide(std::uint8_t* under, const std::uint8_t* source,
                                        const std::uint8_t* alpha, int count, int opacity) {
    const __m512i fade = _mm512_set1_epi16(static_cast<short>(opacity));
    const __m512i full = _mm512_set1_epi16(static_cast<short>(255 * 256));
    const __m512i half = _mm512_set1_epi16(128);
    const auto wide = [&](const std::uint8_t* at) BY_HAND_WIDE {
        return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)));
    };
    int i = 0;
    for (; i + 32 <= count; i += 32) {
        const __m512i kept = _mm512_sub_epi16(full, _mm512_mullo_epi16(wide(alpha + i), fade));
        const __m512i below = wide(under + i);
        const __m512i scaled = _mm512_or_si512(below, _mm512_slli_epi16(below, 8));
        const __m512i sum =
            _mm512_add_epi16(_mm512_add_epi16(_mm512_mullo_epi16(wide(source + i), fade), half),
                             _mm512_mulhi_epu16(scaled, kept));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(under + i),
                            _mm512_cvtepi16_epi8(_mm512_srli_epi16(sum, 8)));
    }
    if (i < count) blend_row(under + i, source + i, alpha + i, count - i, opacity);
}

void blend_fastest(std::uint8_t* under, const std::uint8_t* source, const std::uint8_t* alpha,
                   int count, int opacity) {
    static const bool wide = __builtin_cpu_supports("avx512bw") != 0;
    (wide ? blend_row_wide : blend_row)(under, source, alpha, count, opacity);
}

// Eight pixels of four bytes mixed: (a * (256 - share) + b * share + 128) / 256, shares doubled
// into both halves of each lane.
BY_HAND inline __m256i mixed(__m256i a, __m256i b, __m256i share) {
    const __m256i low = _mm256_set1_epi16(0xFF), half = _mm256_set1_epi16(128);
    const __m256i other = _mm256_sub_epi16(_mm256_set1_epi16(256), share);
    const __m256i even =
        _mm256_add_epi16(_mm256_add_epi16(_mm256_mullo_epi16(_mm256_and_si256(a, low), other),
                                          _mm256_mullo_epi16(_mm256_and_si256(b, low), share)),
                         half);
    const __m256i odd =
        _mm256_add_epi16(_mm256_add_epi16(_mm256_mullo_epi16(_mm256_srli_epi16(a, 8), other),
                                          _mm256_mullo_epi16(_mm256_srli_epi16(b, 8), share)),
                         half);
    return _mm256_or_si256(_mm256_srli_epi16(even, 8), _mm256_andnot_si256(low, odd));
}

// Down first, over the whole row of the source, then across, by columns found once a frame.
BY_HAND inline void scale_row(const std::uint32_t* top, const std::uint32_t* bottom, int width,
                              int fy, const std::int32_t* columns, const std::uint32_t* shares,
                              int count, std::uint32_t* between, std::uint8_t* const planes[4]) {
    const __m256i down = _mm256_set1_epi16(static_cast<short>(fy));
    for (int x = 0; x < width; x += 8) {
        const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(top + x));
        const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bottom + x));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(between + x), mixed(a, b, down));
    }
    const __m256i order = _mm256_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0,
                                           4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m256i lanes = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    for (int i = 0; i < count; i += 8) {
        const __m256i at = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(columns + i));
        const auto* pixels = reinterpret_cast<const int*>(between);
        const __m256i value =
            mixed(_mm256_i32gather_epi32(pixels, at, 4), _mm256_i32gather_epi32(pixels + 1, at, 4),
                  _mm256_loadu_si256(reinterpret_cast<const __m256i*>(shares + i)));
        const __m256i sorted =
            _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(value, order), lanes);
        const __m128i first = _mm256_castsi256_si128(sorted);
        const __m128i second = _mm256_extracti128_si256(sorted, 1);
        _mm_storel_epi64(reinterpret_cast<__m128i*>(planes[0] + i), first);
        _mm_storeh_pd(reinterpret_cast<double*>(planes[1] + i), _mm_castsi128_pd(first));
        _mm_storel_epi64(reinterpret_cast<__m128i*>(planes[2] + i), second);
        _mm_storeh_pd(reinterpret_cast<double*>(planes[3] + i), _mm_castsi128_pd(second));
    }
}

BY_HAND inline void halve(std::uint8_t* out, const std::uint8_t* top, const std::uint8_t* bottom,
                          int count) {
    const __m256i ones = _mm256_set1_epi8(1), two = _mm256_set1_epi16(2);
    int i = 0;
    for (; i + 16 <= count; i += 16) {
        const auto sums = [&](const std::uint8_t* at) BY_HAND {
            return _mm256_maddubs_epi16(
                _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 2 * i)), ones);
        };
        const __m256i mean =
            _mm256_srli_epi16(_mm256_add_epi16(_mm256_add_epi16(sums(top), sums(bottom)), two), 2);
        const __m256i packed =
            _mm256_permute4x64_epi64(_mm256_packus_epi16(mean, mean), 0b11'01'10'00);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm256_castsi256_si128(packed));
    }
    for (; i < count; ++i) {
        out[i] = static_cast<std::uint8_t>(
            (top[2 * i] + top[2 * i + 1] + bottom[2 * i] + bottom[2 * i + 1] + 2) >> 2);
    }
}

}  // namespace

Floor::Floor(const Scene& scene)
    : scene_(scene),
      stride_(static_cast<std::size_t>(scene.width()) + 64),
      rows_(stride_ * 11),
      between_(stride_),
      columns_(stride_),
      shares_(stride_) {
    for (std::size_t i = 0; i < 3; ++i) {
        const Piece& piece = scene.piece(i);
        const render::SurfacePtr framed =
            render::make_surface(piece.width + 2 * margin, piece.height + 2 * margin);
        const render::ContextPtr context = render::make_context(framed.get());
        cairo_set_source_surface(context.get(), piece.pixels.get(), margin, margin);
        cairo_paint(context.get());
        sprites_.emplace_back(framed.get(), render::Matrix{}, i == 2);
    }
}

bool Floor::runs_here() {
    return __builtin_cpu_supports("avx2") != 0;
}

void Floor::draw(const Picture& picture, int n) {
    for (std::size_t i = 0; i < 2; ++i) blend(picture, sprites_[i], scene_.place(i, n));
    blend_scaled(picture, sprites_[2], scene_.place(2, n));
}

void Floor::blend(const Picture& picture, const Sprite& sprite, const Place& place) {
    const int x = static_cast<int>(place.x), y = static_cast<int>(place.y);
    const int width = sprite.width() - 2 * margin;
    const int height = std::min(sprite.height() - 2 * margin, picture.height - y);
    const int opacity = static_cast<int>(std::lrint(place.opacity * 256));
    for (int row = 0; row < height; ++row) {
        blend_fastest(picture.y + (y + row) * picture.y_stride + x,
                      sprite.luma(row + margin) + margin, sprite.alpha(row + margin) + margin,
                      width, opacity);
    }
    for (int row = 0; row < height / 2; ++row) {
        const int at = row + margin / 2;
        const std::uint8_t* alpha = sprite.chroma_alpha(at) + margin / 2;
        blend_fastest(picture.u + (y / 2 + row) * picture.u_stride + x / 2,
                      sprite.blue(at) + margin / 2, alpha, width / 2, opacity);
        blend_fastest(picture.v + (y / 2 + row) * picture.v_stride + x / 2,
                      sprite.red(at) + margin / 2, alpha, width / 2, opacity);
    }
}

BY_HAND void Floor::blend_scaled(const Picture& picture, const Sprite& sprite, const Place& place) {
    const double s = place.scale;
    const double wide = sprite.width() - 2 * margin, high = sprite.height() - 2 * margin;
    const double left = place.x + wide / 2 * (1 - s), top = place.y + high / 2 * (1 - s);
    const int x0 = static_cast<int>(std::floor(left - s)) & ~1;
    const int x1 = (static_cast<int>(std::ceil(left + (wide + 1) * s)) + 1) & ~1;
    const int y0 = static_cast<int>(std::floor(top - s)) & ~1;
    const int y1 = (static_cast<int>(std::ceil(top + (high + 1) * s)) + 1) & ~1;
    const int count = x1 - x0;
    const auto row = [&](int which) {
        return rows_.data() + stride_ * static_cast<std::size_t>(which);
    };
    const auto fixed = [&](double at, double origin) {
        return std::llrint(((at + 0.5 - origin) / s + margin - 0.5) * 65536);
    };
    for (int i = 0; i < count + 8; ++i) {
        const std::int64_t u = fixed(x0 + std::min(i, count - 1), left);
        columns_[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(u >> 16);
        shares_[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(u >> 8 & 0xFF) * 0x10001;
    }
    for (int y = y0; y < y1; y += 2) {
        for (int i = 0; i < 2; ++i) {
            const std::int64_t v = fixed(y + i, top);
            const std::uint32_t* source = sprite.interleaved() + (v >> 16) * sprite.width();
            std::uint8_t* const planes[4] = {row(4 * i), row(4 * i + 1), row(4 * i + 2),
                                             row(4 * i + 3)};
            scale_row(source, source + sprite.width(), sprite.width(),
                      static_cast<int>(v >> 8 & 0xFF), columns_.data(), shares_.data(), count,
                      between_.data(), planes);
            blend_fastest(picture.y + (y + i) * picture.y_stride + x0, planes[0], planes[3], count,
                          256);
        }
        for (int plane = 1; plane < 4; ++plane)
            halve(row(7 + plane), row(plane), row(4 + plane), count / 2);
        blend_fastest(picture.u + y / 2 * picture.u_stride + x0 / 2, row(8), row(10), count / 2,
                      256);
        blend_fastest(picture.v + y / 2 * picture.v_stride + x0 / 2, row(9), row(10), count / 2,
                      256);
    }
}

}  // namespace vistter::bench
