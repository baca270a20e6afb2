// A small client of the two HTTP APIs for the command line: JSON in, JSON out, problems as Errors.
#pragma once

#include <boost/json.hpp>

#include <optional>
#include <string>

#include "base/result.hpp"
#include "net/tls.hpp"

namespace vistter::cli {

class RestClient {
  public:
    // `root_pem` is pinned for https; for http on loopback leave it empty.
    RestClient(std::string base_url, const std::string& root_pem);
    void set_token(std::string token) { token_ = std::move(token); }
    // From now on this root is the pinned one.
    void pin(const std::string& root_pem);
    const std::string& base_url() const { return base_url_; }

    Result<boost::json::value> get(const std::string& path) const;
    Result<boost::json::value> send(const std::string& method, const std::string& path,
                                    const boost::json::value& body) const;
    // Raw bytes up, JSON down.
    Result<boost::json::value> upload(const std::string& path, const std::string& media_type,
                                      const std::string& name, std::string bytes) const;

  private:
    Result<boost::json::value> request(const std::string& method, const std::string& path,
                                       std::string body, const std::string& media_type,
                                       const std::string& asset_name) const;
    std::string base_url_;
    std::optional<net::ClientTls> tls_;
    std::string token_;
};

// A member's text, or "".
std::string text_of(const boost::json::value& object, std::string_view member);

}  // namespace vistter::cli
