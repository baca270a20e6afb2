// The boundary where a storage failure in the core's reaction to a report stops: the report is
// lost, the process is not.
#pragma once

#include <exception>

#include "appliance/core/appliance.hpp"
#include "base/log.hpp"

namespace vistter::appliance {

// Runs `work`; what it throws is logged.
template <class Work>
void guarded(const char* what, Work&& work) {
    try {
        work();
    } catch (const std::exception& failure) {
        log::error("{}: {}", what, failure.what());
    }
}

class GuardedReports final : public ProgramListener, public OutputListener {
  public:
    explicit GuardedReports(Appliance& to) : to_(to) {}
    void program_lost() override {
        guarded("programme lost", [&] { to_.program_lost(); });
    }
    void program_ready(bool adopted) override {
        guarded("programme ready", [&] { to_.program_ready(adopted); });
    }
    void on_tick(const ProgramTick& r) override {
        guarded("tick", [&] { to_.on_tick(r); });
    }
    void on_show(const ShowReport& r) override {
        guarded("show report", [&] { to_.on_show(r); });
    }
    void on_run(const RunReport& r) override {
        guarded("run report", [&] { to_.on_run(r); });
    }
    void on_cue(const CueReport& r) override {
        guarded("cue report", [&] { to_.on_cue(r); });
    }
    void on_overlay(const OverlayReport& r) override {
        guarded("overlay report", [&] { to_.on_overlay(r); });
    }
    void on_camera(const CameraReport& r) override {
        guarded("camera report", [&] { to_.on_camera(r); });
    }
    void on_picture(const PictureReport& r) override {
        guarded("picture report", [&] { to_.on_picture(r); });
    }
    void on_output(const OutputReport& r) override {
        guarded("output report", [&] { to_.on_output(r); });
    }

  private:
    Appliance& to_;
};

}  // namespace vistter::appliance
