// What an idle appliance costs Studio, beside a connection of the same transport with nothing on
// it: the growth of this process's resident memory, the other ends in a process of their own.
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "figures.hpp"
#include "kit/temporary_folder.hpp"
#include "sim/fleet/fleet.hpp"
#include "sim/fleet/loop_thread.hpp"
#include "sim/fleet/studio_end.hpp"

namespace vistter::bench {
namespace {

double resident_kb() {
    ::malloc_trim(0);
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::stod(line.substr(6));
    }
    return 0;
}

// A process that does `work` and then waits to be ended. The parent has no threads yet.
class OtherProcess {
  public:
    template <class Work>
    explicit OtherProcess(Work work) : pid_(::fork()) {
        if (pid_ != 0) return;
        work();
        ::_exit(0);
    }
    ~OtherProcess() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

  private:
    pid_t pid_;
};

struct Pipe {
    Pipe() {
        if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    }
    std::uint16_t read_port() {
        std::uint16_t port = 0;
        if (::read(ends[0], &port, sizeof port) != sizeof port) ::_exit(1);
        return port;
    }
    void write_port(std::uint16_t port) {
        if (::write(ends[1], &port, sizeof port) != sizeof port)
            throw std::runtime_error("no pipe");
    }
    int ends[2];
};

constexpr int warm_ups = 20;  // they pay for what is made once

// Runs in the other process: first the warm-ups, then, when told again, everybody else.
void be_the_fleet(Pipe& pipe, const sim::FleetTrust& trust, const std::string& folder) {
    const std::uint16_t port = pipe.read_port();
    sim::LoopThread thread;
    auto fleet = thread.run([&] {
        auto made = std::make_unique<sim::Fleet>(thread.loop, trust, folder);
        made->start(port, 0, warm_ups);
        return made;
    });
    (void)pipe.read_port();
    thread.run([&] { fleet->start(port, warm_ups, fleet->appliances().size() - warm_ups); });
    ::pause();
}

double appliance_kb(int connections, const std::string& folder) {
    const kit::TemporaryFolder scratch(folder);
    const sim::FleetTrust trust(connections + warm_ups);
    Pipe pipe;
    const OtherProcess others([&] { be_the_fleet(pipe, trust, scratch.path().string()); });
    sim::LoopThread thread;
    std::promise<void> warm, all;
    auto studio = thread.run([&] {
        auto made =
            std::make_unique<sim::StudioEnd>(thread.loop, trust, (scratch / "studio.db").string());
        made->start();
        made->reports().hello = [&, here = 0](const std::string&) mutable {
            ++here;
            if (here == warm_ups) warm.set_value();
            if (here == connections + warm_ups) all.set_value();
        };
        return made;
    });
    pipe.write_port(studio->port());
    warm.get_future().wait();
    const double before = thread.run([] { return resident_kb(); });
    pipe.write_port(studio->port());
    all.get_future().wait();
    const double growth = thread.run([] { return resident_kb(); }) - before;
    thread.run([&] { studio.reset(); });
    return growth / connections;
}

// The same transport and nothing on it.
double echo_kb(int connections) {
    const sim::FleetTrust trust(1);
    Pipe there, back;
    const OtherProcess others([&] {
        const std::uint16_t port = there.read_port();
        sim::LoopThread thread;
        std::vector<async::Handle> dials;
        std::vector<std::shared_ptr<net::WebSocket>> sockets;  // shared: net/server.hpp
        const auto dial = [&](std::size_t count) {
            std::promise<void> open;
            thread.run([&] {
                for (std::size_t i = 0; i < count; ++i) {
                    dials.push_back(dial_echo(
                        thread.loop, trust, port,
                        [&, all = sockets.size() + count](std::shared_ptr<net::WebSocket> socket) {
                            sockets.push_back(std::move(socket));
                            if (sockets.size() == all) open.set_value();
                        },
                        [] {}));
                }
            });
            open.get_future().wait();
            back.write_port(port);
        };
        dial(warm_ups);
        (void)there.read_port();
        dial(static_cast<std::size_t>(connections));
        ::pause();
    });
    sim::LoopThread thread;
    auto server = thread.run([&] { return start_echo(thread.loop, trust, 100); });
    there.write_port(server->port());
    (void)back.read_port();
    const double before = thread.run([] { return resident_kb(); });
    there.write_port(server->port());
    (void)back.read_port();
    const double growth = thread.run([] { return resident_kb(); }) - before;
    thread.run([&] { server.reset(); });
    return growth / connections;
}

}  // namespace

Memory measure_memory(int connections, const std::string& folder) {
    return {appliance_kb(connections, folder), echo_kb(connections)};
}

}  // namespace vistter::bench
