// The row kernels with Highway: compiled once for each instruction set, chosen at run time.
#include "render/rows.hpp"

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

HWY_INLINE hn::Vec<Wide> load(const std::uint8_t* bytes) {
    return hn::PromoteTo(Wide(), hn::LoadU(Narrow(), bytes));
}

// Values are below 2^15, so the signed, saturating narrowing clips at 255 and nowhere else.
HWY_INLINE void store(hn::Vec<Wide> value, std::uint8_t* bytes) {
    const hn::RebindToSigned<Wide> signed_wide;
    hn::StoreU(hn::DemoteTo(Narrow(), hn::BitCast(signed_wide, value)), Narrow(), bytes);
}

void BlendRow(std::uint8_t* HWY_RESTRICT under, const std::uint8_t* HWY_RESTRICT source,
              const std::uint8_t* HWY_RESTRICT alpha, std::size_t count, int opacity) {
    const Wide d;
    const std::size_t lanes = hn::Lanes(d);
    const auto fade = hn::Set(d, static_cast<std::uint16_t>(opacity));
    const auto half = hn::Set(d, std::uint16_t{128});
    const auto full = hn::Set(d, std::uint16_t{255 * 256});
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto faded_source = hn::Mul(load(source + i), fade);
        const auto faded_alpha = hn::Mul(load(alpha + i), fade);
        const auto below = load(under + i);
        const auto times_257 = hn::Or(below, hn::ShiftLeft<8>(below));
        const auto kept = hn::MulHigh(times_257, hn::Sub(full, faded_alpha));
        const auto sum = hn::Add(hn::Add(faded_source, kept), half);
        store(hn::ShiftRight<8>(sum), under + i);
    }
    reference::blend_row(under + i, source + i, alpha + i, count - i, opacity);
}

void LerpRow(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, std::size_t count,
             int share) {
    const Wide d;
    const std::size_t lanes = hn::Lanes(d);
    const auto weight_a = hn::Set(d, static_cast<std::uint16_t>(64 - share));
    const auto weight_b = hn::Set(d, static_cast<std::uint16_t>(share));
    const auto half = hn::Set(d, std::uint16_t{32});
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto sum = hn::Add(hn::Mul(load(a + i), weight_a), hn::Mul(load(b + i), weight_b));
        store(hn::ShiftRight<6>(hn::Add(sum, half)), out + i);
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

}  // namespace vistter::render::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vistter::render {

HWY_EXPORT(BlendRow);
HWY_EXPORT(LerpRow);
HWY_EXPORT(HalveRows);

void blend_row(std::uint8_t* under, const std::uint8_t* source, const std::uint8_t* alpha,
               std::size_t count, int opacity) {
    HWY_DYNAMIC_DISPATCH(BlendRow)(under, source, alpha, count, opacity);
}
void lerp_row(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, std::size_t count,
              int share) {
    HWY_DYNAMIC_DISPATCH(LerpRow)(out, a, b, count, share);
}
void halve_rows(std::uint8_t* out, const std::uint8_t* top, const std::uint8_t* bottom,
                std::size_t out_count) {
    HWY_DYNAMIC_DISPATCH(HalveRows)(out, top, bottom, out_count);
}

}  // namespace vistter::render
#endif
