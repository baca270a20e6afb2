#include "cli/sandbox/rest.hpp"

#include <fmt/format.h>

#include "base/ids.hpp"
#include "crypto/certificate.hpp"
#include "net/http_client.hpp"

namespace vistter::cli {
namespace json = boost::json;
namespace {

// The code a problem document names, or the nearest one for its status.
ErrorCode code_of(int status, const json::value& body) {
    if (auto code = error_code_from(text_of(body, "code"))) return *code;
    switch (status) {
        case 401:
            return ErrorCode::API_UNAUTHENTICATED;
        case 403:
            return ErrorCode::API_FORBIDDEN;
        case 404:
            return ErrorCode::API_NOT_FOUND;
        default:
            return ErrorCode::SYS_INTERNAL;
    }
}

Error problem(int status, const std::string& path, const json::value& body) {
    std::string detail = text_of(body, "detail");
    if (detail.empty()) detail = text_of(body, "title");
    Error error =
        fail(code_of(status, body), fmt::format("{} answered {}: {}", path, status, detail));
    const json::value* list = body.is_object() ? body.as_object().if_contains("errors") : nullptr;
    if (list == nullptr || !list->is_array()) return error;
    for (const json::value& item : list->as_array()) {
        auto code = error_code_from(text_of(item, "code"));
        error.details.push_back({text_of(item, "pointer"), "", "", "", text_of(item, "detail"),
                                 code.value_or(error.code)});
    }
    return error;
}

}  // namespace

std::string text_of(const json::value& object, std::string_view member) {
    if (!object.is_object()) return {};
    const json::value* found = object.as_object().if_contains(member);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

RestClient::RestClient(std::string base_url, const std::string& root_pem)
    : base_url_(std::move(base_url)) {
    if (!root_pem.empty()) pin(root_pem);
}

void RestClient::pin(const std::string& root_pem) {
    net::ClientTls tls;
    tls.root_pem = root_pem;
    if (auto root = crypto::Certificate::from_pem(root_pem)) {
        crypto::Digest pin = root->public_key().spki_sha256();
        tls.pins.emplace_back(pin.begin(), pin.end());
    }
    tls_ = std::move(tls);
}

Result<json::value> RestClient::request(const std::string& method, const std::string& path,
                                        std::string body, const std::string& media_type,
                                        const std::string& asset_name) const {
    net::FetchOptions options;
    options.method = method;
    options.url = base_url_ + path;
    options.body = std::move(body);
    options.tls = tls_;
    options.headers["accept"] = "application/json";
    if (!options.body.empty()) options.headers["content-type"] = media_type;
    // The tools that store a timeline mean it, whichever version is there.
    if (method == "PUT") options.headers["if-match"] = "*";
    if (!asset_name.empty()) options.headers["x-asset-name"] = asset_name;
    if (method == "POST")
        options.headers["idempotency-key"] = make_uuid7(machine_clock(), machine_random());
    if (!token_.empty()) options.headers["authorization"] = "Bearer " + token_;
    auto fetched = net::fetch(options);
    if (!fetched.ok()) return fetched.error();
    boost::system::error_code failed;
    json::value answer =
        fetched->body.empty() ? json::value(nullptr) : json::parse(fetched->body, failed);
    if (fetched->status >= 400) return problem(fetched->status, path, answer);
    if (failed) return fail(ErrorCode::VAL_JSON, fmt::format("{} did not answer JSON", path));
    return answer;
}

Result<json::value> RestClient::get(const std::string& path) const {
    return request("GET", path, {}, {}, {});
}

Result<json::value> RestClient::send(const std::string& method, const std::string& path,
                                     const json::value& body) const {
    return request(method, path, json::serialize(body), "application/json", {});
}

Result<json::value> RestClient::upload(const std::string& path, const std::string& media_type,
                                       const std::string& name, std::string bytes) const {
    return request("POST", path, std::move(bytes), media_type, name);
}

}  // namespace vistter::cli
