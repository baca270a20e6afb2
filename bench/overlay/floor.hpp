// The floor: the same scene blended by loops written by hand for AVX2 and AVX-512 and for nothing
// else: whole pixels only, no clipping, no spans, no masks, one scaled picture without rotation.
#pragma once

#include <vector>

#include "render/sprite.hpp"
#include "scene.hpp"

namespace vistter::bench {

class Floor {
  public:
    explicit Floor(const Scene& scene);
    static bool runs_here();  // whether the machine has AVX2
    void draw(const render::Picture& picture, int n);

  private:
    void blend(const render::Picture& picture, const render::Sprite& sprite, const Place& place);
    void blend_scaled(const render::Picture& picture, const render::Sprite& sprite,
                      const Place& place);

    const Scene& scene_;
    std::vector<render::Sprite> sprites_;
    std::size_t stride_;
    std::vector<std::uint8_t> rows_;
    std::vector<std::uint32_t> between_;
    std::vector<std::int32_t> columns_;  // of the scaled picture, once a frame
    std::vector<std::uint32_t> shares_;
};

}  // namespace vistter::bench
