// Comparing pictures as contract C.8 asks, and explaining a difference with a picture of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "render/picture.hpp"

namespace vistter::render::golden {

struct Rgb {
    int width = 0, height = 0;
    std::vector<std::uint8_t> bytes;  // 3 a pixel
};

Rgb from_picture(const Picture& picture);
Result<Rgb> read_png(const std::filesystem::path& path);
Status write_png(const Rgb& image, const std::filesystem::path& path);

struct Difference {
    int worst = 0;    // largest channel difference away from edges
    double mean = 0;  // over all channels and pixels
    bool within() const { return worst <= 2 && mean <= 0.25; }
};

// An edge is a pixel of `expected` whose neighbourhood of 3x3 spans more than 4 steps in a channel;
// it and the pixels one further are left to the mean (contract C.8: outside 1 px of any edge). Text
// is edges nearly everywhere.
Difference compare(const Rgb& expected, const Rgb& actual);

// expected | actual | difference, eight times as bright, in one picture.
Rgb side_by_side(const Rgb& expected, const Rgb& actual);

}  // namespace vistter::render::golden
