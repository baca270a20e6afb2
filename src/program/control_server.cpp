// One poll loop.
#include "program/control_server.hpp"

#include <poll.h>

#include <algorithm>

#include "base/log.hpp"

namespace vistter::program {
namespace {

constexpr int camera_look_ms = 100;
constexpr std::size_t most_missed = 1024;
constexpr std::size_t most_connections = 8;

// What a control process that was away must still learn, so that its trail has no hole.
bool is_durable(const ipc::Message& message) {
    return std::holds_alternative<ipc::RunChanged>(message) ||
           std::holds_alternative<ipc::CueChanged>(message) ||
           std::holds_alternative<ipc::OverlayChanged>(message) ||
           std::holds_alternative<ipc::ShowLoaded>(message);
}

}  // namespace

void ControlServer::shut_down() {
    over_ = true;
    wake_.ring();
}

void ControlServer::run(ControlDesk& desk) {
    while (!over_) {
        std::vector<pollfd> waits{
            {listener_->fd(), POLLIN, 0}, {signals_, POLLIN, 0}, {wake_.fd(), POLLIN, 0}};
        const std::size_t first = waits.size(), served = connections_.size();
        for (const auto& connection : connections_) {
            short wanted = connection->wants_write() ? POLLIN | POLLOUT : POLLIN;
            waits.push_back({connection->fd(), wanted, 0});
        }
        ::poll(waits.data(), waits.size(), camera_look_ms);
        if (waits[1].revents != 0) over_ = true;
        if (waits[2].revents != 0) wake_.clear();
        for (std::size_t i = 0; i < served; ++i) {
            if (waits[first + i].revents != 0) serve(i, waits[first + i].revents, desk);
        }
        bool second = false;  // the statistics come once a second; the cameras' rates and ages go with them
        for (const ipc::Message& message : events_.take()) {
            second = second || std::holds_alternative<ipc::ProgramStats>(message);
            publish(message);
        }
        for (const ipc::Message& message : desk.camera_changes(second)) publish(message);
        desk.bury(retired_.take());
        std::erase(connections_, nullptr);
        while (auto connection = listener_->accept()) {
            if (connections_.size() == most_connections || !connection->open("program")) continue;
            connections_.push_back(std::move(connection));
        }
    }
}

void ControlServer::serve(std::size_t index, short happened, ControlDesk& desk) {
    std::unique_ptr<ipc::Connection>& connection = connections_[index];
    if ((happened & POLLOUT) != 0 && !connection->flush()) {
        connection.reset();
        return;
    }
    if ((happened & ~POLLOUT) == 0) return;
    Result<std::vector<ipc::Message>> messages = connection->receive();
    if (!messages) {
        log::info("a control connection ended: {}", messages.error().message);
        connection.reset();
        return;
    }
    for (const ipc::Message& message : *messages) {
        if (std::holds_alternative<ipc::RequestStatus>(message)) send_missed(*connection);
        desk.take(message);
    }
}

void ControlServer::send_missed(ipc::Connection& connection) {
    for (; !missed_.empty(); missed_.pop_front()) {
        if (!connection.send(missed_.front())) return;
    }
}

void ControlServer::publish(const ipc::Message& message) {
    bool told = false;
    const std::string frame = ipc::encode(message);
    for (auto& connection : connections_) {
        if (!connection) continue;
        if (connection->send_encoded(frame)) {
            told = true;
        } else {
            log::warning("a control connection is dropped: it does not take what it is sent");
            connection.reset();
        }
    }
    if (told || !is_durable(message)) return;
    if (missed_.size() == most_missed) missed_.pop_front();
    missed_.push_back(message);
}

}  // namespace vistter::program
