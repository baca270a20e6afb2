// The two HTTP APIs as the crash tests use them: one request, JSON in and out, nothing hidden,
// nothing repeated.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "net/tls.hpp"

namespace vistter::test {

struct Answer {
    int status = 0;  // 0: nobody answered
    boost::json::value body;
    bool ok() const { return status >= 200 && status < 300; }
};

class Rest {
  public:
    // `root_pem`: pinned for https; empty for http on loopback.
    Rest(std::string base_url, const std::string& root_pem);
    void set_token(std::string token) { token_ = std::move(token); }
    // Any thread. `key`: the Idempotency-Key, if not empty.
    Answer send(const std::string& method, const std::string& path, const boost::json::value& body,
                const std::string& key = {}) const;
    Answer get(const std::string& path) const { return send("GET", path, nullptr); }

  private:
    std::string base_url_, token_;
    net::ClientTls tls_;
    bool secure_;
};

// A member's text, or "".
std::string text_of(const boost::json::value& object, const char* member);

}  // namespace vistter::test
