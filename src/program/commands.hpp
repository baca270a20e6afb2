// What other threads ask of the tick thread; applied in order at the start of a tick.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "ipc/messages.hpp"
#include "media/camera_input.hpp"
#include "program/core/overlay_stage.hpp"
#include "program/core/run_board.hpp"

namespace vistter::program {

// Shared: the tick takes pictures while control asks for the status; destroyed off the tick thread.
using CameraPtr = std::shared_ptr<media::CameraInput>;

struct UseCamera {  // null: the camera is gone
    std::string camera_id;
    CameraPtr camera;
};
struct UseShow {
    ShowPtr show;
};
struct UseShowTokens {
    ShowPtr show;
    std::size_t use = 0;
    ocl::Tokens tokens;
};
struct UseStageTokens {
    std::string overlay_id;
    ocl::Tokens tokens;
    bool in_show = false;  // a loaded show uses it too, so that it need not be on the stage
};

using Command =
    std::variant<UseCamera, UseShow, UseShowTokens, StageShow, UseStageTokens, ipc::HideOverlay,
                 ipc::Play, ipc::Pause, ipc::Resume, ipc::Seek, ipc::StopRun, ipc::RequestStatus>;

// Something the tick thread is done with; whoever takes it out destroys it.
using Retired = std::shared_ptr<void>;

}  // namespace vistter::program
