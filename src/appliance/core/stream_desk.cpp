// Streams: what may start, and following its outputs.
#include "appliance/core/stream_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "contract/secrets.hpp"

namespace vistter::appliance {
namespace {

constexpr std::array presets{"ultrafast", "superfast", "veryfast", "faster", "fast", "medium"};
constexpr std::size_t most_streams = 16;  // METRICS has room for these

std::string lane_of(const std::string& stream_id) {
    return "stream:" + stream_id;
}

std::string stream_result(const std::string& stream_id, StreamState state) {
    return contract::ObjectWriter()
        .text("stream_id", stream_id)
        .text("state", to_string(state))
        .str();
}

std::string describe_profile(const contract::EncodingProfile& p) {
    return fmt::format("{}x{} {}/{} {} kb/s, keyframe {} s, {}, audio {} kb/s", p.width, p.height,
                       p.rate_num, p.rate_den, p.video_bitrate_kbps, p.keyframe_interval_s,
                       p.preset, p.audio_bitrate_kbps);
}

}  // namespace

StreamState StreamDesk::state_of(const std::string& stream_id) const {
    const auto found = live_.find(stream_id);
    return found == live_.end() ? StreamState::stopped : found->second.state;
}

bool StreamDesk::any_live() const {
    return std::any_of(live_.begin(), live_.end(),
                       [](const auto& e) { return e.second.state == StreamState::live; });
}

Decision StreamDesk::decide(const contract::StreamControl& command,
                            const contract::Envelope& envelope) {
    if (command.command != "start" && command.command != "stop")
        return rejected(unsupported("/command", command.command, "start, stop"));
    if (command.stream_id == "*")
        return rejected(fail_at(ErrorCode::VAL_REFERENCE, "/stream_id",
                                "Start and stop need one stream's id."));
    const StreamState state = state_of(command.stream_id);
    if (command.expected_state && *command.expected_state != to_string(state)) {
        Error error = fail_at(ErrorCode::STA_PRECONDITION, "/preconditions/state",
                              "The stream is " + std::string(to_string(state)) + ".");
        error.details[0].expected = *command.expected_state;
        error.details[0].actual = to_string(state);
        return rejected(std::move(error));
    }
    return command.command == "start" ? start(command, envelope) : stop(command);
}

Status StreamDesk::fits_programme(const contract::StreamControl& command, const Config& config) {
    const std::string at = "/parameters/profile_id";
    const auto found = config.encoding_profiles.find(command.profile_id);
    if (found == config.encoding_profiles.end())
        return fail_at(ErrorCode::RES_NOT_FOUND, at,
                       "The configuration has no such encoding profile.");
    const auto& profile = found->second;
    if (std::find(presets.begin(), presets.end(), profile.preset) == presets.end())
        return fail_at(ErrorCode::STR_PROFILE, at,
                       "The encoder has no preset " + profile.preset + ".");
    if (profile == shop_.settings.programme) return ok();
    Error error = fail_at(ErrorCode::STR_RESTART_REQUIRED, at,
                          "The programme runs with other settings; all outputs share one encode, "
                          "so use a profile equal to "
                          "the programme's, or restart the appliance with the profile's.");
    error.details[0].expected = describe_profile(shop_.settings.programme);
    error.details[0].actual = describe_profile(profile);
    return error;
}

void StreamDesk::judge_destinations(const contract::StreamControl& command, const Config& config,
                                    Faults& faults) {
    const auto streams = shop_.streams.all();
    for (std::size_t i = 0; i < command.destination_ids.size(); ++i) {
        const std::string& id = command.destination_ids[i];
        const std::string at = fmt::format("/parameters/destination_ids/{}", i);
        const auto found = config.destinations.find(id);
        if (found == config.destinations.end()) {
            faults.add(ErrorCode::RES_NOT_FOUND, at,
                       "The configuration has no such destination; DEVICE_CONFIG adds it.");
        } else if (const auto location = location_of(id, found->second); !location) {
            faults.add(location.error().code, at, location.error().message);
        }
        if (std::count(command.destination_ids.begin(), command.destination_ids.end(), id) > 1)
            faults.add(ErrorCode::VAL_DUPLICATE_ID, at, "A destination is named twice.");
        for (const auto& other : streams) {
            if (other.wanted && other.stream_id != command.stream_id &&
                std::count(other.destination_ids.begin(), other.destination_ids.end(), id) > 0)
                faults.add(ErrorCode::STA_IN_USE, at,
                           "Stream " + other.stream_id + " sends to it.");
        }
    }
    const auto same = [&](const StoredStream& stream) {
        return stream.stream_id == command.stream_id;
    };
    if (streams.size() >= most_streams && std::none_of(streams.begin(), streams.end(), same))
        faults.add(ErrorCode::LIM_CAPACITY, "/stream_id",
                   "The appliance knows 16 streams already; use one of them.");
}

Decision StreamDesk::start(const contract::StreamControl& command,
                           const contract::Envelope& envelope) {
    if (command.source != "program")
        return rejected(unsupported("/parameters/source", command.source, "program"));
    if (command.destination_ids.empty())
        return rejected(fail_at(ErrorCode::VAL_SCHEMA, "/parameters/destination_ids",
                                "A start needs a destination."));
    const Config config = shop_.config.load();
    const StreamState state = state_of(command.stream_id);
    const auto held = shop_.streams.find(command.stream_id);
    const bool same = held && held->wanted && held->destination_ids == command.destination_ids &&
                      held->profile_id == command.profile_id;
    if (same && state == StreamState::live)
        return completed(lane_of(command.stream_id), stream_result(command.stream_id, state));
    if (const auto to = next(state, StreamTrigger::start); !to) return rejected(to.error());
    Faults faults;
    judge_destinations(command, config, faults);
    if (!faults.none()) return rejected(faults.error());
    if (const Status fits = fits_programme(command, config); !fits) return rejected(fits.error());
    if (!shop_.settings.picture)
        return rejected(
            fail(ErrorCode::STA_NOT_READY, "This appliance was started without a picture."));
    if (command.dry_run) return would_do(lane_of(command.stream_id));
    shop_.streams.put({command.stream_id, command.profile_id, command.destination_ids, true, false,
                       envelope.message_id, envelope.correlation_id});
    return accepted(lane_of(command.stream_id));
}

Decision StreamDesk::stop(const contract::StreamControl& command) {
    auto held = shop_.streams.find(command.stream_id);
    if (!held)
        return rejected(
            fail_at(ErrorCode::RES_NOT_FOUND, "/stream_id", "The appliance knows no such stream."));
    const bool starting_soon = held->wanted && state_of(command.stream_id) == StreamState::stopped;
    const auto to = next(state_of(command.stream_id), StreamTrigger::stop);
    if (!to && !starting_soon) return rejected(to.error());
    if (command.dry_run) return would_do(lane_of(command.stream_id));
    held->wanted = false;
    shop_.streams.put(*held);
    // A start may wait for its destination for minutes; a stop must not wait behind it.
    return accepted(lane_of(command.stream_id) + ":stop");
}

void StreamDesk::run(const contract::StreamControl& command, const contract::Envelope& envelope) {
    shop_.reports.begin(envelope.message_id);
    ProgressNote note;
    note.state = "queued";
    shop_.reports.progress(envelope.message_id, note);
    if (command.command == "start") return run_start(envelope.message_id, command.stream_id);
    run_stop(command, envelope.message_id);
}

Result<std::string> StreamDesk::location_of(const std::string& destination_id,
                                            const contract::Destination& destination) {
    if (destination.kind == "file") return shop_.library.recording_path(destination.path);
    const auto kept = shop_.secrets.find(secret_owner_of_destination(destination_id));
    if (!kept && kept.error().code == ErrorCode::RES_NOT_FOUND) return destination.url;
    if (!kept) return kept.error();
    const auto secret = contract::parse_destination_secret(*kept);
    if (!secret) return secret.error();
    return destination.url + (destination.url.ends_with('/') ? "" : "/") + secret->stream_key;
}

std::vector<OutputSpec> StreamDesk::specs(const StoredStream& stream, const Config& config) {
    std::vector<OutputSpec> out;
    for (const std::string& id : stream.destination_ids) {
        const auto found = config.destinations.find(id);
        if (found == config.destinations.end())
            continue;  // removal is refused while a stream wants it
        const auto& destination = found->second;
        const auto location = location_of(id, destination);
        // Without its key the address leads nowhere, and the output says so.
        if (!location) log::error("Destination {}: {}", id, location.error().message);
        out.push_back(
            {stream.stream_id, id, destination.kind, location ? *location : destination.url});
    }
    return out;
}

void StreamDesk::run_start(const std::string& command_id, const std::string& stream_id) {
    const auto stream = shop_.streams.find(stream_id);
    if (!stream || stream->command_id != command_id || !stream->wanted) {
        ProgressNote note;
        note.state = "cancelled";
        return shop_.reports.progress(command_id, note);
    }
    Live& live = live_[stream_id];
    if (stream->was_live)
        return shop_.reports.succeeded(command_id, stream_result(stream_id, StreamState::live));
    ProgressNote note;
    note.state = "connecting";
    shop_.reports.progress(command_id, note);
    if (live.state == StreamState::starting) return;  // restore() was faster
    live.known = true;
    live.outputs.clear();
    OutputReport none;
    none.stream_id = stream_id;
    move(stream_id, live, StreamState::starting, none);
    for (const OutputSpec& spec : specs(*stream, shop_.config.load())) shop_.outputs.start(spec);
}

void StreamDesk::run_stop(const contract::StreamControl& command, const std::string& command_id) {
    const auto stream = shop_.streams.find(command.stream_id);
    Live& live = live_[command.stream_id];
    if (!stream || live.state == StreamState::stopped)
        return shop_.reports.succeeded(command_id,
                                       stream_result(command.stream_id, StreamState::stopped));
    if (stream->wanted)
        return shop_.reports.succeeded(command_id, stream_result(command.stream_id, live.state));
    live.stop_command = command_id;
    ProgressNote note;
    note.state = "running";
    shop_.reports.progress(command_id, note);
    if (shop_.reports.is_open(stream->command_id)) {
        ProgressNote cancelled;
        cancelled.state = "cancelled";
        shop_.reports.progress(stream->command_id, cancelled);
    }
    OutputReport none;
    none.stream_id = command.stream_id;
    if (live.state != StreamState::stopping)
        move(command.stream_id, live, StreamState::stopping, none);
    for (const std::string& id : stream->destination_ids)
        shop_.outputs.stop(command.stream_id, id, command.drain_ms);
}

void StreamDesk::restore() {
    const Config config = shop_.config.load();
    std::vector<OutputSpec> wanted;
    for (const StoredStream& stream : shop_.streams.all()) {
        if (!stream.wanted) continue;
        Live& live = live_[stream.stream_id];
        live.state = stream.was_live ? StreamState::reconnecting : StreamState::starting;
        live.known = false;
        for (OutputSpec& spec : specs(stream, config)) wanted.push_back(std::move(spec));
    }
    shop_.outputs.keep_only(wanted);
    for (const OutputSpec& spec : wanted) shop_.outputs.start(spec);
}

void StreamDesk::on_output(const OutputReport& report) {
    const auto found = live_.find(report.stream_id);
    if (found == live_.end()) return;
    Live& live = found->second;
    const OutputReport before = std::exchange(live.outputs[report.destination_id], report);
    note_output(before, report);
    const auto stream = shop_.streams.find(report.stream_id);
    const bool over = live.state == StreamState::failed || live.state == StreamState::stopped;
    if (!stream || over) return;  // the echo of outputs being ended
    std::vector<StreamState> states;
    for (const std::string& id : stream->destination_ids) {
        const auto output = live.outputs.find(id);
        const auto state =
            output == live.outputs.end() ? std::nullopt : stream_state_from(output->second.state);
        const bool again =
            stream->was_live && state == StreamState::starting;  // its process was started anew
        states.push_back(again ? StreamState::reconnecting : state.value_or(StreamState::starting));
    }
    const StreamState to = overall(states);
    const bool ending = live.state == StreamState::stopping;
    if (ending && to != StreamState::stopped && to != StreamState::failed) return;
    if (!live.known) {  // adopted: what it does now is not a change
        live.known = true;
        live.state = to;
    } else if (to != live.state) {
        move(report.stream_id, live, ending ? StreamState::stopped : to, report);
    }
    arrived(*stream, live, report);
}

// Consequences of the state a stream is in now: the start or stop command's end, and what is
// remembered.
void StreamDesk::arrived(StoredStream stream, Live& live, const OutputReport& cause) {
    if (live.state == StreamState::live && !stream.was_live) {
        stream.was_live = true;
        shop_.streams.put(stream);
        ProgressNote note;
        note.state = "running";
        shop_.reports.progress(stream.command_id, note);
        contract::ObjectWriter result;
        result.text("stream_id", stream.stream_id)
            .text("state", "live")
            .integer("first_frame", cause.first_frame);
        shop_.reports.succeeded(stream.command_id, result.str());
    } else if (live.state == StreamState::failed && stream.wanted) {
        stream.wanted = false;
        shop_.streams.put(stream);
        for (const std::string& id : stream.destination_ids)
            shop_.outputs.stop(stream.stream_id, id, 0);
        const auto code =
            error_code_from(cause.error_code).value_or(ErrorCode::STR_DESTINATION_REFUSED);
        shop_.reports.failed(stream.command_id, fail(code, cause.error_message));
    } else if (live.state == StreamState::stopped && !live.stop_command.empty()) {
        const std::string command_id = std::exchange(live.stop_command, {});
        live.outputs.clear();
        shop_.reports.succeeded(command_id, stream_result(stream.stream_id, StreamState::stopped));
    }
}

void StreamDesk::move(const std::string& stream_id, Live& live, StreamState to,
                      const OutputReport& cause) {
    const StreamState from = live.state;
    const auto trigger = trigger_between(from, to);
    live.state = to;
    contract::ObjectWriter context;
    context.text("stream_id", stream_id).text("from", to_string(from)).text("to", to_string(to));
    context.text("reason", !cause.error_code.empty()
                               ? cause.error_code
                               : std::string(trigger ? to_string(*trigger) : "reported"));
    context.integer("attempt", cause.attempt);
    const auto stream = shop_.streams.find(stream_id);
    shop_.reports.event("stream.state", context, stream ? stream->correlation_id : std::string{});
}

void StreamDesk::note_output(const OutputReport& before, const OutputReport& report) {
    if (report.error_code.empty() ||
        (report.error_code == before.error_code && report.state == before.state))
        return;
    contract::ObjectWriter context;
    context.text("stream_id", report.stream_id)
        .text("value", report.destination_id)
        .text("code", report.error_code);
    shop_.reports.event("stream.destination_error", context.text("error", report.error_message));
}

std::vector<StreamView> StreamDesk::view() {
    std::vector<StreamView> out;
    for (StoredStream& stream : shop_.streams.all()) {
        StreamView view{std::move(stream), StreamState::stopped, {}};
        view.state = state_of(view.stream.stream_id);
        if (const auto live = live_.find(view.stream.stream_id); live != live_.end())
            for (const auto& [id, report] : live->second.outputs) view.outputs.push_back(report);
        out.push_back(std::move(view));
    }
    return out;
}

}  // namespace vistter::appliance
