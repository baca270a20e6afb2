// A real vistter-studio as a child of the test, and a client that speaks to it as a person, a tool
// or an appliance.
#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "crypto/keys.hpp"
#include "kit/temporary_folder.hpp"
#include "net/http_client.hpp"
#include "sim/kit/child_process.hpp"

namespace vistter::studio {

namespace json = boost::json;

struct Reply {
    int status = 0;
    net::Headers headers;
    std::string text;
    json::value body;                                 // null unless it is JSON
    std::string code() const;                         // of a problem document
    std::string member(std::string_view name) const;  // a text member, or ""
    std::vector<std::string> pointers() const;        // of a problem's errors
};

// Speaks HTTPS to one Studio; every call opens a connection of its own. Usable from any thread.
class Client {
  public:
    Client(std::string url, const std::string& root_pem, net::TlsIdentity identity = {});
    net::Headers headers;  // sent with every request
    Reply request(const std::string& method, const std::string& path, const std::string& body = {},
                  const net::Headers& more = {}) const;
    Reply get(const std::string& path, const net::Headers& more = {}) const {
        return request("GET", path, {}, more);
    }
    Reply send(const std::string& method, const std::string& path, const json::value& body,
               const net::Headers& more = {}) const;
    Reply post(const std::string& path, const json::value& body,
               const net::Headers& more = {}) const {
        return send("POST", path, body, more);
    }
    const std::string& url() const { return url_; }

  private:
    std::string url_;
    net::ClientTls tls_;
};

class StudioProcess {
  public:
    // Starts it on free ports of 127.0.0.1 with state in `state`; the test fails if it does not
    // come up.
    explicit StudioProcess(const std::filesystem::path& state,
                           std::vector<std::string> more_arguments = {});
    Client client() const { return Client(url, root_pem); }
    // A client signed in with a bearer token; sets Studio up first if needed.
    Client signed_in();
    Client channel_client(const net::TlsIdentity& identity) const {
        return Client(channel_url, root_pem, identity);
    }
    int stop() { return process.stop(10'000); }

    std::filesystem::path state;
    std::string url, channel_url, root_pem;
    sim::ChildProcess process;
};

inline constexpr const char* user_name = "ann";
inline constexpr const char* user_password = "correct horse battery";

// What an appliance keeps and sends when it pairs.
struct PairingDevice {
    crypto::PrivateKey tls = crypto::PrivateKey::generate();
    crypto::PrivateKey signing = crypto::PrivateKey::generate();
    std::string serial;
    // The body of POST /v1/bootstrap/pair for a token as Studio showed it.
    json::object request(const std::string& token) const;
    // After pairing: what it shows on the channel listener.
    net::TlsIdentity identity(const Reply& paired) const;
};

std::string program_path(const std::string& name);

}  // namespace vistter::studio
