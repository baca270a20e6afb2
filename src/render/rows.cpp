// The row kernels with Highway: compiled once for each instruction set, chosen at run time.
#include "render/rows.hpp"

#include <algorithm>
#include <cstdlib>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE \
    "render/rows.cpp"  // must be found by the include path: this file is read once a target
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace vistter::render::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Wide = hn::ScalableTag<std::uint16_t>;
using Narrow = hn::Rebind<std::uint8_t, Wide>;
using Words = hn::ScalableTag<std::uint32_t>;

HWY_INLINE hn::Vec<Wide> promoted(hn::Vec<Narrow> bytes) {
    return hn::PromoteTo(Wide(), bytes);
}
HWY_INLINE hn::Vec<Wide> load(const std::uint8_t* bytes) {
    return promoted(hn::LoadU(Narrow(), bytes));
}

// Values are below 2^15, so the signed, saturating narrowing clips at 255 and nowhere else.
HWY_INLINE hn::Vec<Narrow> narrowed(hn::Vec<Wide> value) {
    const hn::RebindToSigned<Wide> signed_wide;
    return hn::DemoteTo(Narrow(), hn::BitCast(signed_wide, value));
}
HWY_INLINE void store(hn::Vec<Wide> value, std::uint8_t* bytes) {
    hn::StoreU(narrowed(value), Narrow(), bytes);
}

// `kept` is 255 * 256 less the faded alpha.
HWY_INLINE hn::Vec<Wide> blended(hn::Vec<Wide> below, hn::Vec<Wide> faded_source,
                                 hn::Vec<Wide> kept) {
    const Wide d;
    const auto times_257 = hn::Or(below, hn::ShiftLeft<8>(below));
    const auto rest = hn::MulHigh(times_257, kept);
    return hn::ShiftRight<8>(hn::Add(hn::Add(faded_source, rest), hn::Set(d, std::uint16_t{128})));
}

void BlendRow(std::uint8_t* HWY_RESTRICT under, const std::uint8_t* source,
              const std::uint8_t* alpha, std::size_t count, int opacity) {
    const Wide d;
    const std::size_t lanes = hn::Lanes(d);
    const auto fade = hn::Set(d, static_cast<std::uint16_t>(opacity));
    const auto full = hn::Set(d, std::uint16_t{255 * 256});
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto kept = hn::Sub(full, hn::Mul(load(alpha + i), fade));
        store(blended(load(under + i), hn::Mul(load(source + i), fade), kept), under + i);
    }
    reference::blend_row(under + i, source + i, alpha + i, count - i, opacity);
}

void BlendPairs(std::uint8_t* HWY_RESTRICT under, const std::uint8_t* blue, const std::uint8_t* red,
                const std::uint8_t* alpha, std::size_t count, int opacity) {
    const Wide d;
    const std::size_t lanes = hn::Lanes(d);
    const auto fade = hn::Set(d, static_cast<std::uint16_t>(opacity));
    const auto full = hn::Set(d, std::uint16_t{255 * 256});
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto kept = hn::Sub(full, hn::Mul(load(alpha + i), fade));
        hn::Vec<Narrow> first, second;
        hn::LoadInterleaved2(Narrow(), under + 2 * i, first, second);
        first = narrowed(blended(promoted(first), hn::Mul(load(blue + i), fade), kept));
        second = narrowed(blended(promoted(second), hn::Mul(load(red + i), fade), kept));
        hn::StoreInterleaved2(first, second, Narrow(), under + 2 * i);
    }
    reference::blend_pairs(under + 2 * i, blue + i, red + i, alpha + i, count - i, opacity);
}

void LerpRow(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, std::size_t count,
             int share) {
    const Wide d;
    const std::size_t lanes = hn::Lanes(d);
    const auto weight_a = hn::Set(d, static_cast<std::uint16_t>(128 - share));
    const auto weight_b = hn::Set(d, static_cast<std::uint16_t>(share));
    const auto half = hn::Set(d, std::uint16_t{64});
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto sum = hn::Add(hn::Mul(load(a + i), weight_a), hn::Mul(load(b + i), weight_b));
        store(hn::ShiftRight<7>(hn::Add(sum, half)), out + i);
    }
    reference::lerp_row(out + i, a + i, b + i, count - i, share);
}

