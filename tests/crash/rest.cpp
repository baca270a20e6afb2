#include "crash/rest.hpp"

#include "crypto/certificate.hpp"
#include "net/http_client.hpp"

namespace vistter::test {

namespace json = boost::json;

Rest::Rest(std::string base_url, const std::string& root_pem)
    : base_url_(std::move(base_url)), secure_(!root_pem.empty()) {
    if (!secure_) return;
    const auto root = crypto::Certificate::from_pem(root_pem);
    const auto pin = root->public_key().spki_sha256();
    tls_.root_pem = root_pem;
    tls_.pins = {{pin.begin(), pin.end()}};
}

Answer Rest::send(const std::string& method, const std::string& path, const json::value& body,
                  const std::string& key) const {
    net::FetchOptions request;
    request.method = method;
    request.url = base_url_ + path;
    request.deadline_ms = 10'000;
    if (!body.is_null()) {
        request.body = json::serialize(body);
        request.headers["content-type"] = "application/json";
    }
    if (!token_.empty()) request.headers["authorization"] = "Bearer " + token_;
    if (!key.empty()) request.headers["idempotency-key"] = key;
    if (secure_) request.tls = tls_;
    const auto fetched = net::fetch(request);
    if (!fetched) return {};
    json::error_code broken;
    json::value parsed = json::parse(fetched->body, broken);
    return {fetched->status, broken ? json::value() : std::move(parsed)};
}

std::string text_of(const json::value& object, const char* member) {
    const auto* fields = object.if_object();
    const auto* found = fields == nullptr ? nullptr : fields->if_contains(member);
    return found != nullptr && found->is_string() ? std::string(found->as_string().c_str())
                                                  : std::string();
}

}  // namespace vistter::test
