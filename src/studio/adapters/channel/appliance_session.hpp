// Drives one connection of one appliance, whatever carries it: performs what
// link/studio_session.hpp decides, runs every arriving message through the receive pipeline into
// the inbox, answers with RECEIPT and HEARTBEAT.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "link/meters.hpp"
#include "link/receiver.hpp"
#include "link/stamp.hpp"
#include "link/studio_session.hpp"
#include "studio/adapters/channel/command_sender.hpp"
#include "studio/adapters/channel/pipe.hpp"
#include "studio/adapters/channel/pulse.hpp"
#include "studio/adapters/channel/seq_gaps.hpp"
#include "studio/adapters/channel/session_parts.hpp"

namespace vistter::studio {

class ApplianceSession {
  public:
    // `thumbprint`: of the client certificate the connection was made with; empty where a broker
    // terminates TLS. `pipe` is shared with what reads it.
    ApplianceSession(SessionParts& parts, std::uint64_t number, DeviceTrust device,
                     std::string thumbprint, std::shared_ptr<Pipe> pipe);

    void on_message(const std::string& text);
    void on_closed(int code, const std::string& reason);
    void replaced() { drive(link::SessionEvent::replaced); }
    // Says GOODBYE where it can be understood, then closes.
    void drain();
    void close(int code, const std::string& reason);
    // Time has passed: heartbeats, silence, the token's end.
    void tick();
    void trust(DeviceTrust device);
    CommandSender& commands() { return commands_; }

    std::uint64_t number() const { return number_; }
    const std::string& device_id() const { return device_.device_id; }
    bool live() const { return session_.state() == link::SessionState::live; }
    bool over() const { return session_.state() == link::SessionState::over; }
    SessionInfo info() const;

  private:
    void drive(link::SessionEvent event);
    void on_envelope(const Opened& opened, const std::string& text);
    bool came(const contract::Envelope& envelope, const Opened& opened);
    void on_hello(const contract::Envelope& envelope, const Opened& opened);
    void open(const contract::Envelope& envelope, const contract::Hello& hello,
              const crypto::SessionClaims& claims);
    void welcome(const contract::Envelope& envelope, const contract::Hello& hello);
    void refuse(ErrorCode code, const std::string& message);
    void on_report(const contract::Envelope& envelope, const std::string& text);
    void held(std::int64_t seq, contract::MessageType type, bool durable);
    void on_heartbeat(const contract::Envelope& envelope, const std::string& text);
    void renew(const std::string& token);
    void raise(const char* event_type, const std::string& context);
    void owe_receipt();
    void send_receipt();
    void say_goodbye(int code);
    void send(contract::Envelope& envelope);
    void send(contract::MessageType type, const contract::Body& body);
    Result<crypto::SessionClaims> read_token(const std::string& token) const;
    template <class Function>
    auto guarded(Function function);

    SessionParts& parts_;
    std::uint64_t number_;
    DeviceTrust device_;
    DeviceKeyring keys_;
    std::string thumbprint_, kid_;
    std::shared_ptr<Pipe> pipe_;  // shared with what reads it
    link::StudioSession session_;
    link::Receiver receiver_;
    link::Stamp stamp_;
    link::FailureMeter forged_;
    Pulse pulse_;
    CommandSender commands_;
    SeqGaps gaps_;
    std::set<std::int64_t> storing_;  // seqs on their way into the database
    async::Handle deadline_, receipt_;
    std::string session_id_, firmware_version_;
    WallTime since_, last_seen_, token_ends_;
    SteadyTime last_heard_;
    std::string cause_;  // of the end, when the other end or the line said it
    int close_code_ = 0;
    int receipts_owed_ = 0;  // messages held since the last RECEIPT
    bool greeted_ = false, absent_ = false;
    // Shared with posted work, which may outlive the session.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace vistter::studio
