// Where the core's answers go: numbers PROGRESS, fills in EVENTs, keeps the newest ones for the
// local page, and hands all of it to the road. One thread.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "appliance/core/command_handler.hpp"
#include "appliance/core/event_flow.hpp"
#include "appliance/core/stores.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "contract/object_writer.hpp"

namespace vistter::appliance {

// What a PROGRESS says besides command, revision and attempt.
struct ProgressNote {
    std::string state;
    std::optional<double> percent;
    std::string stage;
    std::optional<std::int64_t> bytes_done, bytes_total;
    std::string result;  // JSON object text or empty
    std::optional<Error> error;
};

struct RecentEvent {
    WallTime at;
    std::string type, context;
};

class Reports {
  public:
    Reports(Clock& clock, Random& random, AttemptStore& attempts)
        : clock_(clock), random_(random), attempts_(attempts) {}
    // The road to Studio; without one, events stay on the appliance.
    void attach(Reporter* road) { road_ = road; }

    // To be called when a long command is (again) begun.
    void begin(const std::string& command_id);
    void progress(const std::string& command_id, const ProgressNote& note);
    void succeeded(const std::string& command_id, std::string result);
    void failed(const std::string& command_id, const Error& error);
    // Whether `command_id` was begun and has no terminal PROGRESS from this process yet.
    bool is_open(const std::string& command_id) const { return open_.contains(command_id); }

    // Severity and durability come from the registry; repeats and storms are thinned (EventFlow).
    void event(std::string_view type, const contract::ObjectWriter& context,
               const std::string& correlation_id = {});
    // Sends what was held back; to be called about once a second.
    void tick();
    bool metrics(contract::Metrics metrics);  // as Reporter's
    void state_report(contract::StateReport report);
    const std::deque<RecentEvent>& recent() const { return recent_; }  // newest first

  private:
    struct Open {
        int attempt = 1;
        std::int64_t revision = 0;
        double percent = 0;
        std::string state;
    };
    void send(FlowingEvent event);
    contract::Event made(std::string_view type, const contract::ObjectWriter& context);

    Clock& clock_;
    Random& random_;
    AttemptStore& attempts_;
    Reporter* road_ = nullptr;
    std::map<std::string, Open> open_;
    std::deque<RecentEvent> recent_;
    EventFlow flow_;
};

}  // namespace vistter::appliance
