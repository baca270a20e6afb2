// The scene every contender draws: a lower third that slides and fades, a logo that fades, a line
// of text that scales; all three move on every frame, there and back. Pictures are made here, so
// that each contender takes the very same pixels.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "render/overlay_renderer.hpp"
#include "render/surface.hpp"

namespace vistter::bench {

struct Place {
    double x = 0, y = 0;
    double scale = 1;  // about the middle
    double opacity = 1;
};

struct Piece {
    const char* name;
    int width, height;  // even
    render::SurfacePtr pixels;
};

class Scene {
  public:
    static constexpr int period = 120;  // frames one way
    // 1920x1080 or 1280x720. `step` is how far the lower third slides a frame, in pixels.
    Scene(int width, int height, double step);
    int width() const { return width_; }
    int height() const { return height_; }
    const Piece& piece(std::size_t index) const { return pieces_[index]; }
    // Where piece `index` is on frame n: its top left corner before scaling.
    Place place(std::size_t index, int n) const;
    // The scene as a document and its assets; `empty` shows the layers with nothing to draw,
    // `resting` with the same pixels standing still.
    enum class Motion { moving, resting, empty };
    std::unique_ptr<render::OverlayRenderer> renderer(Motion motion) const;
    // One of a few photographic pictures.
    void paint_photo(const render::Picture& picture, int seed) const;

  private:
    int width_, height_;
    double step_;
    std::vector<Piece> pieces_;  // lower third, logo, text
};

}  // namespace vistter::bench
