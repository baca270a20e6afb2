// Inside net: what every connection of a server shares with it, and how the server ends them all.
#pragma once

#include <cstddef>
#include <map>
#include <memory>

#include "net/server.hpp"

namespace vistter::net {

class Connection {
  public:
    virtual ~Connection() = default;
    // Ends at once, calling nobody any more.
    virtual void drop() = 0;
};

// The part of a server that lives as long as any of its connections. Shared: the server and every
// connection hold it.
struct ServerShared {
    async::Loop& loop;
    ServerOptions options;
    Handler handler;
    // Shared: pending operations hold a connection too.
    std::map<Connection*, std::shared_ptr<Connection>> open;

    void add(std::shared_ptr<Connection> connection) {
        Connection* key = connection.get();
        open.emplace(key, std::move(connection));
    }
    void remove(Connection* connection) { open.erase(connection); }
};

class Transport;

// Serves HTTP requests on `transport` until it ends or becomes a WebSocket.
void serve_http(std::shared_ptr<ServerShared> server, std::unique_ptr<Transport> transport);

}  // namespace vistter::net
