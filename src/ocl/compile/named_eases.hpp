// Easings an author names and OCL does not know: back, bounce, elastic and spring, as functions and
// as the `linear` points they become (contract C.6: at most 64).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "contract/authoring.hpp"

namespace vistter::ocl {

using Curve = std::function<double(double)>;  // 0 -> 0 and 1 -> 1

inline constexpr double curve_tolerance = 1e-3;  // contract C.15, of the whole way
inline constexpr std::size_t max_curve_points = 64;

// The closed form of a named easing. Nothing for a name nobody knows. A spring's curve ends where
// what is left of its swing stays under the tolerance; that time fills the segment.
std::optional<Curve> named_curve(const contract::AuthoredEase& ease);
// Points whose polyline stays within `tolerance` of the curve, from (0, 0) to (1, 1), inputs on a
// grid of 1/4096 and outputs on one of 1e-6. Nothing if more than 64 would be needed.
std::optional<std::vector<std::pair<double, double>>> curve_points(const Curve& curve,
                                                                   double tolerance);

}  // namespace vistter::ocl
