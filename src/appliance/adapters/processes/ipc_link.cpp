// Loop glue for ipc::Connection.
#include "appliance/adapters/processes/ipc_link.hpp"

#include "base/log.hpp"

namespace vistter::appliance {

Result<std::unique_ptr<IpcLink>> IpcLink::connect(async::Loop& loop,
                                                  const std::filesystem::path& socket,
                                                  Events events) {
    auto connection = ipc::connect_to(socket);
    if (!connection) return connection.error();
    auto link =
        std::unique_ptr<IpcLink>(new IpcLink(loop, *std::move(connection), std::move(events)));
    if (const Status opened = link->connection_->open("control"); !opened) return opened.error();
    link->want_write();
    return link;
}

IpcLink::IpcLink(async::Loop& loop, std::unique_ptr<ipc::Connection> connection, Events events)
    : loop_(loop), connection_(std::move(connection)), events_(std::move(events)) {
    reading_ = loop_.watch_readable(connection_->fd(), [this] { readable(); });
}

IpcLink::~IpcLink() {
    *alive_ = false;
}

void IpcLink::send(const ipc::Message& message) {
    if (lost_) return;
    if (const Status sent = connection_->send(message); !sent) return fail(sent.error());
    want_write();
}

void IpcLink::want_write() {
    if (lost_ || writing_ || !connection_->wants_write()) return;
    writing_ = loop_.watch_writable(connection_->fd(), [this] {
        const Status flushed = connection_->flush();
        writing_.reset();
        if (!flushed) return fail(flushed.error());
        want_write();
    });
}

void IpcLink::readable() {
    if (lost_) return;
    auto messages = connection_->receive();
    if (!messages) return fail(messages.error());
    const auto alive = alive_;
    for (const ipc::Message& message : *messages) {
        if (const auto* hello = std::get_if<ipc::Hello>(&message))
            peer_pid_ = static_cast<pid_t>(hello->pid);
        events_.message(message);
        if (!*alive) return;  // the owner ended the link in its callback
    }
}

void IpcLink::fail(const Error& why) {
    if (lost_) return;
    lost_ = true;
    log::debug("ipc link ended: {}", why.message);
    reading_.reset();
    writing_.reset();
    loop_.post([alive = alive_, lost = events_.lost] {
        if (*alive) lost();
    });
}

}  // namespace vistter::appliance
