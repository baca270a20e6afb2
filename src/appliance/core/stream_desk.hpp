// STREAM_CONTROL start and stop: streams as sets of outputs, wanted or not, followed through the
// table of contract B.10.
#pragma once

#include <map>

#include "appliance/core/stream_state.hpp"
#include "appliance/core/workshop.hpp"

namespace vistter::appliance {

struct StreamView {
    StoredStream stream;
    StreamState state = StreamState::stopped;
    std::vector<OutputReport> outputs;
};

class StreamDesk {
  public:
    explicit StreamDesk(Workshop& workshop) : shop_(workshop) {}
    Decision decide(const contract::StreamControl& command, const contract::Envelope& envelope);
    void run(const contract::StreamControl& command, const contract::Envelope& envelope);
    // At every start: outputs that should run are started or adopted, all others ended.
    void restore();
    void on_output(const OutputReport& report);
    std::vector<StreamView> view();
    bool any_live() const;

  private:
    struct Live {  // of one stream since this process started
        StreamState state = StreamState::stopped;
        bool known = true;  // false: taken over from a former process, no output has reported yet
        std::map<std::string, OutputReport> outputs;  // by destination_id
        std::string stop_command;
    };
    Decision start(const contract::StreamControl& command, const contract::Envelope& envelope);
    Decision stop(const contract::StreamControl& command);
    Status fits_programme(const contract::StreamControl& command, const Config& config);
    void judge_destinations(const contract::StreamControl& command, const Config& config,
                            Faults& faults);
    StreamState state_of(const std::string& stream_id) const;
    // The address a destination is reached at, its secret in it: for the output only.
    Result<std::string> location_of(const std::string& destination_id,
                                    const contract::Destination& destination);
    std::vector<OutputSpec> specs(const StoredStream& stream, const Config& config);
    void run_start(const std::string& command_id, const std::string& stream_id);
    void run_stop(const contract::StreamControl& command, const std::string& command_id);
    void move(const std::string& stream_id, Live& live, StreamState to, const OutputReport& cause);
    void arrived(StoredStream stream, Live& live, const OutputReport& cause);
    void note_output(const OutputReport& before, const OutputReport& report);

    Workshop& shop_;
    std::map<std::string, Live> live_;
};

}  // namespace vistter::appliance
