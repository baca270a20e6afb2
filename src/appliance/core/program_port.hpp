// The picture process as the core sees it: orders go out, reports come back. All calls on the
// loop's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "appliance/core/model.hpp"
#include "base/clock.hpp"
#include "ocl/evaluate.hpp"

namespace vistter::appliance {

// The newest finished output frame and when it was due; from it every other frame's time follows.
struct ProgramTick {
    std::int64_t frame = 0;
    SteadyTime due;
    ocl::Rate rate;
};

struct ShowReport {
    std::string timeline_id;
    std::int64_t revision = 0;
    std::string error_code, error_message;  // empty: loaded
};

struct RunReport {  // error_code not empty: `request` was refused and the state is as it was
    std::string run_id, timeline_id, state, request, error_code, error_message;
    std::int64_t output_frame = 0, run_frame = 0;
};

struct CueReport {
    std::string run_id, segment_id, cue_id;
    bool started = true;
    std::int64_t planned_frame = 0, actual_frame = 0;
};

struct OverlayReport {  // state: shown, hidden, updated, failed, fallback
    std::string overlay_id, scene_id, slot, run_id, cue_id, state, error_code, error_message;
    std::int64_t output_frame = 0;
};

struct CameraReport {  // state: connecting, online, stalled, offline
    std::string camera_id, state, error;
    std::int64_t frames = 0, last_frame_age_ms = -1;
    double fps = 0;
};

struct PictureReport {
    std::int64_t frames = 0, missed_frames = 0, late_ticks = 0, encoded_frames = 0, layers = 0,
                 video_bytes = 0;
    double tick_ms_p50 = 0, tick_ms_p95 = 0, tick_ms_p99 = 0, encode_ms_p95 = 0,
           cpu_ms_per_frame = 0, fps = 0;
};

class ProgramListener {
  public:
    virtual ~ProgramListener() = default;
    virtual void
    program_lost() = 0;  // the connection is gone; what was on air there may be gone too
    // Everything the programme already had has been reported; `adopted`: it ran before this control
    // process or connection.
    virtual void program_ready(bool adopted) = 0;
    virtual void on_tick(const ProgramTick& tick) = 0;
    virtual void on_show(const ShowReport& report) = 0;
    virtual void on_run(const RunReport& report) = 0;
    virtual void on_cue(const CueReport& report) = 0;
    virtual void on_overlay(const OverlayReport& report) = 0;
    virtual void on_camera(const CameraReport& report) = 0;
    virtual void on_picture(const PictureReport& report) = 0;
};

// Orders are dropped while the programme is away; program_ready() is the moment to repeat what
// should hold.
class ProgramPort {
  public:
    virtual ~ProgramPort() = default;
    virtual bool ready() const = 0;
    virtual void set_camera(const std::string& camera_id, const std::string& url) = 0;
    virtual void remove_camera(const std::string& camera_id) = 0;
    virtual void load_show(const StoredTimeline& timeline, const std::string& path,
                           const std::string& assets) = 0;
    virtual void play(const StoredRun& run) = 0;
    virtual void pause(const std::string& run_id) = 0;
    virtual void resume(const std::string& run_id) = 0;
    virtual void seek(const std::string& run_id, std::int64_t run_frame) = 0;
    virtual void stop(const std::string& run_id, const std::string& mode) = 0;
    virtual void show_overlay(const OverlayClaim& claim, const StoredOverlay& overlay,
                              const std::string& path, const std::string& assets) = 0;
    virtual void set_tokens(const std::string& overlay_id, const std::string& tokens) = 0;
    virtual void hide_overlay(const std::string& overlay_id, const std::string& transition) = 0;
};

}  // namespace vistter::appliance
