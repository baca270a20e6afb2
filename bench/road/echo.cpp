// The floor of the transport: WebSocket text messages over mutual TLS there and back, nothing read,
// nothing signed, nothing stored.
#include <fmt/format.h>

#include <stdexcept>

#include "figures.hpp"
#include "net/websocket_client.hpp"
#include "sim/fleet/loop_thread.hpp"
#include "sim/fleet/trust.hpp"

namespace vistter::bench {
namespace {

using Socket = std::shared_ptr<net::WebSocket>;  // shared: net/server.hpp

// The device's end: on its loop's thread, like everything here.
class Callers {
  public:
    Callers(async::Loop& loop, const sim::FleetTrust& trust, std::uint16_t port, int connections)
        : loop_(loop), begun_(static_cast<std::size_t>(connections)), sockets_(begun_.size()) {
        for (std::size_t i = 0; i < begun_.size(); ++i) dial(trust, port, i);
    }
    void talk(std::size_t there_bytes, int in_flight, int rounds, std::promise<void>& done) {
        there_bytes_ = there_bytes;
        left_ = rounds;
        rounds_ = static_cast<std::size_t>(rounds);
        done_ = &done;
        first_ns = now_ns();
        for (int i = 0; i < in_flight; ++i) next();
    }
    std::promise<void> all_open;
    std::vector<std::int64_t> times;
    std::int64_t first_ns = 0, last_ns = 0;

  private:
    void dial(const sim::FleetTrust& trust, std::uint16_t port, std::size_t i) {
        dials_.push_back(dial_echo(
            loop_, trust, port,
            [this, i](Socket socket) {
                sockets_[i] = std::move(socket);
                if (++open_ == sockets_.size()) all_open.set_value();
            },
            [this, i] { answered(i); }));
    }
    void next() {
        if (left_ == 0) return;
        --left_;
        const std::size_t i = turn_++ % sockets_.size();
        begun_[i] = now_ns();
        sockets_[i]->send(std::string(there_bytes_, 'x'));
    }
    void answered(std::size_t i) {
        last_ns = now_ns();
        times.push_back(last_ns - begun_[i]);
        if (times.size() == rounds_) done_->set_value();
        next();
    }

    async::Loop& loop_;
    std::vector<std::int64_t> begun_;
    std::vector<Socket> sockets_;
    std::vector<async::Handle> dials_;
    std::size_t there_bytes_ = 0, open_ = 0, turn_ = 0, rounds_ = 0;
    int left_ = 0;
    std::promise<void>* done_ = nullptr;
};

}  // namespace

std::unique_ptr<net::Server> start_echo(async::Loop& loop, const sim::FleetTrust& trust,
                                        std::size_t back_bytes) {
    net::ServerOptions options;
    options.tls = net::ServerTls{trust.server, trust.root_pem()};
    options.max_connections = 4'096;
    net::WebSocketRoute route;
    route.path = "/echo";
    route.subprotocol = "echo";
    route.opened = [back_bytes](const net::Request&, Socket socket) {
        net::WebSocketEvents events;
        events.message = [socket, back_bytes](const std::string&) {
            socket->send(std::string(back_bytes, 'y'));
        };
        return events;
    };
    options.websocket = std::move(route);
    auto server =
        net::listen(loop, options, [](const net::Request&, std::unique_ptr<net::Responder>) {});
    if (!server) throw std::runtime_error(describe(server.error()));
    return std::move(*server);
}

async::Handle dial_echo(async::Loop& loop, const sim::FleetTrust& trust, std::uint16_t port,
                        std::function<void(Socket)> opened, std::function<void()> answered) {
    net::DialOptions options;
    options.url = fmt::format("wss://127.0.0.1:{}/echo", port);
    options.subprotocol = "echo";
    options.tls = trust.client(trust.members.front());
    options.deadline_ms = 120'000;
    net::DialEvents events;
    events.opened = std::move(opened);
    events.failed = [](const Error& error) { throw std::runtime_error(describe(error)); };
    events.socket.message = [answered = std::move(answered)](const std::string&) { answered(); };
    return net::dial(loop, options, events);
}

Waits measure_echo(int connections, int in_flight, int rounds, std::size_t there_bytes,
                   std::size_t back_bytes) {
    const sim::FleetTrust trust(1);
    sim::LoopThread studio, device;
    auto listening = studio.run([&] { return start_echo(studio.loop, trust, back_bytes); });
    auto callers = device.run([&] {
        return std::make_unique<Callers>(device.loop, trust, listening->port(), connections);
    });
    callers->all_open.get_future().wait();
    std::promise<void> done;
    device.run([&] { callers->talk(there_bytes, in_flight, rounds, done); });
    done.get_future().wait();
    const Waits waits = device.run([&] {
        const Waits measured = waits_of(callers->times, callers->last_ns - callers->first_ns);
        callers.reset();
        return measured;
    });
    studio.run([&] { listening.reset(); });
    return waits;
}

}  // namespace vistter::bench
