// A real Studio and a real appliance on loopback, paired, in a throw-away folder; either can be
// killed and started again.
#pragma once

#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crash/rest.hpp"
#include "kit/temporary_folder.hpp"
#include "sim/kit/child_process.hpp"

namespace vistter::test {

enum class End { studio, appliance };

// A command as the operator asked for it: the key makes asking twice the same as asking once.
struct Asked {
    std::string key;
    boost::json::value request;  // {type, body, ...}
    std::string path;            // below /v1; empty: the appliance's commands
    bool adds_camera = false;
    std::string message_id;  // "" until Studio said 202
};

class TwoEnds {
  public:
    TwoEnds();  // throws std::runtime_error with the failing step
    ~TwoEnds();

    // Starts an end that is not running; `step` arms it. False: it ended before it was ready.
    bool start(End end, const std::string& step = {});
    void kill(End end);
    bool running(End end) { return child(end).running(); }
    // Waits a moment, or less if the end dies.
    bool dies_within(End end, std::int64_t ms) { return child(end).wait(ms).has_value(); }

    Asked rename_device(std::int64_t not_before_in_ms = 0);
    Asked add_camera();
    // Any command, from a sample's type and body; how it ends is its own affair.
    Asked from_sample(const std::string& sample);
    // Asks for a new device certificate: CREDENTIAL_REFRESH, twice.
    Asked renew_certificate();
    // Asks to cancel a command that is accepted already: COMMAND_CANCEL.
    Asked cancel(const Asked& command);
    // One try; true when Studio has accepted it (now or before).
    bool ask(Asked& asked) const;
    // The command as Studio shows it; null when Studio does not answer.
    boost::json::value command(const std::string& message_id) const;
    bool was_sent(const Asked& asked) const;
    bool connected() const;
    // As the appliance's process of this moment sees it; false if it dies or does not come through
    // in time.
    bool appliance_comes_through(std::int64_t deadline_ms);

    // Waits until every command is terminal; what is still open at the deadline.
    std::vector<std::string> unfinished_after(const std::vector<Asked>& asked,
                                              std::int64_t deadline_ms);
    // Waits until every command Studio has of the appliance, and every renewal, is terminal. What
    // is wrong with them: not ended, or ended more than once. Empty: nothing.
    std::string faults_in_all(std::int64_t deadline_ms);
    // What is wrong with the whole trail: ends, effects, counts. Empty: nothing.
    std::string faults_in(const std::vector<Asked>& asked) const;
    std::string logs() const { return folder_.path().string(); }
    void keep_logs() { keep_ = true; }

  private:
    sim::ChildProcess& child(End end) { return end == End::studio ? studio_ : appliance_; }
    std::vector<std::string> arguments(End end) const;
    void pair();
    void sign_in();
    std::string open_renewals() const;

    kit::TemporaryFolder folder_;
    sim::ChildProcess studio_, appliance_;
    std::string studio_listen_ = "127.0.0.1:0", channel_listen_ = "127.0.0.1:0",
                appliance_listen_ = "127.0.0.1:0";
    boost::json::value studio_ready_, appliance_ready_;
    std::optional<Rest> studio_api_, appliance_api_;
    std::string device_id_;
    int asked_ = 0;
    bool keep_ = false;
};

}  // namespace vistter::test
