// One output picture from what is on air: video with its transition, overlays of the run, overlays
// outside it. Tick thread only; allocates nothing after construction.
#pragma once

#include <cstdint>
#include <vector>

#include "program/core/overlay_stage.hpp"
#include "program/core/run_board.hpp"

namespace vistter::program {

// Where pictures come from: contiguous I420 of the programme's size, or null when there is nothing
// fresh to show.
class PictureSource {
  public:
    virtual ~PictureSource() = default;
    // The pointer holds until the next tick.
    virtual const std::uint8_t* camera(std::string_view camera_id) = 0;
};

// The built-in slates, drawn once.
class Slates {
  public:
    Slates(int width, int height);
    // "technical_difficulties" for any other name: it also stands in for what is missing.
    const std::uint8_t* picture(std::string_view builtin) const;

  private:
    std::vector<std::uint8_t> difficulties_, black_, bars_;
};

class Mixer {
  public:
    Mixer(int width, int height, ocl::Rate rate);
    // Fills `picture` (contiguous). `on_air` null: the slate. Returns how many overlays were drawn.
    int make(std::uint8_t* picture, const OnAir* on_air, const OverlayStage& stage,
             PictureSource& source, std::int64_t frame);
    const Slates& slates() const { return slates_; }

  private:
    const std::uint8_t* picture_of(const timeline::VideoSource& source,
                                   PictureSource& pictures) const;
    void draw_video(render::Picture out, const OnAir* on_air, PictureSource& source) const;
    void draw_run_overlay(render::Picture out, const Show& show,
                          const timeline::OverlayOnAir& overlay);

    int width_, height_;
    ocl::Rate rate_;
    Slates slates_;
    std::vector<std::uint8_t> under_;  // a copy of the picture under a fading overlay
};

}  // namespace vistter::program
