// An ipc connection on the loop: messages come in by callback, what the socket does not take at
// once waits for it.
#pragma once

#include <functional>
#include <memory>

#include "async/loop.hpp"
#include "ipc/socket.hpp"

namespace vistter::appliance {

class IpcLink {
  public:
    struct Events {
        std::function<void(const ipc::Message&)> message;
        std::function<void()> lost;  // posted once; the link is dead then
    };
    // RES_NOT_FOUND when nobody listens. Our Hello has been queued when it returns.
    static Result<std::unique_ptr<IpcLink>> connect(async::Loop& loop,
                                                    const std::filesystem::path& socket,
                                                    Events events);
    ~IpcLink();
    void send(const ipc::Message& message);
    pid_t peer_pid() const { return peer_pid_; }

  private:
    IpcLink(async::Loop& loop, std::unique_ptr<ipc::Connection> connection, Events events);
    void readable();
    void want_write();
    void fail(const Error& why);

    async::Loop& loop_;
    std::unique_ptr<ipc::Connection> connection_;
    Events events_;
    // Shared: callbacks posted to the loop look whether the link still is.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    async::Handle reading_, writing_;
    pid_t peer_pid_ = -1;
    bool lost_ = false;
};

}  // namespace vistter::appliance
