// The programme's keeper.
#include "appliance/adapters/processes/program.hpp"

#include <csignal>

#include "appliance/adapters/processes/child.hpp"
#include "appliance/adapters/processes/ipc_link.hpp"
#include "appliance/core/overlay_desk.hpp"
#include "base/backoff.hpp"
#include "base/log.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t look_every_ms = 100;
constexpr std::int64_t healthy_after_ns = 30'000'000'000;
constexpr std::int64_t end_limit_ms = 5'000;

ProgramTick from_ipc(const ipc::Tick& tick) {
    return {tick.frame, {tick.steady_ns}, {tick.rate_num, tick.rate_den}};
}

PictureReport from_ipc(const ipc::ProgramStats& s) {
    return {s.frames,      s.missed_frames, s.late_ticks,       s.encoded_frames,
            s.layers,      s.video_bytes,   s.tick_ms_p50,      s.tick_ms_p95,
            s.tick_ms_p99, s.encode_ms_p95, s.cpu_ms_per_frame, s.fps};
}

std::vector<std::string> command_line(const ProgramOptions& options) {
    const auto& profile = options.profile;
    std::vector<std::string> words{
        "--socket",       options.socket.string(),
        "--media-socket", options.media_socket.string(),
        "--width",        std::to_string(profile.width),
        "--height",       std::to_string(profile.height),
        "--rate",         std::to_string(profile.rate_num) + "/" + std::to_string(profile.rate_den),
        "--bitrate",      std::to_string(profile.video_bitrate_kbps),
        "--keyframe",     std::to_string(profile.keyframe_interval_s),
        "--preset",       profile.preset};
    if (options.proof_strip) words.emplace_back("--proof-strip");
    return words;
}

class Program final : public ProgramProcess {
  public:
    Program(async::Loop& loop, const Clock& clock, Random& random, ProgramOptions options)
        : loop_(loop), clock_(clock), random_(random), options_(std::move(options)) {}

    void start(ProgramListener& listener) override {
        listener_ = &listener;
        look();
        looking_ = loop_.every(look_every_ms, [this] { look(); });
    }

    void shut_down(std::function<void()> gone) override {
        gone_ = std::move(gone);
        stopping_ = true;
        if (link_) link_->send(ipc::Shutdown{});
        if (!link_) child_.kill(SIGTERM);
        deadline_ = loop_.after(end_limit_ms, [this] {
            if (link_ && link_->peer_pid() > 0) ::kill(link_->peer_pid(), SIGKILL);
            child_.kill(SIGKILL);
        });
        look();
    }

    bool ready() const override { return ready_; }
    void set_camera(const std::string& id, const std::string& url) override {
        order(ipc::SetCamera{id, url});
    }
    void remove_camera(const std::string& id) override { order(ipc::RemoveCamera{id}); }
    void load_show(const StoredTimeline& t, const std::string& path,
                   const std::string& assets) override {
        order(ipc::LoadShow{t.timeline_id, t.revision, path, t.body_sha256, assets});
    }
    void play(const StoredRun& run) override {
        order(ipc::Play{run.run_id, run.timeline_id, run.revision, run.start_frame,
                        run.first_run_frame});
    }
    void pause(const std::string& run_id) override { order(ipc::Pause{run_id}); }
    void resume(const std::string& run_id) override { order(ipc::Resume{run_id}); }
    void seek(const std::string& run_id, std::int64_t run_frame) override {
        order(ipc::Seek{run_id, run_frame});
    }
    void stop(const std::string& run_id, const std::string& mode) override {
        order(ipc::StopRun{run_id, mode});
    }
    void show_overlay(const OverlayClaim& claim, const StoredOverlay& overlay,
                      const std::string& path, const std::string& assets) override {
        order(ipc::ShowOverlay{claim.overlay_id, path, overlay.sha256, assets, claim.scene_id,
                               claim.slot, claim.z, tokens_json(claim.tokens), claim.duration_ms});
    }
    void set_tokens(const std::string& id, const std::string& tokens) override {
        order(ipc::SetOverlayTokens{id, tokens});
    }
    void hide_overlay(const std::string& id, const std::string& transition) override {
        order(ipc::HideOverlay{id, transition});
    }

  private:
    void order(const ipc::Message& message) {
        if (ready_) link_->send(message);
    }

