// The heart: one thread that makes every output frame once, in order, when it is due (rulings 19 to
// 21).
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "media/encoder.hpp"
#include "media/preview.hpp"
#include "program/commands.hpp"
#include "program/core/mixer.hpp"
#include "program/core/pacing.hpp"
#include "program/core/tick_statistics.hpp"
#include "program/loader.hpp"
#include "program/mailbox.hpp"

namespace vistter::program {

// What the tick thread shares with the rest of the process. Outlives it.
struct TickPorts {
    media::Encoder& encoder;
    media::Preview& preview;
    Mailbox<Command>& commands;
    Mailbox<ipc::Message>& events;  // to control
    Mailbox<Retired>& retired;
    std::function<void()> ring;  // events or retired things wait; must not block
    const std::atomic<std::int64_t>& video_bytes;
};

class TickLoop final : private PictureSource {
  public:
    // Draws the slates: slow.
    TickLoop(TickPorts ports, const OutputFormat& format, bool proof_strip);
    // Ends the loop between two frames and waits for it.
    ~TickLoop() override;
    // Frame 0 is due now. The thread asks for SCHED_FIFO after everything else has been spawned,
    // because threads inherit it; without the right to, it runs like any other.
    void start();

  private:
    void run();
    void make_frame(std::int64_t frame);
    void apply(Command& command, std::int64_t frame);
    void use_camera(UseCamera& use);
    const std::uint8_t* camera(std::string_view camera_id) override;
    void draw_strip(std::uint8_t* picture, std::int64_t frame) const;
    void publish(std::int64_t frame);
    void publish_tick(std::int64_t frame);
    void publish_statistics(std::int64_t frame);
    void hand_over();

    struct Camera {
        std::string id;
        CameraPtr input;
        media::FramePtr picture;  // held for the length of a tick
        std::int64_t known = -1;  // the newest picture's number when it was last looked at
        std::int64_t since_ns =
            0;  // when that picture arrived, or was due to be shown first if that was earlier
    };

    TickPorts ports_;
    OutputFormat format_;
    bool proof_strip_;
    Mixer mixer_;
    RunBoard board_;
    OverlayStage stage_;
    std::optional<Pacer> pacer_;
    TickStatistics work_;
    std::vector<Camera> cameras_;
    std::vector<Command> incoming_;
    Events events_;
    std::vector<Retired> retired_;
    std::int64_t due_ns_ =
        0;  // of the frame in hand: ages of pictures count from here, also on a late tick
    std::int64_t frames_ = 0, next_report_ = 0;
    std::int64_t window_frames_ = 0, window_ns_ = 0,
                 window_cpu_ns_ = 0;  // where the newest report ended
    int layers_ = 0;
    bool status_wanted_ = false;
    std::atomic<bool> over_{false};
    std::thread thread_;
};

}  // namespace vistter::program
