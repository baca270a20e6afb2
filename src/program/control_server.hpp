// The control socket: orders in, reports out, and the process's signals. The loss of a connection
// changes nothing on air.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "ipc/socket.hpp"
#include "program/control_desk.hpp"
#include "program/wake.hpp"

namespace vistter::program {

class ControlServer {
  public:
    // `signals`: a signalfd that ends the process. All three outlive the server.
    ControlServer(std::unique_ptr<ipc::Listener> listener, int signals, Wake& wake,
                  Mailbox<ipc::Message>& events, Mailbox<Retired>& retired)
        : listener_(std::move(listener)),
          signals_(signals),
          wake_(wake),
          events_(events),
          retired_(retired) {}

    // Serves until shut_down() or a signal.
    void run(ControlDesk& desk);
    // Any thread.
    void shut_down();

  private:
    void publish(const ipc::Message& message);
    void serve(std::size_t index, short happened, ControlDesk& desk);
    void send_missed(ipc::Connection& connection);

    std::unique_ptr<ipc::Listener> listener_;
    int signals_;
    Wake& wake_;
    Mailbox<ipc::Message>& events_;
    Mailbox<Retired>& retired_;
    std::vector<std::unique_ptr<ipc::Connection>> connections_;  // null: to be dropped
    std::deque<ipc::Message> missed_;  // what happened while nobody was connected, newest last
    std::atomic<bool> over_{false};
};

}  // namespace vistter::program