    // Connects if somebody listens; otherwise starts a programme, not more often than the back-off
    // allows.
    void look() {
        const bool child_runs = child_.running();
        if (link_) return;
        auto link =
            IpcLink::connect(loop_, options_.socket,
                             {[this](const ipc::Message& m) { take(m); }, [this] { lost(); }});
        if (link) {
            link_ = *std::move(link);
            up_since_ = clock_.steady();
            if (stopping_) return link_->send(ipc::Shutdown{});
            link_->send(ipc::RequestStatus{});
            return;
        }
        if (stopping_) {
            if (!child_runs && gone_) loop_.post(std::exchange(gone_, nullptr));
            return;
        }
        if (!child_runs && clock_.steady().ns >= not_before_.ns) spawn();
    }

    void spawn() {
        not_before_ = {clock_.steady().ns + backoff_.next_ms(random_) * 1'000'000};
        auto child = Child::start(options_.executable, command_line(options_), options_.log);
        if (!child) return log::error("{}", child.error().message);
        child_ = *child;
        spawned_ = true;
        log::info("Started the programme, pid {}", child_.pid());
    }

    void lost() {
        link_.reset();
        const bool was_ready = std::exchange(ready_, false);
        if (clock_.steady().ns - up_since_.ns > healthy_after_ns) backoff_.reset();
        if (!stopping_) log::warning("The programme's connection is gone");
        if (was_ready && !stopping_) listener_->program_lost();
        look();
    }

    void take(const ipc::Message& message) {
        if (stopping_) return;
        if (const auto* tick = std::get_if<ipc::Tick>(&message))
            return listener_->on_tick(from_ipc(*tick));
        if (const auto* show = std::get_if<ipc::ShowLoaded>(&message))
            return listener_->on_show(
                {show->timeline_id, show->revision, show->error_code, show->error_message});
        if (const auto* r = std::get_if<ipc::RunChanged>(&message))
            return listener_->on_run({r->run_id, r->timeline_id, r->state, r->request,
                                      r->error_code, r->error_message, r->output_frame,
                                      r->run_frame});
        if (const auto* c = std::get_if<ipc::CueChanged>(&message))
            return listener_->on_cue({c->run_id, c->segment_id, c->cue_id, c->started,
                                      c->planned_frame, c->actual_frame});
        if (const auto* o = std::get_if<ipc::OverlayChanged>(&message))
            return listener_->on_overlay({o->overlay_id, o->scene_id, o->slot, o->run_id, o->cue_id,
                                          o->state, o->error_code, o->error_message,
                                          o->output_frame});
        if (const auto* c = std::get_if<ipc::CameraChanged>(&message))
            return listener_->on_camera(
                {c->camera_id, c->state, c->error, c->frames, c->last_frame_age_ms, c->fps});
        if (const auto* stats = std::get_if<ipc::ProgramStats>(&message))
            return listener_->on_picture(from_ipc(*stats));
        if (std::holds_alternative<ipc::StatusEnd>(message) && !ready_) {
            ready_ = true;
            const bool adopted = !std::exchange(spawned_, false);
            log::info("{} the programme, pid {}", adopted ? "Adopted" : "Connected to",
                      link_->peer_pid());
            listener_->program_ready(adopted);
        }
    }

    async::Loop& loop_;
    const Clock& clock_;
    Random& random_;
    ProgramOptions options_;
    ProgramListener* listener_ = nullptr;
    Child child_;
    std::unique_ptr<IpcLink> link_;
    Backoff backoff_{{.base_ms = 250, .cap_ms = 10'000}};
    SteadyTime not_before_, up_since_;
    bool ready_ = false, spawned_ = false, stopping_ = false;
    std::function<void()> gone_;
    async::Handle looking_, deadline_;
};

class NoProgram final : public ProgramPort {
  public:
    bool ready() const override { return false; }
    void set_camera(const std::string&, const std::string&) override {}
    void remove_camera(const std::string&) override {}
    void load_show(const StoredTimeline&, const std::string&, const std::string&) override {}
    void play(const StoredRun&) override {}
    void pause(const std::string&) override {}
    void resume(const std::string&) override {}
    void seek(const std::string&, std::int64_t) override {}
    void stop(const std::string&, const std::string&) override {}
    void show_overlay(const OverlayClaim&, const StoredOverlay&, const std::string&,
                      const std::string&) override {}
    void set_tokens(const std::string&, const std::string&) override {}
    void hide_overlay(const std::string&, const std::string&) override {}
};

}  // namespace

std::unique_ptr<ProgramProcess> make_program_process(async::Loop& loop, const Clock& clock,
                                                     Random& random, ProgramOptions options) {
    return std::make_unique<Program>(loop, clock, random, std::move(options));
}

std::unique_ptr<ProgramPort> make_no_program() {
    return std::make_unique<NoProgram>();
}

}  // namespace vistter::appliance