// The two bytes of each 16-bit lane are neighbours in the row.
HWY_INLINE hn::Vec<Wide> pair_sums(const std::uint8_t* row) {
    const Wide d;
    const auto pairs =
        hn::LoadU(d, reinterpret_cast<const std::uint16_t*>(row));  // unaligned is fine
    return hn::Add(hn::And(pairs, hn::Set(d, std::uint16_t{0xFF})), hn::ShiftRight<8>(pairs));
}

void HalveRows(std::uint8_t* out, const std::uint8_t* top, const std::uint8_t* bottom,
               std::size_t out_count) {
    const Wide d;
    const std::size_t lanes = hn::Lanes(d);
    const auto half = hn::Set(d, std::uint16_t{2});
    std::size_t i = 0;
    for (; i + lanes <= out_count; i += lanes) {
        const auto sum = hn::Add(pair_sums(top + 2 * i), pair_sums(bottom + 2 * i));
        store(hn::ShiftRight<2>(hn::Add(sum, half)), out + i);
    }
    reference::halve_rows(out + i, top + 2 * i, bottom + 2 * i, out_count - i);
}

void CoverRow(std::uint8_t* out, const std::uint8_t* values, const std::uint8_t* cover,
              std::size_t count) {
    const Wide d;
    const std::size_t lanes = hn::Lanes(d);
    const auto half = hn::Set(d, std::uint16_t{128});
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto product = hn::Add(hn::Mul(load(values + i), load(cover + i)), half);
        store(hn::ShiftRight<8>(hn::Add(product, hn::ShiftRight<8>(product))), out + i);
    }
    reference::cover_row(out + i, values + i, cover + i, count - i);
}

#if HWY_TARGET == HWY_SCALAR
void SampleRow(const SampleLine& line, std::uint8_t* const planes[4], std::size_t count) {
    reference::sample_row(line, planes, count);
}
#else
// Four bytes a lane; `share` holds the fraction in both halves of each lane.
HWY_INLINE hn::Vec<Words> mixed(hn::Vec<Words> a, hn::Vec<Words> b, hn::Vec<Wide> share) {
    const Wide d;
    const Words words;
    const auto low = hn::Set(d, std::uint16_t{0xFF}), half = hn::Set(d, std::uint16_t{128});
    const auto other = hn::Sub(hn::Set(d, std::uint16_t{256}), share);
    const auto wide_a = hn::BitCast(d, a), wide_b = hn::BitCast(d, b);
    const auto even = hn::ShiftRight<8>(hn::Add(
        hn::Add(hn::Mul(hn::And(wide_a, low), other), hn::Mul(hn::And(wide_b, low), share)), half));
    const auto odd = hn::Add(hn::Add(hn::Mul(hn::ShiftRight<8>(wide_a), other),
                                     hn::Mul(hn::ShiftRight<8>(wide_b), share)),
                             half);
    return hn::BitCast(words, hn::OrAnd(even, odd, hn::Set(d, std::uint16_t{0xFF00})));
}

HWY_INLINE hn::Vec<Wide> doubled(hn::Vec<Words> share) {
    return hn::BitCast(Wide(), hn::Or(share, hn::ShiftLeft<16>(share)));
}

// The outputs [first, last) all of whose four neighbours lie inside, along one axis.
HWY_INLINE void narrow(std::int64_t start, std::int64_t step, std::int64_t side,
                       std::int64_t& first, std::int64_t& last) {
    const std::int64_t end = (side - 1) * 65536;  // of the positions that have a neighbour
    if (step == 0) {
        if (start < 0 || start >= end) last = first;
        return;
    }
    const auto divided_up = [](std::int64_t a, std::int64_t b) {  // b > 0
        return a >= 0 ? (a + b - 1) / b : -(-a / b);
    };
    if (step > 0) {
        first = std::max(first, divided_up(-start, step));
        last = std::min(last, divided_up(end - start, step));
    } else {
        first = std::max(first, divided_up(start - end + 1, -step));
        last = std::min(last, divided_up(start + 1, -step));
    }
}

