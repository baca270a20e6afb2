// The appliance's decisions in one place: takes commands from the road and reports from programme
// and outputs, and hands each to the desk that knows. One thread; no I/O of its own.
#pragma once

#include <memory>
#include <optional>

#include "appliance/core/camera_desk.hpp"
#include "appliance/core/command_handler.hpp"
#include "appliance/core/config_desk.hpp"
#include "appliance/core/credential_desk.hpp"
#include "appliance/core/link_status.hpp"
#include "appliance/core/overlay_desk.hpp"
#include "appliance/core/run_desk.hpp"
#include "appliance/core/stream_desk.hpp"
#include "appliance/core/system_probe.hpp"
#include "appliance/core/timeline_desk.hpp"

namespace vistter::appliance {

class Appliance final : public CommandHandler, public ProgramListener, public OutputListener {
  public:
    explicit Appliance(Workshop workshop);

    // Once, before the road starts: what should run is taken up again.
    void restore();

    Decision decide(const Command& command) override;
    void run(const Command& command) override;
    void committed(const Command& command) override;
    void cancelled(const Command& command) override;
    // What Studio's last WELCOME said of this appliance; quarantine narrows what decide() takes.
    void judged(const std::string& verdict) { verdict_ = verdict; }

    void program_lost() override;
    void program_ready(bool adopted) override;
    void on_tick(const ProgramTick& tick) override;
    void on_show(const ShowReport& report) override;
    void on_run(const RunReport& report) override { runs_.on_run(report); }
    void on_cue(const CueReport& report) override { runs_.on_cue(report); }
    void on_overlay(const OverlayReport& report) override { overlays_.on_overlay(report); }
    void on_camera(const CameraReport& report) override { cameras_.on_camera(report); }
    void on_picture(const PictureReport& report) override { picture_ = report; }
    void on_output(const OutputReport& report) override { streams_.on_output(report); }

    // ---- what is true now ----
    contract::StateDigest digest();
    contract::StateReport state_report();
    contract::Metrics metrics(const SystemFigures& system, const LinkStatus& link, int window_s);
    Config config() { return shop_.config.load(); }
    std::vector<CameraView> cameras() { return cameras_.view(); }
    std::vector<TimelineView> timelines() { return timelines_.view(); }
    std::vector<RunView> runs(int limit) { return runs_.view(limit); }
    std::optional<RunView> on_air() { return runs_.on_air(); }
    std::vector<OverlayView> overlays() { return overlays_.view(); }
    std::vector<StreamView> streams() { return streams_.view(); }
    const PictureReport& picture() const { return picture_; }
    std::optional<ProgramTick> tick() const { return runs_.tick(); }
    bool picture_ready() const { return shop_.program.ready(); }

  private:
    std::vector<contract::StreamMetrics> stream_metrics(int window_s);

    Workshop shop_;
    ConfigDesk config_;
    CameraDesk cameras_;
    TimelineDesk timelines_;
    RunDesk runs_;
    OverlayDesk overlays_;
    StreamDesk streams_;
    CredentialDesk credentials_;
    PictureReport picture_;
    std::string verdict_;
    std::map<std::string, std::int64_t> bytes_before_;  // by stream_id, at the METRICS before
};

}  // namespace vistter::appliance
