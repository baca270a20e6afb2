// Drives the appliance's connection: performs what link/device_link.hpp decides, runs every
// arriving message through the receive pipeline, and sends the outbox within its window.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "appliance/adapters/road/carrier.hpp"
#include "appliance/adapters/road/executor.hpp"
#include "appliance/adapters/road/intake.hpp"
#include "appliance/adapters/road/message_codec.hpp"
#include "appliance/adapters/road/pulse.hpp"
#include "appliance/adapters/road/road.hpp"
#include "appliance/adapters/road/token_keeper.hpp"
#include "link/device_link.hpp"
#include "link/meters.hpp"
#include "link/receiver.hpp"
#include "link/route_choice.hpp"
#include "link/stamp.hpp"

namespace vistter::appliance {

// The parts a connection works with; all outlive it.
struct ConnectionParts {
    async::Loop& loop;
    async::WorkerPool& workers;
    const Clock& clock;
    Random& random;
    link::StudioClock& time;
    RoadStore& store;
    Executor& executor;
    link::PeerLedger& peer_ledger;
    const RoadOptions& options;
    // Raises an EVENT of our own; context is a JSON object.
    std::function<void(const std::string& type, const std::string& context)> raise;
    // As raise, with severity info: worth knowing and nobody's fault.
    std::function<void(const std::string& type, const std::string& context)> mention;
    std::function<void()> live;  // a session is open
    // Studio does not want this identity, or is not the Studio it trusts.
    std::function<void(const std::string& why)> turned_away;
};

class Connection {
  public:
    Connection(ConnectionParts parts, RoadIdentity identity, MessageCodec codec);

    void start() { drive(link::LinkEvent::start); }
    void stop(const std::string& goodbye);
    // Sends what the outbox holds and the window allows. No session: nothing.
    void flush();
    // Sends now, outside the outbox; false when no session is open.
    bool send_once(const contract::Body& body, const std::string& correlation_id);
    // METRICS give way first: every second one is left out while the window is half full.
    bool send_metrics(const contract::Metrics& metrics);
    void renew_token(Road::Confirmed done);
    LinkStatus status() const;
    const RoadIdentity& identity() const { return identity_; }

  private:
    struct InFlight {
        std::int64_t position = 0;
        std::int64_t bytes = 0;
        std::string message_id;
    };
    struct Outgoing {
        contract::MessageType type;
        std::string message_id, correlation_id, body;
        std::int64_t after = 0;  // held: leaves after the outbox up to here
    };

    void flush_to(std::int64_t position);
    void drive(link::LinkEvent event, const link::LinkInput& input = {});
    void perform(const link::LinkAction& action);
    void fetch_token();
    void token_refused(const FetchedToken& fetched);
    const ChannelAddress& address() const { return identity_.channels[route_.current()]; }
    CarrierOptions carrier_options(const ChannelAddress& address);
    std::string make_will();
    void dial();
    void say_hello();
    void enter_session();
    void tell_gap();
    void leave_session();
    void look_for_preferred();
    void return_to_preferred();
    void on_broken(const contract::Heartbeat& heartbeat);

    void on_message(const std::string& text, bool redelivered);
    void on_forged(const Error& error);
    void take(Arrival& arrival);
    void judge(Arrival& arrival);
    void obey(const Arrival& arrival);
    void on_session_message(const Arrival& arrival);
    void on_welcome(const Arrival& arrival, const contract::Welcome& welcome);
    void on_receipt(const contract::Receipt& receipt);
    void forget_received(std::int64_t up_to_seq);
    void sweep();
    void on_committed(const std::vector<Arrival>& group);
    void on_spoiled(const Arrival& arrival, const std::exception& fault);
    void tell_replay(bool redelivered);
    void tell_wrong_device();
    void refuse_once(const std::string& message_id, const std::string& correlation_id,
                     const Error& error);
    void violate(int code, const std::string& reason);
    bool send(const Outgoing& message);
    bool send_row(const OutboxRow& row);
    bool window_open() const;
    void changed();
    template <class Function>
    auto guarded(Function function);

    ConnectionParts parts_;
    RoadIdentity identity_;
    MessageCodec codec_;
    link::DeviceLink link_;
    link::RouteChoice route_;
    TokenKeeper tokens_;
    Intake intake_;
    link::FailureMeter forged_;
    link::MinuteReport replays_, redeliveries_, strays_;
    link::CommandMeter commands_;
    link::LatencyMeter ack_times_;
    std::unique_ptr<link::Receiver> receiver_;  // one a connection, as are the next two
    std::unique_ptr<link::Stamp> stamp_;
    std::unique_ptr<Pulse> pulse_;
    std::shared_ptr<Carrier> carrier_;  // shared with the transport, which ends it
    async::Handle dialled_, former_, probe_, retry_, deadline_, linger_, again_, sweep_;
    int generation_ = 0;  // of carriers: words of a former one are not heard any more
    std::map<std::int64_t, InFlight> in_flight_;      // by seq: outbox rows without a receipt
    std::map<std::int64_t, InFlight> former_flight_;  // of the session before: `former_session_`
    std::string former_session_;
    std::int64_t in_flight_bytes_ = 0;
    std::int64_t sent_up_to_ = 0;  // outbox position
    std::vector<Outgoing> held_;   // said while a group's transaction was open
    std::string connection_id_, hello_nonce_, session_id_, goodbye_, verdict_, shown_;
    SteadyTime hello_at_, lost_at_;
    std::int64_t sessions_ = 0;
    std::int64_t metrics_seen_ = 0;
    std::optional<std::int64_t> rtt_ms_, metrics_interval_s_;
    std::optional<WallTime> retry_at_, certificate_expires_at_, gap_start_, gap_end_;
    std::string gap_cause_;
    WallTime since_;
    std::int64_t dup_dropped_ = 0;  // of connections that are over
    // Shared with calls that may come back after this connection is gone: they look before they
    // touch it.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace vistter::appliance
