// Drives the appliance's connection: performs what link/device_link.hpp decides, runs every
// arriving message through the receive pipeline, and sends the outbox within its window.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "appliance/adapters/road/executor.hpp"
#include "appliance/adapters/road/message_codec.hpp"
#include "appliance/adapters/road/road.hpp"
#include "appliance/adapters/road/session_fetch.hpp"
#include "link/device_link.hpp"
#include "link/meters.hpp"
#include "link/receiver.hpp"
#include "link/stamp.hpp"
#include "net/websocket_client.hpp"

namespace vistter::appliance {

// The parts a connection works with; all outlive it.
struct ConnectionParts {
    async::Loop& loop;
    async::WorkerPool& workers;
    const Clock& clock;
    Random& random;
    link::StudioClock& time;
    Journal& journal;
    OutboxStore& outbox;
    Executor& executor;
    const RoadOptions& options;
    // Raises an EVENT of our own; context is a JSON object.
    std::function<void(const std::string& type, const std::string& context)> raise;
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
    LinkStatus status() const;

  private:
    struct InFlight {
        std::int64_t position = 0;
        std::int64_t bytes = 0;
        std::string message_id;
    };

    void drive(link::LinkEvent event, const link::LinkInput& input = {});
    void perform(const link::LinkAction& action);
    void fetch_token();
    void dial();
    void say_hello();
    void enter_session();
    void leave_session();
    void on_message(const std::string& text);
    void on_forged(const Error& error);
    void on_payload(const Opened& opened);
    void on_judged(const link::Judgement& judgement, const contract::Envelope& envelope,
                   const Opened& opened);
    void on_session_message(const contract::Envelope& envelope);
    void on_welcome(const contract::Envelope& envelope, const contract::Welcome& welcome);
    void on_receipt(const contract::Receipt& receipt);
    void refuse_once(const std::string& message_id, const std::string& correlation_id,
                     const Error& error);
    void violate(int code, const std::string& reason);
    bool send(contract::MessageType type, const std::string& message_id,
              const std::string& correlation_id, const std::string& body);
    bool send_row(const OutboxRow& row);
    bool window_open() const;
    void changed();
    template <class Function>
    auto guarded(Function function);

    ConnectionParts parts_;
    RoadIdentity identity_;
    MessageCodec codec_;
    link::DeviceLink link_;
    link::FailureMeter forged_;
    link::MinuteReport replays_;
    std::unique_ptr<link::Receiver> receiver_;  // one a connection
    std::unique_ptr<link::Stamp> stamp_;
    std::shared_ptr<net::WebSocket> socket_;  // shared with the transport, which ends it
    async::Handle dialled_, former_, retry_, deadline_, linger_;
    int generation_ = 0;  // of sockets: words of a former one are not heard any more
    std::map<std::int64_t, InFlight> in_flight_;  // by seq: outbox rows without a receipt
    std::int64_t in_flight_bytes_ = 0;
    std::int64_t sent_up_to_ = 0;  // outbox position
    std::string token_, hello_nonce_, session_id_, goodbye_, verdict_, shown_;
    SteadyTime hello_at_, lost_at_;
    bool was_live_ = false;
    std::optional<std::int64_t> rtt_ms_;
    std::optional<WallTime> retry_at_, certificate_expires_at_;
    WallTime since_;
    std::int64_t dup_dropped_ = 0;  // of connections that are over
    // Shared with calls that may come back after this connection is gone: they look before they
    // touch it.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace vistter::appliance
