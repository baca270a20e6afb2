// Drives one connection of one appliance: performs what link/studio_session.hpp decides, runs every
// arriving message through the receive pipeline into the inbox, and sends the commands the courier
// names.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "async/loop.hpp"
#include "link/courier.hpp"
#include "link/meters.hpp"
#include "link/receiver.hpp"
#include "link/stamp.hpp"
#include "link/studio_session.hpp"
#include "net/server.hpp"
#include "studio/adapters/channel/ledger.hpp"
#include "studio/adapters/channel/message_codec.hpp"

namespace vistter::studio {

class ApplianceSession;

// What all sessions share; outlives them.
struct SessionParts {
    async::Loop& loop;
    store::Database& database;
    Ledger& ledger;
    Projection& projection;
    const MessageCodec& codec;
    const Clock& clock;
    Random& random;
    std::string issuer;
    // The HELLO was good: from now on this is the device's session, and an older one ends.
    std::function<void(ApplianceSession&)> opened;
    // The session is over; it may be destroyed after the call has returned to the loop.
    std::function<void(ApplianceSession&)> ended;
};

class ApplianceSession {
  public:
    // `socket` is shared with the server's read loop.
    // `thumbprint`: of the client certificate the connection was made with.
    ApplianceSession(SessionParts& parts, DeviceTrust device, std::string thumbprint,
                     std::shared_ptr<net::WebSocket> socket);

    void on_message(const std::string& text);
    void on_closed() { drive(link::SessionEvent::gone); }
    void replaced() { drive(link::SessionEvent::replaced); }
    // Says GOODBYE where it can be understood, then closes.
    void drain();
    void close(int code, const std::string& reason);
    // A command was accepted for this device: it goes out in its turn.
    void command_added(const std::string& message_id, WallTime expires_at);

    const std::string& device_id() const { return device_.device_id; }
    bool live() const { return session_.state() == link::SessionState::live; }
    bool over() const { return session_.state() == link::SessionState::over; }
    SessionInfo info() const;

  private:
    void drive(link::SessionEvent event);
    void on_envelope(const Opened& opened);
    void on_hello(const contract::Envelope& envelope);
    void welcome(const contract::Envelope& envelope, const contract::Hello& hello,
                 WallTime token_ends);
    void refuse(ErrorCode code, const std::string& message);
    void on_report(const contract::Envelope& envelope);
    void let_in(const contract::Envelope& envelope, const contract::Body& body, bool project);
    void project(const contract::Envelope& envelope, const contract::Body& body);
    void pump();
    void send_command(const std::string& message_id);
    void owe_receipt();
    void send_receipt();
    bool send(contract::Envelope envelope);
    bool send(contract::MessageType type, const contract::Body& body);

    SessionParts& parts_;
    DeviceTrust device_;
    std::string thumbprint_;
    std::shared_ptr<net::WebSocket> socket_;  // shared with the server's read loop
    link::StudioSession session_;
    link::Receiver receiver_;
    link::Stamp stamp_;
    link::Courier courier_;
    link::FailureMeter forged_;
    async::Handle deadline_, token_end_, retry_;
    std::string session_id_, firmware_version_;
    WallTime since_, last_seen_;
    bool receipt_owed_ = false;
    // Shared with posted receipts, which may outlive the session.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace vistter::studio
