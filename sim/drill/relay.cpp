#include "sim/drill/relay.hpp"

#include <fmt/format.h>

#include <optional>
#include <stdexcept>

#include "contract/json_text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/jws.hpp"

namespace vistter::drill {
namespace {

constexpr std::size_t recorded_messages = 400;

std::size_t index_of(Way way) {
    return way == Way::to_studio ? 0 : 1;
}

// Commands, session traffic, ACK, PROGRESS and EVENT travel in topics of their own (contract
// B.1.4).
std::string topic_of(const std::string& message) {
    const auto read = crypto::read_jws(message, crypto::message_typ, 524'288);
    if (!read) return {};
    const auto type = contract::text_at_pointer(read->payload, "/type");
    if (!type) return {};
    for (const char* of_its_own : {"\"ACK\"", "\"PROGRESS\"", "\"EVENT\"", "\"METRICS\""}) {
        if (*type == of_its_own) return std::string(*type);
    }
    for (const char* session : {"\"HELLO\"", "\"WELCOME\"", "\"RECEIPT\"", "\"HEARTBEAT\"",
                                "\"GOODBYE\"", "\"STATE_REPORT\"", "\"REFUSE\""}) {
        if (*type == session) return "ctl";
    }
    return "cmd";
}

}  // namespace

struct Relay::Line {
    const sim::Member* member = nullptr;
    std::shared_ptr<net::WebSocket> near, far;  // shared: net/server.hpp
    std::vector<std::string> early;             // from the appliance, before Studio answered
    async::Handle dialled, cut_due;
    bool swallowing[2] = {false, false};
    bool swapping[2] = {false, false};
    std::optional<std::string> held[2];
    bool over = false;
};

Relay::Relay(async::Loop& loop, const sim::FleetTrust& trust, Random& random)
    : loop_(loop), trust_(trust), random_(random) {
    net::ServerOptions options;
    options.tls = net::ServerTls{trust.server, trust.root_pem()};
    net::WebSocketRoute route;
    route.path = "/v1/channel";
    route.subprotocol = "vistter.v1.jws";
    route.opened = [this](const net::Request& upgrade, std::shared_ptr<net::WebSocket> near) {
        return accept(upgrade, std::move(near));
    };
    options.websocket = std::move(route);
    auto server =
        net::listen(loop_, options, [](const net::Request&, std::unique_ptr<net::Responder>) {});
    if (!server) throw std::runtime_error(describe(server.error()));
    server_ = std::move(*server);
}

Relay::~Relay() {
    for (auto& line : lines_) line->over = true;
}

std::uint16_t Relay::port() const {
    return server_->port();
}

net::WebSocketEvents Relay::accept(const net::Request& upgrade,
                                   std::shared_ptr<net::WebSocket> near) {
    auto line = std::make_shared<Line>();  // shared: both sockets' events hold it
    line->near = std::move(near);
    const auto certificate = crypto::Certificate::from_der(upgrade.client_certificate);
    const auto name = crypto::device_of(*certificate);
    for (const auto& member : trust_.members) {
        if (member.device_id == name->device_id) line->member = &member;
    }
    lines_.push_back(line);
    dial(line);
    net::WebSocketEvents events;
    events.message = [this, line](std::string message) {
        pass(line, Way::to_studio, std::move(message));
    };
    events.closed = [this, line](int, const std::string&) { end(line); };
    return events;
}

void Relay::dial(const LinePtr& line) {
    net::DialOptions options;
    options.url = fmt::format("wss://127.0.0.1:{}/v1/channel", studio_port_);
    options.subprotocol = "vistter.v1.jws";
    options.tls = trust_.client(*line->member);
    net::DialEvents events;
    events.opened = [this, line](std::shared_ptr<net::WebSocket> far) {
        line->far = std::move(far);
        for (const auto& message : std::exchange(line->early, {}))
            deliver(line, Way::to_studio, message);
    };
    events.failed = [this, line](const Error&) { end(line); };
    events.socket.message = [this, line](std::string message) {
        pass(line, Way::to_appliance, std::move(message));
    };
    events.socket.closed = [this, line](int code, const std::string& reason) {
        if (!line->over && line->near) line->near->close(code == 1006 ? 1001 : code, reason);
        end(line);
    };
    line->dialled = net::dial(loop_, options, std::move(events));
}

void Relay::pass(const LinePtr& line, Way way, std::string message) {
    const std::size_t i = index_of(way);
    if (line->over || line->swallowing[i]) return;
    auto& recorded = recorded_[i][line->member->device_id];
    if (recorded.size() < recorded_messages) {
        recorded.push_back(message);
    } else {
        recorded[random_.below(recorded.size())] = message;
    }
    if (line->held[i]) {
        const std::string held = *std::exchange(line->held[i], std::nullopt);
        const bool exchanged = topic_of(held) != topic_of(message);
        deliver(line, way, exchanged ? message : held);
        deliver(line, way, exchanged ? held : message);
        return;
    }
    if (line->swapping[i]) {
        line->swapping[i] = false;
        line->held[i] = std::move(message);
        return;
    }
    deliver(line, way, message);
}

void Relay::deliver(const LinePtr& line, Way way, const std::string& message) {
    if (line->over) return;
    ++passed_;
    if (way == Way::to_appliance) {
        line->near->send(message);
    } else if (line->far) {
        line->far->send(message);
    } else {
        line->early.push_back(message);
    }
}

// Both transports just end, without a close frame.
void Relay::end(const LinePtr& line) {
    if (line->over) return;
    line->over = true;
    // Not from within the events that may be running.
    loop_.post([this, line] {
        line->cut_due.reset();
        line->dialled.reset();
        line->far.reset();
        if (line->near) line->near->close(1001, "cut");
        line->near.reset();
        lines_.remove(line);
    });
}

// The appliance's newest connection.
Relay::LinePtr Relay::line_of(const std::string& device_id) {
    for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
        if (!(*line)->over && (*line)->far && (*line)->member->device_id == device_id) return *line;
    }
    return nullptr;
}

bool Relay::cut(const std::string& device_id) {
    const LinePtr line = line_of(device_id);
    if (line) end(line);
    return line != nullptr;
}

bool Relay::swallow(const std::string& device_id, Way way, std::int64_t ms) {
    const LinePtr line = line_of(device_id);
    if (!line || line->cut_due) return false;
    line->swallowing[index_of(way)] = true;
    line->cut_due = loop_.after(ms, [this, line] { end(line); });
    return true;
}

bool Relay::repeat(const std::string& device_id, Way way, int messages) {
    const LinePtr line = line_of(device_id);
    const auto& recorded = recorded_[index_of(way)][device_id];
    if (!line || recorded.empty()) return false;
    for (int i = 0; i < messages; ++i) deliver(line, way, recorded[random_.below(recorded.size())]);
    return true;
}

bool Relay::swap(const std::string& device_id, Way way) {
    const LinePtr line = line_of(device_id);
    if (!line || line->held[index_of(way)]) return false;
    line->swapping[index_of(way)] = true;
    return true;
}

}  // namespace vistter::drill
