// What the appliance keeps about itself between restarts: plain rows, no storage and no wire in
// them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "contract/messages.hpp"

namespace vistter::appliance {

// The part of the configuration tree that can be changed at this size (contract B.8.1).
struct Config {
    std::int64_t revision = 0;
    std::string device_name;
    std::map<std::string, contract::Destination> destinations;
    std::map<std::string, contract::EncodingProfile> encoding_profiles;
    friend bool operator==(const Config&, const Config&) = default;
};

struct Camera {
    std::string camera_id;
    contract::CameraSpec spec;
    friend bool operator==(const Camera&, const Camera&) = default;
};

// A timeline document that was loaded. Only documents that became ready are kept; `body` is the
// TIMELINE_LOAD body.
struct StoredTimeline {
    std::string timeline_id;
    std::int64_t revision = 0;
    std::string name;
    std::string doc_sha256;   // fingerprint without addresses (core/fingerprint.hpp)
    std::string body;         // JSON text as received
    std::string body_sha256;  // of the file the library holds
    WallTime ready_at;
};

struct StoredOverlay {
    std::string overlay_id;
    std::int64_t revision = 0;
    std::string sha256;    // over ocl_text
    std::string ocl_text;  // JSON text as received
};

// An overlay shown outside any run: the claim on its slot (contract D.8).
struct OverlayClaim {
    std::string slot, overlay_id, scene_id;
    int z = 0;
    std::map<std::string, contract::TokenValue> tokens;
    std::int64_t duration_ms = -1;  // -1: until hidden
    WallTime shown_at;
};

// One playing of a timeline. `state` is timeline::RunState's spelling; a run that lost its bus is
// `preempted`.
struct StoredRun {
    std::string run_id, command_id, correlation_id, timeline_id;
    std::int64_t revision = 0;
    std::string state = "arming";
    std::int64_t start_frame = 0;  // output frame planned for first_run_frame
    std::int64_t first_run_frame = 0;
    bool paused = false;  // what was asked for last
    int priority = 50;
    WallTime planned_start;
    // Where the run was when the programme last told, so that a lost programme process can take it
    // up again.
    std::int64_t known_run_frame = 0;
    WallTime known_at;
};

struct StoredStream {
    std::string stream_id, profile_id;
    std::vector<std::string> destination_ids;
    bool wanted = false;     // should be on air; survives restarts
    bool was_live = false;   // has been live since it was started
    std::string command_id;  // the start command while it has no terminal PROGRESS
    std::string correlation_id;
    friend bool operator==(const StoredStream&, const StoredStream&) = default;
};

// live states of a run
inline bool is_live_run(const std::string& state) {
    return state == "arming" || state == "playing" || state == "paused";
}

}  // namespace vistter::appliance
