// The tick: wait, commands, runs, picture, encoder, reports.
#include "program/tick_loop.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "media/barcode.hpp"
#include "program/core/compose.hpp"

namespace vistter::program {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
// A source's last frame is held this long, then the slate takes its place (rulings 21).
constexpr std::int64_t hold_ns = 500'000'000;
constexpr int tick_priority = 10;

std::int64_t now_ns() {
    return machine_clock().steady().ns;
}

void wait_until(std::int64_t due_ns) {
    timespec due{due_ns / second_ns, static_cast<long>(due_ns % second_ns)};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr) == EINTR) {
    }
}

std::int64_t process_cpu_ns() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    auto ns = [](const timeval& time) {
        return time.tv_sec * second_ns + time.tv_usec * std::int64_t{1000};
    };
    return ns(usage.ru_utime) + ns(usage.ru_stime);
}

void raise_priority() {
    sched_param wanted{};
    wanted.sched_priority = tick_priority;
    if (::pthread_setschedparam(::pthread_self(), SCHED_FIFO, &wanted) != 0) {
        log::info(
            "the tick thread runs at normal priority: real-time scheduling is not allowed here");
    }
}

}  // namespace

TickLoop::TickLoop(TickPorts ports, const OutputFormat& format, bool proof_strip)
    : ports_(std::move(ports)),
      format_(format),
      proof_strip_(proof_strip),
      mixer_(format.width, format.height, format.rate),
      stage_(format.rate) {}

TickLoop::~TickLoop() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
}

void TickLoop::start() {
    thread_ = std::thread([this] { run(); });
}

void TickLoop::run() {
    raise_priority();
    window_ns_ = now_ns();
    window_cpu_ns_ = process_cpu_ns();
    pacer_.emplace(window_ns_, format_.rate);
    while (!over_) {
        Pacer::Step step = pacer_->next(now_ns());
        if (!step.make) {
            wait_until(step.wait_until_ns);
            continue;
        }
        if (step.skipped > 0)
            log::warning("{} frames before {} were missed", step.skipped, step.frame);
        make_frame(step.frame);
        pacer_->made(now_ns());
    }
}

void TickLoop::make_frame(std::int64_t frame) {
    std::uint8_t* picture =
        ports_.encoder.begin_frame();  // may wait for the encoder: that is not our work
    const std::int64_t began_ns = now_ns();
    due_ns_ = pacer_->due(frame);
    ports_.commands.try_take(incoming_);
    for (Command& command : incoming_) apply(command, frame);
    incoming_.clear();
    stage_.step(frame, events_);
    const OnAir* on_air = board_.step(frame, stage_.claimed(), events_);
    layers_ = mixer_.make(picture, on_air, stage_, *this, frame);
    if (proof_strip_) draw_strip(picture, frame);
    work_.add(now_ns() - began_ns);
    ports_.preview.offer(picture, frame);
    ports_.encoder.end_frame(frame);
    for (Camera& camera : cameras_) camera.picture.reset();
    ++frames_;
    publish(frame);
}

void TickLoop::apply(Command& command, std::int64_t frame) {
    if (auto* camera = std::get_if<UseCamera>(&command)) {
        use_camera(*camera);
    } else if (auto* show = std::get_if<UseShow>(&command)) {
        const Show& loaded = *show->show;
        events_.emplace_back(ipc::ShowLoaded{loaded.timeline_id, loaded.revision, {}, {}});
        board_.load(std::move(show->show));
    } else if (auto* tokens = std::get_if<UseShowTokens>(&command)) {
        board_.set_tokens(*tokens->show, tokens->use, std::move(tokens->tokens), frame, events_);
        retired_.push_back(std::move(tokens->show));
    } else if (auto* overlay = std::get_if<StageShow>(&command)) {
        stage_.show(std::move(*overlay), frame, events_);
    } else if (auto* changed = std::get_if<UseStageTokens>(&command)) {
        if (changed->in_show && !stage_.has(changed->overlay_id)) return;
        stage_.set_tokens(changed->overlay_id, changed->tokens, frame, events_);
    } else if (auto* hide = std::get_if<ipc::HideOverlay>(&command)) {
        stage_.hide(hide->overlay_id, hide->transition, frame, events_);
    } else if (auto* play = std::get_if<ipc::Play>(&command)) {
        board_.play(*play, frame, events_);
    } else if (auto* pause = std::get_if<ipc::Pause>(&command)) {
        board_.pause(*pause, frame, events_);
    } else if (auto* resume = std::get_if<ipc::Resume>(&command)) {
        board_.resume(*resume, frame, events_);
    } else if (auto* seek = std::get_if<ipc::Seek>(&command)) {
        board_.seek(*seek, frame, events_);
    } else if (auto* stop = std::get_if<ipc::StopRun>(&command)) {
        board_.stop(*stop, frame, events_);
    } else {
        status_wanted_ = true;
    }
}

