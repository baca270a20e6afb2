// One output process and its keeping: connect or start, follow, end.
#pragma once

#include <functional>
#include <memory>

#include "appliance/adapters/processes/child.hpp"
#include "appliance/adapters/processes/ipc_link.hpp"
#include "appliance/adapters/processes/outputs.hpp"
#include "base/backoff.hpp"

namespace vistter::appliance {

class OutputKeeper {
  public:
    // `report` must outlive it.
    OutputKeeper(async::Loop& loop, const Clock& clock, Random& random,
                 const OutputsOptions& options, OutputSpec spec,
                 const std::function<void(const OutputReport&)>& report);
    void start();
    void end(std::int64_t drain_ms);
    void look();  // called some times a second
    bool ended() const { return !wanted_ && !link_ && !child_runs_; }
    const OutputSpec& spec() const { return spec_; }
    void set_spec(OutputSpec spec) { spec_ = std::move(spec); }

    // Names the files of an output in the run folder: <stem>.sock, .conf, .log.
    static std::string stem(const std::string& stream_id, const std::string& destination_id);

  private:
    void spawn();
    void take(const ipc::Message& message);
    void lost();
    void tell_stopped();
    std::filesystem::path file(const char* extension) const;

    async::Loop& loop_;
    const Clock& clock_;
    Random& random_;
    const OutputsOptions& options_;
    OutputSpec spec_;
    const std::function<void(const OutputReport&)>& report_;
    Child child_;
    std::unique_ptr<IpcLink> link_;
    Backoff backoff_{{.base_ms = 250, .cap_ms = 10'000}};
    SteadyTime not_before_, up_since_, kill_at_;
    OutputReport last_;
    bool wanted_ = false, child_runs_ = false, told_stopped_ = true;
    std::int64_t drain_ms_ = 2000;
};

}  // namespace vistter::appliance
