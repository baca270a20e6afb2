// What a simulated camera sees: a gradient in the camera's colour, its name, moving parts, and the
// machine-readable strip at the top.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vistter::sim {

struct TestPictureSettings {
    std::string camera_id;
    unsigned source = 1;  // 0..14, burned into the strip; 15 is the programme's own
    int width = 640, height = 360;
    int loop_frames = 300;  // the motion comes back to its start after so many frames
    int rate_num = 30, rate_den = 1;
};

class TestPicture {
  public:
    explicit TestPicture(const TestPictureSettings& settings);
    ~TestPicture();
    // Draws frame `number` of the loop as I420 in contiguous planes without padding.
    void draw(int number, std::uint8_t* i420);

  private:
    struct Canvas;
    TestPictureSettings settings_;
    std::unique_ptr<Canvas> canvas_;
};

}  // namespace vistter::sim