// Four bytes a lane to four planes.
HWY_INLINE void store_planes(hn::Vec<Words> value, std::uint8_t* const planes[4], std::int64_t i) {
    const hn::Rebind<std::uint8_t, Words> bytes;
    hn::StoreU(hn::TruncateTo(bytes, value), bytes, planes[0] + i);
    hn::StoreU(hn::TruncateTo(bytes, hn::ShiftRight<8>(value)), bytes, planes[1] + i);
    hn::StoreU(hn::TruncateTo(bytes, hn::ShiftRight<16>(value)), bytes, planes[2] + i);
    hn::StoreU(hn::TruncateTo(bytes, hn::ShiftRight<24>(value)), bytes, planes[3] + i);
}

// A line along one row: the two rows it lies between are mixed once, then only the columns.
// Returns how far it came.
HWY_INLINE std::int64_t sample_along(const SampleLine& line, std::uint8_t* const planes[4],
                                     std::int64_t i, std::int64_t last) {
    using Signed = hn::RebindToSigned<Words>;
    const Words d;
    const Signed ds;
    const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
    const std::int64_t ends[] = {line.u + i * line.du, line.u + (last - 1) * line.du};
    const std::int64_t left = std::min(ends[0], ends[1]) >> 16,
                       right = (std::max(ends[0], ends[1]) >> 16) + 2;
    const std::uint32_t* top = line.pixels + (line.v >> 16) * line.width;
    const std::uint32_t* bottom = top + line.width;
    const auto down = doubled(hn::Set(d, static_cast<std::uint32_t>(line.v >> 8 & 0xFF)));
    std::int64_t x = left;
    for (; x + lanes <= right; x += lanes)
        hn::StoreU(mixed(hn::LoadU(d, top + x), hn::LoadU(d, bottom + x), down), d,
                   line.scratch + x);
    for (; x < right; ++x) {
        const auto one = mixed(hn::Set(d, top[x]), hn::Set(d, bottom[x]), down);
        line.scratch[x] = hn::GetLane(one);
    }
    const auto low = hn::Set(d, 0xFFu);
    const auto step = hn::Mul(hn::Iota(ds, 0), hn::Set(ds, static_cast<std::int32_t>(line.du)));
    for (; i + lanes <= last; i += lanes) {
        const auto u = hn::Add(hn::Set(ds, static_cast<std::int32_t>(line.u + i * line.du)), step);
        const auto at = hn::ShiftRight<16>(u);
        const auto fx = doubled(hn::And(hn::BitCast(d, hn::ShiftRight<8>(u)), low));
        store_planes(mixed(hn::GatherIndex(d, line.scratch, at),
                           hn::GatherIndex(d, line.scratch + 1, at), fx),
                     planes, i);
    }
    return i;
}

