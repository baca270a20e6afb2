// Where a layer stands (contract C.4): areas, anchors, pivots, the layer's matrix and the mapping
// to the output.
#pragma once

#include <map>
#include <string>

#include "contract/overlay_document.hpp"
#include "ocl/layer_values.hpp"

namespace vistter::render {

struct Rect {
    double x = 0, y = 0, width = 0, height = 0;
};

// x' = xx*x + xy*y + x0, y' = yx*x + yy*y + y0.
struct Matrix {
    double xx = 1, yx = 0, xy = 0, yy = 1, x0 = 0, y0 = 0;
    bool same_linear_part(const Matrix& other) const {
        return xx == other.xx && yx == other.yx && xy == other.xy && yy == other.yy;
    }
    double determinant() const { return xx * yy - xy * yx; }
    contract::Pair apply(double x, double y) const {
        return {xx * x + xy * y + x0, yx * x + yy * y + y0};
    }
};

Matrix operator*(const Matrix& second, const Matrix& first);  // `first` is applied first
// Precondition: the determinant is not 0.
Matrix inverse(const Matrix& matrix);
// The smallest rectangle around the image of `rect`.
Rect bounds(const Matrix& matrix, const Rect& rect);

// Canvas to output: centred; contain and cover keep the shape, stretch does not.
Matrix output_mapping(const contract::OverlayDocument& document, int width, int height);

// The rectangle a layer is anchored in. `boxes` are the un-animated boxes of earlier layers;
// `parent` is the group's box (the canvas outside groups). An unknown name is the canvas.
Rect area_of(const contract::OverlayDocument& document, const std::string& area, const Rect& parent,
             const std::map<std::string, Rect>& boxes);
// The fraction a point's name stands for, e.g. bottom_left = (0, 1).
contract::Pair fraction_of(const std::string& point);

// What is fixed about a layer's place: the anchor point on the canvas and the pivot, a fraction of
// its box.
struct Placement {
    contract::Pair anchor{0, 0};
    contract::Pair pivot{0, 0};
};
Placement place(const contract::Layer& layer, const Rect& area);

// Box coordinates (0..w, 0..h) to the canvas.
Matrix layer_matrix(const Placement& placement, const ocl::LayerValues& values,
                    const contract::Pair& box);
// The layer's box with neither scale nor rotation: what `layer:<id>` means.
Rect untransformed_box(const Placement& placement, const ocl::LayerValues& values,
                       const contract::Pair& box);

// `matrix` with its translation rounded to 1/64 output pixel, ties to even.
Matrix rounded(Matrix matrix);

}  // namespace vistter::render
