// Dialling: TLS with pins, then WebSocket, all within one deadline and undone by one handle.
#include "net/websocket_client.hpp"

#include <utility>

#include "net/tls_dial.hpp"
#include "net/websocket.hpp"

namespace vistter::net {
namespace {

// One attempt. Shared: the handle and the pending operations hold it.
class Dialler : public std::enable_shared_from_this<Dialler> {
  public:
    Dialler(async::Loop& loop, DialOptions options, DialEvents events)
        : loop_(loop), options_(std::move(options)), events_(std::move(events)) {}

    void start();
    void drop();

  private:
    void upgrade();
    void report(Error error);

    async::Loop& loop_;
    DialOptions options_;
    DialEvents events_;
    Opening opening_{.last_step = "WebSocket handshake"};
    TlsConnection tls_;
    std::shared_ptr<Connection> connection_;  // shared: its own pending operations hold it too
    bool finished_ = false;
};

void Dialler::start() {
    TlsDialEvents events;
    events.connected = [self = shared_from_this()](TlsConnection connection) {
        self->tls_ = std::move(connection);
        self->upgrade();
    };
    events.failed = [self = shared_from_this()](Error error) { self->report(std::move(error)); };
    begin_opening(loop_, opening_,
                  {options_.url, "wss", true, options_.tls, options_.proxy, options_.deadline_ms},
                  std::move(events));
}

void Dialler::upgrade() {
    opening_.dial.reset();
    Upgrade upgrade;
    upgrade.authority = authority_of(opening_.url);
    upgrade.target = opening_.url.target;
    upgrade.subprotocol = options_.subprotocol;
    upgrade.rules = {.max_message_bytes = options_.max_message_bytes,
                     .ping = std::chrono::milliseconds(options_.ping_ms),
                     .handshake = std::chrono::milliseconds(options_.deadline_ms)};
    upgrade.opened = [self = shared_from_this()](std::shared_ptr<WebSocket> socket) {
        self->opening_.deadline.reset();
        if (auto opened = std::exchange(self->events_.opened, nullptr)) opened(std::move(socket));
    };
    upgrade.failed = [self = shared_from_this()](Error error) { self->report(std::move(error)); };
    upgrade.events = events_.socket;
    connection_ = connect_websocket(loop_, std::move(tls_.socket), std::move(upgrade));
}

void Dialler::report(Error error) {
    if (finished_) return;
    auto keep = shared_from_this();
    auto failed = std::move(events_.failed);
    drop();
    if (failed) failed(std::move(error));
}

void Dialler::drop() {
    if (std::exchange(finished_, true)) return;
    auto keep = shared_from_this();
    events_ = {};
    opening_.end();
    if (connection_) connection_->drop();
}

}  // namespace

async::Handle dial(async::Loop& loop, DialOptions options, DialEvents events) {
    auto dialler = std::make_shared<Dialler>(loop, std::move(options),
                                             std::move(events));  // shared: see Dialler
    dialler->start();
    return async::Handle([dialler] { dialler->drop(); });
}

}  // namespace vistter::net
