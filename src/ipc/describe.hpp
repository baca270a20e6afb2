// The members of every message in the order they travel: the one list that encode and decode both
// follow.
#pragma once

#include <tuple>
#include <type_traits>

#include "ipc/messages.hpp"

namespace vistter::ipc {

template <class M>
using Of = std::type_identity<M>;

// clang-format off
constexpr auto members(Of<Hello>) { return std::tuple(&Hello::version, &Hello::role, &Hello::pid); }
constexpr auto members(Of<SetCamera>) { return std::tuple(&SetCamera::camera_id, &SetCamera::url); }
constexpr auto members(Of<RemoveCamera>) { return std::tuple(&RemoveCamera::camera_id); }
constexpr auto members(Of<LoadShow>) {
    return std::tuple(&LoadShow::timeline_id, &LoadShow::revision, &LoadShow::path, &LoadShow::sha256,
                      &LoadShow::assets);
}
constexpr auto members(Of<Play>) {
    return std::tuple(&Play::run_id, &Play::timeline_id, &Play::revision, &Play::start_frame, &Play::run_frame);
}
constexpr auto members(Of<Pause>) { return std::tuple(&Pause::run_id); }
constexpr auto members(Of<Resume>) { return std::tuple(&Resume::run_id); }
constexpr auto members(Of<Seek>) { return std::tuple(&Seek::run_id, &Seek::run_frame); }
constexpr auto members(Of<StopRun>) { return std::tuple(&StopRun::run_id, &StopRun::mode); }
constexpr auto members(Of<ShowOverlay>) {
    return std::tuple(&ShowOverlay::overlay_id, &ShowOverlay::path, &ShowOverlay::sha256, &ShowOverlay::assets,
                      &ShowOverlay::scene_id, &ShowOverlay::slot, &ShowOverlay::z, &ShowOverlay::tokens,
                      &ShowOverlay::duration_ms);
}
constexpr auto members(Of<SetOverlayTokens>) {
    return std::tuple(&SetOverlayTokens::overlay_id, &SetOverlayTokens::tokens);
}
constexpr auto members(Of<HideOverlay>) { return std::tuple(&HideOverlay::overlay_id, &HideOverlay::transition); }
constexpr auto members(Of<RequestKeyframe>) { return std::tuple(); }
constexpr auto members(Of<RequestStatus>) { return std::tuple(); }
constexpr auto members(Of<Shutdown>) { return std::tuple(); }
constexpr auto members(Of<Tick>) {
    return std::tuple(&Tick::frame, &Tick::steady_ns, &Tick::rate_num, &Tick::rate_den);
}
constexpr auto members(Of<ShowLoaded>) {
    return std::tuple(&ShowLoaded::timeline_id, &ShowLoaded::revision, &ShowLoaded::error_code,
                      &ShowLoaded::error_message);
}
constexpr auto members(Of<RunChanged>) {
    return std::tuple(&RunChanged::run_id, &RunChanged::timeline_id, &RunChanged::state, &RunChanged::request,
                      &RunChanged::error_code, &RunChanged::error_message, &RunChanged::output_frame,
                      &RunChanged::run_frame);
}
constexpr auto members(Of<CueChanged>) {
    return std::tuple(&CueChanged::run_id, &CueChanged::segment_id, &CueChanged::cue_id, &CueChanged::started,
                      &CueChanged::planned_frame, &CueChanged::actual_frame);
}
constexpr auto members(Of<OverlayChanged>) {
    return std::tuple(&OverlayChanged::overlay_id, &OverlayChanged::scene_id, &OverlayChanged::slot,
                      &OverlayChanged::run_id, &OverlayChanged::cue_id, &OverlayChanged::state,
                      &OverlayChanged::error_code, &OverlayChanged::error_message, &OverlayChanged::output_frame);
}
constexpr auto members(Of<CameraChanged>) {
    return std::tuple(&CameraChanged::camera_id, &CameraChanged::state, &CameraChanged::error,
                      &CameraChanged::frames, &CameraChanged::last_frame_age_ms, &CameraChanged::fps);
}
constexpr auto members(Of<ProgramStats>) {
    return std::tuple(&ProgramStats::frames, &ProgramStats::missed_frames, &ProgramStats::late_ticks,
                      &ProgramStats::encoded_frames, &ProgramStats::layers, &ProgramStats::tick_ms_p50,
                      &ProgramStats::tick_ms_p95, &ProgramStats::tick_ms_p99, &ProgramStats::encode_ms_p95,
                      &ProgramStats::cpu_ms_per_frame, &ProgramStats::fps, &ProgramStats::video_bytes);
}
constexpr auto members(Of<StatusEnd>) { return std::tuple(); }
constexpr auto members(Of<Subscribe>) { return std::tuple(&Subscribe::what); }
constexpr auto members(Of<StreamInfo>) {
    return std::tuple(&StreamInfo::width, &StreamInfo::height, &StreamInfo::rate_num, &StreamInfo::rate_den,
                      &StreamInfo::audio_rate, &StreamInfo::audio_channels, &StreamInfo::video_codec_data,
                      &StreamInfo::audio_codec_data);
}
constexpr auto members(Of<AccessUnit>) {
    return std::tuple(&AccessUnit::kind, &AccessUnit::keyframe, &AccessUnit::frame, &AccessUnit::pts_ns,
                      &AccessUnit::dts_ns, &AccessUnit::duration_ns, &AccessUnit::data);
}
constexpr auto members(Of<PreviewImage>) { return std::tuple(&PreviewImage::frame, &PreviewImage::jpeg); }
constexpr auto members(Of<OutputStatus>) {
    return std::tuple(&OutputStatus::stream_id, &OutputStatus::destination_id, &OutputStatus::state,
                      &OutputStatus::error_code, &OutputStatus::error_message, &OutputStatus::attempt,
                      &OutputStatus::reconnects, &OutputStatus::bytes, &OutputStatus::frames,
                      &OutputStatus::frames_dropped, &OutputStatus::first_frame, &OutputStatus::uptime_ms);
}
constexpr auto members(Of<StopOutput>) { return std::tuple(&StopOutput::drain_ms); }
// clang-format on

// Calls `visit` with each member of `message` in travelling order.
template <class M, class Visit>
void each_member(M& message, Visit&& visit) {
    std::apply([&](auto... member) { (visit(message.*member), ...); },
               members(Of<std::remove_const_t<M>>{}));
}

}  // namespace vistter::ipc