// A line at any angle.
HWY_INLINE std::int64_t sample_across(const SampleLine& line, std::uint8_t* const planes[4],
                                      std::int64_t i, std::int64_t last) {
    using Signed = hn::RebindToSigned<Words>;
    const Words d;
    const Signed ds;
    const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
    const auto low = hn::Set(d, 0xFFu);
    const auto step_u = hn::Mul(hn::Iota(ds, 0), hn::Set(ds, static_cast<std::int32_t>(line.du)));
    const auto step_v = hn::Mul(hn::Iota(ds, 0), hn::Set(ds, static_cast<std::int32_t>(line.dv)));
    const auto width = hn::Set(ds, line.width);
    const std::uint32_t* below = line.pixels + line.width;
    for (; i + lanes <= last; i += lanes) {
        const auto u =
            hn::Add(hn::Set(ds, static_cast<std::int32_t>(line.u + i * line.du)), step_u);
        const auto v =
            hn::Add(hn::Set(ds, static_cast<std::int32_t>(line.v + i * line.dv)), step_v);
        const auto at = hn::Add(hn::Mul(hn::ShiftRight<16>(v), width), hn::ShiftRight<16>(u));
        const auto fx = doubled(hn::And(hn::BitCast(d, hn::ShiftRight<8>(u)), low));
        const auto fy = doubled(hn::And(hn::BitCast(d, hn::ShiftRight<8>(v)), low));
        const auto left =
            mixed(hn::GatherIndex(d, line.pixels, at), hn::GatherIndex(d, below, at), fy);
        const auto right =
            mixed(hn::GatherIndex(d, line.pixels + 1, at), hn::GatherIndex(d, below + 1, at), fy);
        store_planes(mixed(left, right, fx), planes, i);
    }
    return i;
}

void SampleRow(const SampleLine& line, std::uint8_t* const planes[4], std::size_t count) {
    std::int64_t first = 0, last = static_cast<std::int64_t>(count);
    narrow(line.u, line.du, line.width, first, last);
    narrow(line.v, line.dv, line.height, first, last);
    first = std::min(first, static_cast<std::int64_t>(count));
    last = std::clamp(last, first, static_cast<std::int64_t>(count));
    for (int plane = 0; plane < 4; ++plane) {
        std::fill(planes[plane], planes[plane] + first, std::uint8_t{0});
        std::fill(planes[plane] + last, planes[plane] + count, std::uint8_t{0});
    }
    if (first == last) return;
    // Shrunk strongly, most of a mixed row would not be looked at.
    const bool along = line.dv == 0 && line.scratch && std::abs(line.du) < 4 * 65536;
    const std::int64_t i =
        along ? sample_along(line, planes, first, last) : sample_across(line, planes, first, last);
    std::uint8_t* const rest[4] = {planes[0] + i, planes[1] + i, planes[2] + i, planes[3] + i};
    SampleLine tail = line;
    tail.u += i * line.du;
    tail.v += i * line.dv;
    reference::sample_row(tail, rest, static_cast<std::size_t>(last - i));
}
#endif

}  // namespace vistter::render::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vistter::render {

HWY_EXPORT(BlendRow);
HWY_EXPORT(BlendPairs);
HWY_EXPORT(LerpRow);
HWY_EXPORT(HalveRows);
HWY_EXPORT(CoverRow);
HWY_EXPORT(SampleRow);

void blend_row(std::uint8_t* under, const std::uint8_t* source, const std::uint8_t* alpha,
               std::size_t count, int opacity) {
    HWY_DYNAMIC_DISPATCH(BlendRow)(under, source, alpha, count, opacity);
}
void blend_pairs(std::uint8_t* under, const std::uint8_t* blue, const std::uint8_t* red,
                 const std::uint8_t* alpha, std::size_t count, int opacity) {
    HWY_DYNAMIC_DISPATCH(BlendPairs)(under, blue, red, alpha, count, opacity);
}
void lerp_row(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, std::size_t count,
              int share) {
    HWY_DYNAMIC_DISPATCH(LerpRow)(out, a, b, count, share);
}
void halve_rows(std::uint8_t* out, const std::uint8_t* top, const std::uint8_t* bottom,
                std::size_t out_count) {
    HWY_DYNAMIC_DISPATCH(HalveRows)(out, top, bottom, out_count);
}
void cover_row(std::uint8_t* out, const std::uint8_t* values, const std::uint8_t* cover,
               std::size_t count) {
    HWY_DYNAMIC_DISPATCH(CoverRow)(out, values, cover, count);
}
void sample_row(const SampleLine& line, std::uint8_t* const planes[4], std::size_t count) {
    HWY_DYNAMIC_DISPATCH(SampleRow)(line, planes, count);
}

}  // namespace vistter::render
#endif
