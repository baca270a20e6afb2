// The matrices of contract C.4, column vectors, y down, clockwise degrees.
#include "render/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vistter::render {

using contract::Pair;

namespace {

// Cosine and sine of clockwise degrees; multiples of 90 are exact.
Pair direction(double degrees) {
    double turned = std::fmod(degrees, 360.0);
    if (turned < 0) turned += 360;
    if (turned == 0) return {1, 0};
    if (turned == 90) return {0, 1};
    if (turned == 180) return {-1, 0};
    if (turned == 270) return {0, -1};
    const double radians = turned * std::numbers::pi / 180;
    return {std::cos(radians), std::sin(radians)};
}

Rect inset(const contract::OverlayDocument& document, double fraction) {
    const double width = document.canvas_width, height = document.canvas_height;
    return {width * fraction, height * fraction, width - 2 * width * fraction,
            height - 2 * height * fraction};
}

}  // namespace

Matrix operator*(const Matrix& second, const Matrix& first) {
    return {second.xx * first.xx + second.xy * first.yx,
            second.yx * first.xx + second.yy * first.yx,
            second.xx * first.xy + second.xy * first.yy,
            second.yx * first.xy + second.yy * first.yy,
            second.xx * first.x0 + second.xy * first.y0 + second.x0,
            second.yx * first.x0 + second.yy * first.y0 + second.y0};
}

Matrix inverse(const Matrix& m) {
    const double d = m.determinant();
    Matrix out{m.yy / d, -m.yx / d, -m.xy / d, m.xx / d, 0, 0};
    out.x0 = -(out.xx * m.x0 + out.xy * m.y0);
    out.y0 = -(out.yx * m.x0 + out.yy * m.y0);
    return out;
}

Rect bounds(const Matrix& matrix, const Rect& rect) {
    const Pair corners[] = {matrix.apply(rect.x, rect.y), matrix.apply(rect.x + rect.width, rect.y),
                            matrix.apply(rect.x, rect.y + rect.height),
                            matrix.apply(rect.x + rect.width, rect.y + rect.height)};
    Pair low = corners[0], high = corners[0];
    for (const Pair& corner : corners) {
        for (int i = 0; i < 2; ++i) {
            low[i] = std::min(low[i], corner[i]);
            high[i] = std::max(high[i], corner[i]);
        }
    }
    return {low[0], low[1], high[0] - low[0], high[1] - low[1]};
}

Matrix output_mapping(const contract::OverlayDocument& document, int width, int height) {
    double kx = static_cast<double>(width) / document.canvas_width;
    double ky = static_cast<double>(height) / document.canvas_height;
    if (document.fit == "contain") kx = ky = std::min(kx, ky);
    if (document.fit == "cover") kx = ky = std::max(kx, ky);
    return {kx,
            0,
            0,
            ky,
            (width - kx * document.canvas_width) / 2,
            (height - ky * document.canvas_height) / 2};
}

Rect area_of(const contract::OverlayDocument& document, const std::string& area, const Rect& parent,
             const std::map<std::string, Rect>& boxes) {
    if (area == "title") return inset(document, document.title_inset);
    if (area == "action") return inset(document, document.action_inset);
    if (area == "parent") return parent;
    if (area.starts_with("layer:")) {
        const auto found = boxes.find(area.substr(6));
        if (found != boxes.end()) return found->second;
    }
    return inset(document, 0);
}

Pair fraction_of(const std::string& point) {
    Pair fraction{0.5, 0.5};
    if (point.ends_with("left")) fraction[0] = 0;
    if (point.ends_with("right")) fraction[0] = 1;
    if (point.starts_with("top")) fraction[1] = 0;
    if (point.starts_with("bottom")) fraction[1] = 1;
    return fraction;
}

Placement place(const contract::Layer& layer, const Rect& area) {
    const Pair fraction = fraction_of(layer.anchor.point);
    return {{area.x + area.width * fraction[0], area.y + area.height * fraction[1]},
            layer.pivot.value_or(fraction)};
}

Matrix layer_matrix(const Placement& placement, const ocl::LayerValues& values, const Pair& box) {
    const Pair turn = direction(values.rotation);
    const double sx = values.scale[0], sy = values.scale[1];
    Matrix m{turn[0] * sx, turn[1] * sx, -turn[1] * sy, turn[0] * sy, 0, 0};
    const Pair pivot = m.apply(placement.pivot[0] * box[0], placement.pivot[1] * box[1]);
    m.x0 = placement.anchor[0] + values.position[0] - pivot[0];
    m.y0 = placement.anchor[1] + values.position[1] - pivot[1];
    return m;
}

Rect untransformed_box(const Placement& placement, const ocl::LayerValues& values,
                       const Pair& box) {
    return {placement.anchor[0] + values.position[0] - placement.pivot[0] * box[0],
            placement.anchor[1] + values.position[1] - placement.pivot[1] * box[1], box[0], box[1]};
}

Matrix rounded(Matrix matrix) {
    matrix.x0 = std::nearbyint(matrix.x0 * 64) / 64;
    matrix.y0 = std::nearbyint(matrix.y0 * 64) / 64;
    return matrix;
}

}  // namespace vistter::render