void TickLoop::use_camera(UseCamera& use) {
    for (auto known = cameras_.begin(); known != cameras_.end(); ++known) {
        if (known->id != use.camera_id) continue;
        retired_.push_back(std::move(known->input));
        cameras_.erase(known);
        break;
    }
    if (!use.camera) return;
    Camera& added = cameras_.emplace_back();
    added.id = std::move(use.camera_id);
    added.input = std::move(use.camera);
}

const std::uint8_t* TickLoop::camera(std::string_view camera_id) {
    for (Camera& camera : cameras_) {
        if (camera.id != camera_id) continue;
        if (!camera.picture) camera.picture = camera.input->newest();
        const media::FramePtr& picture = camera.picture;
        if (!picture || picture->width != format_.width || picture->height != format_.height)
            return nullptr;
        // A late tick may show a picture that came after the frame was due; its age counts from the
        // earlier of the two, so that a dead camera is held for the same number of frames under any
        // load.
        if (std::exchange(camera.known, picture->number) != picture->number) {
            camera.since_ns = std::min(picture->arrived_ns, due_ns_);
        }
        return due_ns_ - camera.since_ns <= hold_ns ? picture->bytes.data() : nullptr;
    }
    return nullptr;
}

void TickLoop::draw_strip(std::uint8_t* picture, std::int64_t frame) const {
    int cell = media::barcode_cell(format_.width);
    int top = strip_top(format_.height, cell);
    constexpr std::int64_t strip_unit_ns = 100'000;
    media::Barcode code{media::program_source, static_cast<std::uint32_t>(frame) & 0xffffffU,
                        static_cast<std::uint32_t>(pacer_->due(frame) / strip_unit_ns)};
    media::draw_barcode(picture, format_.width, format_.width, top, code);
    grey_chroma(contiguous(picture, format_.width, format_.height), top);
}

void TickLoop::publish(std::int64_t frame) {
    if (status_wanted_) {
        status_wanted_ = false;
        publish_tick(frame);
        board_.status(frame, events_);
        stage_.status(frame, events_);
        events_.emplace_back(ipc::StatusEnd{});
    }
    if (now_ns() >= next_report_) {
        next_report_ = now_ns() + second_ns / 2;
        publish_tick(frame);
        publish_statistics(frame);
    }
    hand_over();
}

void TickLoop::publish_tick(std::int64_t frame) {
    events_.emplace_back(ipc::Tick{frame, pacer_->due(frame),
                                   static_cast<std::int32_t>(format_.rate.num),
                                   static_cast<std::int32_t>(format_.rate.den)});
}

void TickLoop::publish_statistics(std::int64_t frame) {
    std::int64_t now = now_ns(), cpu = process_cpu_ns(), made = frames_ - window_frames_;
    ipc::ProgramStats stats;
    stats.frames = frame + 1;
    stats.missed_frames = pacer_->missed_frames();
    stats.late_ticks = pacer_->late_ticks();
    stats.encoded_frames = ports_.encoder.encoded_frames();
    stats.layers = layers_;
    stats.tick_ms_p50 = work_.percentile(0.5);
    stats.tick_ms_p95 = work_.percentile(0.95);
    stats.tick_ms_p99 = work_.percentile(0.99);
    stats.encode_ms_p95 = ports_.encoder.encode_ms_p95();
    stats.cpu_ms_per_frame =
        made == 0 ? 0 : static_cast<double>(cpu - window_cpu_ns_) / 1e6 / static_cast<double>(made);
    stats.fps = now == window_ns_
                    ? 0
                    : static_cast<double>(made) * 1e9 / static_cast<double>(now - window_ns_);
    stats.video_bytes = ports_.video_bytes;
    events_.emplace_back(std::move(stats));
    window_frames_ = frames_;
    window_ns_ = now;
    window_cpu_ns_ = cpu;
}

void TickLoop::hand_over() {
    if (board_.has_retired()) {
        for (ShowPtr& show : board_.take_retired()) retired_.push_back(std::move(show));
    }
    if (stage_.has_retired()) {
        for (RendererPtr& renderer : stage_.take_retired()) retired_.push_back(std::move(renderer));
    }
    if (events_.empty() && retired_.empty()) return;
    bool all = ports_.events.try_put(events_);
    all &= ports_.retired.try_put(retired_);
    if (all) ports_.ring();
}

}  // namespace vistter::program
