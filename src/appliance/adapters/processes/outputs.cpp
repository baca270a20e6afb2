// The set of output keepers.
#include "appliance/adapters/processes/outputs.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "appliance/adapters/processes/output_keeper.hpp"
#include "base/log.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t look_every_ms = 100;

class Outputs final : public OutputProcesses {
  public:
    Outputs(async::Loop& loop, const Clock& clock, Random& random, OutputsOptions options)
        : loop_(loop), clock_(clock), random_(random), options_(std::move(options)) {
        report_ = [this](const OutputReport& report) {
            if (listener_ != nullptr && !gone_) listener_->on_output(report);
        };
        looking_ = loop_.every(look_every_ms, [this] { look(); });
    }

    void set_listener(OutputListener& listener) override { listener_ = &listener; }

    void start(const OutputSpec& output) override {
        auto& keeper = keeper_of(output);
        keeper.set_spec(output);
        keeper.start();
    }

    void stop(const std::string& stream_id, const std::string& destination_id,
              std::int64_t drain_ms) override {
        keeper_of({stream_id, destination_id, {}, {}}).end(drain_ms);
    }

    void keep_only(const std::vector<OutputSpec>& wanted) override {
        std::set<std::string> stems;
        for (const auto& output : wanted)
            stems.insert(OutputKeeper::stem(output.stream_id, output.destination_id));
        std::error_code failed;
        for (const auto& entry : std::filesystem::directory_iterator(options_.run_dir, failed)) {
            const auto path = entry.path();
            if (!path.filename().string().starts_with("out-") ||
                stems.contains(path.stem().string()))
                continue;
            if (path.extension() == ".sock") end_stranger(path);
        }
    }

    void stop_all(std::function<void()> gone) override {
        gone_ = std::move(gone);
        for (auto& [key, keeper] : keepers_) keeper->end(2'000);
        look();
    }

  private:
    OutputKeeper& keeper_of(const OutputSpec& output) {
        auto& keeper = keepers_[OutputKeeper::stem(output.stream_id, output.destination_id)];
        if (!keeper)
            keeper =
                std::make_unique<OutputKeeper>(loop_, clock_, random_, options_, output, report_);
        return *keeper;
    }

    // An output nobody wants any more, left by a former control process.
    void end_stranger(const std::filesystem::path& socket) {
        auto link = IpcLink::connect(
            loop_, socket,
            {[](const ipc::Message&) {}, [this, socket] { strangers_.erase(socket); }});
        if (!link) return;
        log::info("Ending an output that is no longer wanted");
        (*link)->send(ipc::StopOutput{0});
        strangers_[socket] = *std::move(link);
    }

    void look() {
        for (auto& [key, keeper] : keepers_) keeper->look();
        const bool all_ended = std::all_of(keepers_.begin(), keepers_.end(),
                                           [](const auto& k) { return k.second->ended(); });
        if (gone_ && all_ended && strangers_.empty() && !told_gone_) {
            told_gone_ = true;
            loop_.post(gone_);
        }
    }

    async::Loop& loop_;
    const Clock& clock_;
    Random& random_;
    OutputsOptions options_;
    OutputListener* listener_ = nullptr;
    std::function<void(const OutputReport&)> report_;
    std::map<std::string, std::unique_ptr<OutputKeeper>> keepers_;
    std::map<std::filesystem::path, std::unique_ptr<IpcLink>> strangers_;
    std::function<void()> gone_;
    bool told_gone_ = false;
    async::Handle looking_;
};

class NoOutputs final : public OutputPort {
  public:
    void start(const OutputSpec&) override {}
    void keep_only(const std::vector<OutputSpec>&) override {}
    void stop(const std::string&, const std::string&, std::int64_t) override {}
};

}  // namespace

std::unique_ptr<OutputProcesses> make_output_processes(async::Loop& loop, const Clock& clock,
                                                       Random& random, OutputsOptions options) {
    return std::make_unique<Outputs>(loop, clock, random, std::move(options));
}

std::unique_ptr<OutputPort> make_no_outputs() {
    return std::make_unique<NoOutputs>();
}

}  // namespace vistter::appliance
