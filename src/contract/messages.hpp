// One plain struct for each message body (contract B.7 to B.9). Parsing is strict and happens once; after it
// nothing knows JSON any more. Free-form members (context, result) are kept as JSON text.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "contract/envelope.hpp"
#include "contract/overlay_document.hpp"
#include "contract/timeline_document.hpp"

namespace vistter::contract {

// JSON text that is carried, not understood: "{}" when empty. Made with contract/object_writer.hpp.
struct JsonText {
    std::string text;  // empty: the member is null or absent
};

// ---- commands -------------------------------------------------------------------------------------------

// A secret among plain settings: it travels sealed to the appliance's key (contract/secrets.hpp says what
// is inside) and is kept apart from them.
struct SealedSecret {
    std::string text;      // JWE compact; empty: none was given, what is kept stays
    bool removed = false;  // null: what is kept is forgotten
    friend bool operator==(const SealedSecret&, const SealedSecret&) = default;
};

struct Destination {
    std::string kind;  // rtmp, file
    std::string url;   // rtmp: rtmp://host:port/app/name, without userinfo; /app when the name is secret
    std::string path;  // file: name below the appliance's recordings folder
    SealedSecret secret = {};
    friend bool operator==(const Destination&, const Destination&) = default;
};

struct EncodingProfile {
    int width = 1280;
    int height = 720;
    int rate_num = 30;
    int rate_den = 1;
    int video_bitrate_kbps = 3000;
    int keyframe_interval_s = 2;
    std::string preset = "superfast";
    int audio_bitrate_kbps = 128;
    friend bool operator==(const EncodingProfile&, const EncodingProfile&) = default;
};

// The part of the configuration tree that can be changed at this size. A map value of nullopt removes the
// entry (merge patch null); everything else the patch names is listed in `unsupported` by pointer.
struct ConfigPatch {
    std::optional<std::string> device_name;
    std::map<std::string, std::optional<Destination>> destinations;
    std::map<std::string, std::optional<EncodingProfile>> encoding_profiles;
    std::vector<std::string> unsupported;
};

struct DeviceConfig {
    ConfigPatch config_patch;
    std::string apply_mode = "immediate";  // immediate, at, idle, reboot
    std::optional<std::int64_t> expected_revision;
    bool dry_run = false;
};

struct CameraSpec {
    std::string name;
    std::string kind = "fixed";     // fixed, ptz
    std::string protocol = "rtsp";  // rtsp, rtmp, srt, onvif, usb
    std::string host;
    int port = 554;
    std::string path;
    SealedSecret credentials = {};
    friend bool operator==(const CameraSpec&, const CameraSpec&) = default;
};

struct CameraAction {
    std::string camera_id;  // empty for discover, add, list
    std::string action;     // the contract's enum, e.g. "add", "ptz_goto"
    std::optional<CameraSpec> spec;  // add, update
    bool force = false;              // remove
    bool dry_run = false;
};

struct TimelineLoad {
    std::string timeline_id;
    std::int64_t revision = 0;
    std::string segment_version = "1.0";
    TimelineDocument document;  // segments, sequence, overlays, assets: contract/timeline_document.hpp
    std::string activation = "stage";
    bool retain_previous = true;
    std::optional<std::int64_t> expected_revision;
    bool dry_run = false;
};

struct TimelineExecute {
    std::string timeline_id;
    std::string execution_mode;  // play, pause, resume, seek, stop, continue, preview
    std::optional<std::string> cue_id;
    std::optional<std::string> cue_point_id;
    std::optional<std::int64_t> position_ms;
    std::optional<std::int64_t> revision;
    std::optional<std::string> run_id;
    std::optional<WallTime> start_at;
    std::string late_policy = "fail";  // fail, start_now, join
    int priority = 50;
    std::string on_conflict = "preempt";
    std::string bus = "program";
    std::string stop_mode = "outro";
    bool dry_run = false;
};

struct OverlayUpdate {
    std::string overlay_id;
    std::string mode = "package";  // package, edit, tokens, show, hide, remove
    std::optional<OverlayDocument> ocl;
    // The JSON text of `ocl` as sent, without white space between tokens (contract/json_text.hpp): what `checksum` and
    // the store are over, and what write_body sends.
    std::string ocl_text;
    std::optional<std::string> ocl_package_uri;
    std::optional<std::string> checksum;  // "sha256:<hex64>"
    std::map<std::string, TokenValue> tokens;
    std::string slot = "default";
    int z = 0;
    std::string scene_id;
    std::optional<std::int64_t> duration_ms;
    std::string transition = "scene";  // cut, scene
    std::string effective = "now";     // now, at, cue_point
    bool dry_run = false;
};

struct StreamControl {
    std::string stream_id;  // "str_..." or "*" with emergency_*
    std::string command;    // start, stop, restart, update, ...
    std::vector<std::string> destination_ids;  // start
    std::string profile_id;                    // start
    std::string source = "program";            // start
    std::int64_t drain_ms = 2000;              // stop
    std::optional<std::string> expected_state;
    bool dry_run = false;
};

// What a device must know in order to trust Studio (PAIR answer, CREDENTIAL_REFRESH trust_bundle).
struct TrustedStudioKey {
    std::string kid, pem;  // "studio:<environment>#<n>", P-256 public key
    friend bool operator==(const TrustedStudioKey&, const TrustedStudioKey&) = default;
};
struct TrustBundle {
    std::vector<std::string> roots;  // PEM, 1 to 4
    std::vector<std::string> pins;   // hex SHA-256 of the SPKI of a root, 2 to 8: one is spare
    std::vector<TrustedStudioKey> studio_keys;  // 1 to 8
    friend bool operator==(const TrustBundle&, const TrustBundle&) = default;
};

// A credential is renewed in two commands: `csr` makes a new key on the device and answers
// ACK result.csr; `bundle` brings what Studio made of it, which the device proves by a live session
// before it drops the old one (docs/decisions/0008).
struct CredentialRefresh {
    std::string credential;  // client_cert, signing_key, sealing_key, trust_bundle, session_token
    std::string method;      // csr, bundle
    std::optional<WallTime> not_before;
    std::int64_t overlap_s = 604'800;  // how long the former credential stays good beside the new
    std::string challenge;    // csr: comes back in the request's challengePassword
    std::string certificate;  // bundle of client_cert: PEM
    std::string kid;          // bundle of signing_key, sealing_key: the new key's id
    std::optional<TrustBundle> trust;  // bundle of trust_bundle
    bool dry_run = false;
};

struct CommandCancel {
    std::string message_id;  // of the command to be cancelled
    std::string reason;
    bool dry_run = false;
};

// ---- answers --------------------------------------------------------------------------------------------

struct Warning {
    std::string code;
    std::string pointer;
    std::string message;
};

struct Ack {
    std::string message_id;  // the command's
    std::string status;      // accepted, completed, rejected, duplicate
    std::optional<Error> error;
    std::vector<Warning> warnings;
    JsonText result;
    std::optional<int> lane_position;
    std::string original_status;          // duplicate only
    std::string original_progress_state;  // duplicate only, may be empty
};

struct Progress {
    std::string message_id;  // the command's
    std::string state;       // contract B.9's list
    std::optional<double> percent_complete;
    std::int64_t revision = 1;
    int attempt = 1;
    std::string stage;
    std::optional<std::int64_t> bytes_done;
    std::optional<std::int64_t> bytes_total;
    JsonText result;
    std::optional<Error> error;
    std::optional<WallTime> next_update_by;
};

// succeeded, failed, cancelled, preempted, expired, rolled_back
bool is_terminal_progress(std::string_view state);

struct Event {
    std::string event_id;    // UUIDv7
    std::string event_type;  // contract/registries/events.json
    std::string severity;    // as the registry says for that type
    WallTime occurred_at;
    bool durable = true;
    JsonText context;
    int count = 1;
    std::optional<WallTime> first_at;
};

struct StreamMetrics {
    std::string stream_id;
    std::string state;
    int target_kbps = 0;
    int actual_kbps = 0;
    double fps_target = 0;
    double fps_actual = 0;
    std::int64_t frames_encoded = 0;
    std::int64_t frames_dropped = 0;
    double encode_ms_p95 = 0;
    double send_queue_ms = 0;
    int reconnects = 0;
    std::int64_t uptime_s = 0;
};

struct CameraMetrics {
    std::string camera_id;
    std::string state;
    double fps = 0;
    std::int64_t last_frame_age_ms = 0;
};

struct Metrics {
    int window_s = 10;
    std::optional<WallTime> measured_at;  // the window's end, when it is told late
    double cpu_percent = 0, load1 = 0;
    int cores = 1;
    std::optional<double> cpu_temp_c;
    bool cpu_throttled = false;
    std::int64_t memory_used_mb = 0, memory_total_mb = 0;
    std::int64_t disk_used_bytes = 0, disk_total_bytes = 0, disk_write_errors = 0;
    std::string network_interface;
    double tx_kbps = 0, rx_kbps = 0;
    std::optional<double> rtt_ms;
    std::vector<StreamMetrics> stream_bitrate;
    std::vector<CameraMetrics> cameras;
    double render_fps = 0, frame_ms_p50 = 0, frame_ms_p95 = 0, frame_ms_p99 = 0;
    std::int64_t missed_frames = 0;
    int layers = 0;
    std::string run_id;  // empty: null
    std::int64_t position_ms = 0;
    double drift_ms = 0;
    std::int64_t late_cues = 0;
    double control_rtt_ms = 0, ack_ms_p95 = 0;
    std::int64_t outbox = 0, dup_dropped = 0, session_uptime_s = 0;
};

// ---- session --------------------------------------------------------------------------------------------

struct TimelineDigest {
    std::string timeline_id;
    std::int64_t revision = 0;
    std::string doc_sha256;
    std::string state;
};
struct OverlayDigest {
    std::string overlay_id;
    std::int64_t revision = 0;
    std::string doc_sha256;
};
struct StreamDigest {
    std::string stream_id;
    std::string state;
};
struct RunDigest {
    std::string run_id, timeline_id, state;
    std::int64_t position_ms = 0;
};
struct CameraDigest {
    std::string camera_id, name, state;
};

struct StateDigest {
    std::int64_t config_revision = 0;
    bool emergency = false;
    std::vector<TimelineDigest> timelines;
    std::vector<OverlayDigest> overlays;
    std::vector<StreamDigest> streams;
};

struct ProtocolOffer {
    int major = 1;
    int min_minor = 0;
    int max_minor = 0;
};

struct Hello {
    std::string firmware_version, firmware_build, firmware_channel = "stable";
    std::string hardware_model, hardware_arch;
    int hardware_cores = 1;
    std::int64_t hardware_memory_mb = 0;
    std::vector<std::string> hardware_encoders;
    std::string boot_id, connection_id;
    std::int64_t uptime_s = 0;
    std::vector<ProtocolOffer> protocol;
    std::vector<std::string> ocl_versions, ocl_features;
    std::map<std::string, std::int64_t> ocl_limits;  // by the names of contract/ocl_limits.hpp
    std::vector<std::string> segment_versions, segment_features;
    std::vector<std::string> features;
    WallTime clock_now;
    std::string clock_source = "ntp";
    bool clock_synced = true;
    std::string tzdata, timezone;
    std::string session_token;
    std::string last_session_id;  // empty: null
    std::int64_t last_rx_seq = 0, journal_count = 0, outbox_count = 0;
    StateDigest digest;
};

struct Welcome {
    std::string session_id, hello_nonce;
    std::string schema_version = "1.0", ocl_version = "1.0", segment_version = "1.0";
    std::vector<std::string> features_enabled;
    std::string verdict = "ok";
    WallTime server_time;
    int heartbeat_s = 20, metrics_interval_s = 10;
    std::int64_t max_message_bytes = 262'144;
    int max_inflight_commands = 32;
    std::int64_t resume_ack_up_to_seq = 0;
    std::vector<std::string> resume_resend;
};

struct Refuse {
    std::string code, message;
    std::optional<int> retry_after_s;
};

struct StateReport {
    std::string reason = "hello";  // hello, request, change
    StateDigest digest;
    std::vector<RunDigest> runs;
    std::vector<CameraDigest> cameras;
};

struct Receipt {
    std::string session_id;
    std::int64_t up_to_seq = 0;
    std::vector<std::int64_t> missing;
    std::vector<std::string> message_ids;
};

// What proves, in both directions and also when nothing else is said, that nothing was withheld,
// dropped, added or altered (docs/decisions/0009).
struct Heartbeat {
    std::int64_t sent_seq = 0;      // the last seq the sender used before this message
    std::string transcript;         // hex SHA-256, see link/transcript.hpp
    std::int64_t received_seq = 0;  // the highest seq the sender let in from the other end
    std::int64_t ledger_rows = 0;   // of the sender's own ledger of this device
    std::string ledger_head;        // hex SHA-256 of its last row; 64 zeros while it is empty
    std::string session_token;      // device: a renewed session JWT; empty: none
};

struct Goodbye {
    std::string reason = "shutdown";  // restart, update, shutdown, draining, lost, replaced
    std::int64_t resume_after_s = 0;
    std::string connection_id;  // of the will, which is signed before there is a session; else empty
};

using Body = std::variant<DeviceConfig, CameraAction, TimelineLoad, TimelineExecute, OverlayUpdate, StreamControl,
                          CredentialRefresh, CommandCancel, Ack, Progress, Event, Metrics, Hello, Welcome, Refuse,
                          StateReport, Receipt, Heartbeat, Goodbye>;
// The type whose body is held.
MessageType type_of(const Body& body);

struct ParsedBody {
    Body body;
    std::vector<Warning> warnings;  // VAL_UNKNOWN_FIELD, OCL_SAFE_AREA, TML_GAP
};

// Reads the body of `envelope` with the type's reader schema and then by meaning (references, ranges, OCL and
// timeline documents). On failure the first error's code is the Error's code and `details` lists every fault.
Result<ParsedBody> parse_body(const Envelope& envelope);
// The JSON text of a body, for Envelope::body. The alternative held is the message type.
std::string write_body(const Body& body);

// Reads a stored TIMELINE_LOAD body / OCL document again (program, CLI). Same errors as parse_body.
Result<TimelineLoad> parse_timeline_load(std::string_view json);
Result<OverlayDocument> parse_overlay_document(std::string_view json);

}  // namespace vistter::contract
