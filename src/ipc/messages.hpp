// What the three appliance processes say to each other over Unix stream sockets (rulings 25). A frame is a 4-byte
// little-endian length, a 2-byte kind and the kind's members in declared order: integers little-endian, texts and bytes
// with a 4-byte length. Either end opens with Hello and closes on another version.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace vistter::ipc {

inline constexpr std::uint32_t protocol_version = 1;
inline constexpr std::size_t max_frame_bytes = 8 * 1024 * 1024;

// ---- both ways ----
struct Hello {
    std::uint32_t version = protocol_version;
    std::string role;      // control, program, output
    std::int64_t pid = 0;  // so that a restarted control process can adopt and end it
};

// ---- control -> program ----
struct SetCamera { std::string camera_id, url; };
struct RemoveCamera { std::string camera_id; };
struct LoadShow {  // `path`: the stored TIMELINE_LOAD body; `assets`: folder of files named by sha256
    std::string timeline_id;
    std::int64_t revision = 0;
    std::string path, sha256, assets;
};
struct Play {
    std::string run_id, timeline_id;
    std::int64_t revision = 0;
    std::int64_t start_frame = 0;   // output frame; at or before the present: the next frame that can be made
    std::int64_t run_frame = 0;     // position to start at
};
struct Pause { std::string run_id; };
struct Resume { std::string run_id; };
struct Seek { std::string run_id; std::int64_t run_frame = 0; };
struct StopRun { std::string run_id; std::string mode; };  // cut, outro, end_of_segment
struct ShowOverlay {  // a claim outside any run
    std::string overlay_id, path, sha256, assets, scene_id, slot;
    std::int32_t z = 0;
    std::string tokens;  // JSON object text
    std::int64_t duration_ms = -1;
};
struct SetOverlayTokens { std::string overlay_id, tokens; };
struct HideOverlay { std::string overlay_id; std::string transition; };
struct RequestKeyframe {};
struct RequestStatus {};
struct Shutdown {};

// ---- program -> control ----
struct Tick {  // published about twice a second and after RequestStatus
    std::int64_t frame = 0;      // the newest finished output frame
    std::int64_t steady_ns = 0;  // CLOCK_MONOTONIC due time of that frame
    std::int32_t rate_num = 30, rate_den = 1;
};
struct ShowLoaded { std::string timeline_id; std::int64_t revision = 0; std::string error_code, error_message; };
struct RunChanged {  // error_code not empty: the request was refused, state is as it was
    std::string run_id, timeline_id, state, request, error_code, error_message;
    std::int64_t output_frame = 0, run_frame = 0;
};
struct CueChanged {
    std::string run_id, segment_id, cue_id;
    bool started = true;
    std::int64_t planned_frame = 0, actual_frame = 0;  // output frames
};
struct OverlayChanged {
    std::string overlay_id, scene_id, slot, run_id, cue_id;
    std::string state;  // shown, hidden, updated, failed, fallback (something is shown otherwise)
    std::string error_code, error_message;
    std::int64_t output_frame = 0;
};
struct CameraChanged {
    std::string camera_id, state, error;  // connecting, online, stalled, offline
    std::int64_t frames = 0, last_frame_age_ms = -1;
    double fps = 0;
};
struct ProgramStats {
    std::int64_t frames = 0, missed_frames = 0, late_ticks = 0, encoded_frames = 0, layers = 0;
    double tick_ms_p50 = 0, tick_ms_p95 = 0, tick_ms_p99 = 0, encode_ms_p95 = 0, cpu_ms_per_frame = 0, fps = 0;
    std::int64_t video_bytes = 0;
};
struct StatusEnd {};  // after RequestStatus: everything current has been sent

// ---- media socket: subscriber -> program, then program -> subscriber ----
struct Subscribe { std::string what; };  // program, preview
struct StreamInfo {
    std::int32_t width = 0, height = 0, rate_num = 30, rate_den = 1, audio_rate = 48000, audio_channels = 2;
    Bytes video_codec_data;  // avcC
    Bytes audio_codec_data;  // AudioSpecificConfig
};
struct AccessUnit {
    std::uint8_t kind = 0;  // 0 video (AVC, length-prefixed), 1 audio (raw AAC)
    bool keyframe = false;
    std::int64_t frame = 0;         // output frame number (video)
    std::int64_t pts_ns = 0, dts_ns = 0, duration_ns = 0;  // programme time, 0 at output frame 0
    Bytes data;
};
struct PreviewImage { std::int64_t frame = 0; Bytes jpeg; };

// ---- control <-> output ----
struct OutputStatus {
    std::string stream_id, destination_id, state;  // starting, live, reconnecting, failed, stopping, stopped
    std::string error_code, error_message;
    std::int32_t attempt = 0, reconnects = 0;
    std::int64_t bytes = 0, frames = 0, frames_dropped = 0, first_frame = -1, uptime_ms = 0;
};
struct StopOutput { std::int64_t drain_ms = 2000; };

using Message = std::variant<Hello, SetCamera, RemoveCamera, LoadShow, Play, Pause, Resume, Seek, StopRun, ShowOverlay,
                             SetOverlayTokens, HideOverlay, RequestKeyframe, RequestStatus, Shutdown, Tick, ShowLoaded,
                             RunChanged, CueChanged, OverlayChanged, CameraChanged, ProgramStats, StatusEnd, Subscribe,
                             StreamInfo, AccessUnit, PreviewImage, OutputStatus, StopOutput>;

// One whole frame, length included.
std::string encode(const Message& message);
// Reads one message from frame content (without the length). Any fault is VAL_SCHEMA with the reason.
Result<Message> decode(std::string_view frame);

// Cuts a byte stream into frames. feed() then next() until it gives nothing. A fault is for good, the stream is out of
// step: VAL_TOO_BIG for a frame beyond max_frame_bytes (found from its length alone), VAL_SCHEMA for a wrong one.
class FrameReader {
  public:
    void feed(std::string_view bytes);
    Result<std::optional<Message>> next();

  private:
    std::string buffer_;
    std::size_t at_ = 0;
};

}  // namespace vistter::ipc
