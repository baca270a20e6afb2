// Mixing with libyuv's row kernels.
#include "program/core/compose.hpp"

#include <libyuv.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace vistter::program {
namespace {

using render::Picture;

Picture view(const std::uint8_t* bytes, const Picture& like) {
    return contiguous(const_cast<std::uint8_t*>(bytes), like.width, like.height);
}

// 0..256, to the nearest.
int weight_256(std::int64_t num, std::int64_t den) {
    return static_cast<int>(std::clamp<std::int64_t>((num * 512 + den) / (2 * den), 0, 256));
}

// out = a * (256 - weight)/256 + b * weight/256. `out` may be one of them: the kernels go element
// by element.
void interpolate(Picture out, const Picture& a, const Picture& b, int weight) {
    int half = out.height / 2, half_width = out.width / 2;
    libyuv::InterpolatePlane(a.y, a.y_stride, b.y, b.y_stride, out.y, out.y_stride, out.width,
                             out.height, weight);
    libyuv::InterpolatePlane(a.u, a.u_stride, b.u, b.u_stride, out.u, out.u_stride, half_width,
                             half, weight);
    libyuv::InterpolatePlane(a.v, a.v_stride, b.v, b.v_stride, out.v, out.v_stride, half_width,
                             half, weight);
}

void dip(Picture out, const std::uint8_t* outgoing, const std::uint8_t* incoming, const Mix& how) {
    Yuv color = yuv_of(how.color);
    render::fill(out, color.y, color.u, color.v);
    bool leaving = 2 * how.num < how.den;
    std::int64_t away = leaving ? how.den - 2 * how.num : 2 * how.num - how.den;  // from the colour
    interpolate(out, out, view(leaving ? outgoing : incoming, out), weight_256(away, how.den));
}

// The part [x, x + width) x [y, y + height) of a picture, even coordinates.
void copy_part(Picture out, const Picture& from, int x, int y, int width, int height) {
    if (width <= 0 || height <= 0) return;
    auto plane = [](const std::uint8_t* source, int source_stride, std::uint8_t* target,
                    int target_stride, int left, int top, int columns, int rows) {
        libyuv::CopyPlane(source + top * source_stride + left, source_stride,
                          target + top * target_stride + left, target_stride, columns, rows);
    };
    plane(from.y, from.y_stride, out.y, out.y_stride, x, y, width, height);
    plane(from.u, from.u_stride, out.u, out.u_stride, x / 2, y / 2, width / 2, height / 2);
    plane(from.v, from.v_stride, out.v, out.v_stride, x / 2, y / 2, width / 2, height / 2);
}

void wipe(Picture out, const std::uint8_t* outgoing, const std::uint8_t* incoming, const Mix& how) {
    bool vertical = how.direction == "up" || how.direction == "down";
    bool from_end = how.direction == "up" || how.direction == "left";
    int whole = vertical ? out.height : out.width;
    int shown = static_cast<int>(how.num * whole / how.den) & ~1;
    int first = from_end ? whole - shown : 0;
    copy(out, outgoing);
    Picture from = view(incoming, out);
    if (vertical) {
        copy_part(out, from, 0, first, out.width, shown);
    } else {
        copy_part(out, from, first, 0, shown, out.height);
    }
}

}  // namespace

Picture contiguous(std::uint8_t* bytes, int width, int height) {
    std::size_t luma = static_cast<std::size_t>(width) * height;
    return {width, height,    bytes,    bytes + luma, bytes + luma + luma / 4,
            width, width / 2, width / 2};
}

std::size_t picture_bytes(int width, int height) {
    return static_cast<std::size_t>(width) * height * 3 / 2;
}

void copy(Picture out, const std::uint8_t* picture) {
    copy_part(out, view(picture, out), 0, 0, out.width, out.height);
}

void copy_out(std::uint8_t* bytes, const Picture& picture) {
    copy_part(contiguous(bytes, picture.width, picture.height), picture, 0, 0, picture.width,
              picture.height);
}

void mix(Picture out, const std::uint8_t* outgoing, const std::uint8_t* incoming, const Mix& how) {
    if (how.kind == contract::TransitionKind::cut || how.num >= how.den) {
        copy(out, incoming);
    } else if (how.kind == contract::TransitionKind::dip) {
        dip(out, outgoing, incoming, how);
    } else if (how.kind == contract::TransitionKind::wipe) {
        wipe(out, outgoing, incoming, how);
    } else {
        interpolate(out, view(outgoing, out), view(incoming, out), weight_256(how.num, how.den));
    }
}

void fade_over(Picture out, const std::uint8_t* under, std::int64_t num, std::int64_t den) {
    interpolate(out, view(under, out), out, weight_256(num, den));
}

int strip_top(int height, int cell) {
    return height - cell - cell % 2;
}

void grey_chroma(Picture out, int top) {
    int rows = out.height / 2 - top / 2;
    for (auto [plane, stride] : {std::pair{out.u, out.u_stride}, {out.v, out.v_stride}}) {
        libyuv::SetPlane(plane + top / 2 * stride, stride, out.width / 2, rows, 128);
    }
}

Yuv yuv_of(const contract::Color& color) {
    double r = color.r / 255.0, g = color.g / 255.0, b = color.b / 255.0;
    double y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    auto byte = [](double value) {
        return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
    };
    return {byte(16 + 219 * y), byte(128 + 224 * (b - y) / 1.8556),
            byte(128 + 224 * (r - y) / 1.5748)};
}

}  // namespace vistter::program
