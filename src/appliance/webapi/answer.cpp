// JSON in and out of the local API.
#include "appliance/webapi/answer.hpp"

#include "contract/json.hpp"

namespace vistter::appliance {
namespace {

constexpr std::size_t body_limit = 16 * 1024;
constexpr std::size_t text_limit = 2'048;

std::string_view title_of(int status) {
    switch (status) {
        case 400:
            return "Bad request";
        case 401:
            return "Sign in first";
        case 403:
            return "Not allowed";
        case 404:
            return "Not found";
        case 409:
            return "Not possible now";
        case 410:
            return "Gone";
        case 413:
            return "Too large";
        case 415:
            return "Unsupported media type";
        case 422:
            return "Not valid";
        case 429:
            return "Too many attempts";
        case 502:
            return "Studio could not be reached";
        case 503:
            return "Not available now";
        default:
            return "Internal error";
    }
}

}  // namespace

net::Response json_answer(int status, const json::value& body) {
    net::Response response;
    response.status = status;
    response.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
    response.body = json::serialize(body);
    return response;
}

net::Response empty_answer(int status) {
    net::Response response;
    response.status = status;
    return response;
}

net::Response problem_answer(const Error& error, const std::string& correlation_id) {
    const int status = http_status(error.code);
    json::array errors;
    for (const ErrorDetail& detail : error.details)
        errors.push_back(json::object{{"pointer", detail.pointer},
                                      {"code", to_string(detail.code)},
                                      {"detail", detail.hint}});
    net::Response response = json_answer(status, {{"type", "about:blank"},
                                                  {"title", title_of(status)},
                                                  {"status", status},
                                                  {"code", to_string(error.code)},
                                                  {"detail", error.message},
                                                  {"correlation_id", correlation_id},
                                                  {"errors", std::move(errors)}});
    response.headers[0].second = "application/problem+json";
    return response;
}

Result<json::object> read_body(const net::Request& request) {
    const std::string type = request.header("content-type");
    if (type.substr(0, type.find(';')) != "application/json")
        return fail(ErrorCode::API_MEDIA_TYPE, "Send the body as Content-Type: application/json.");
    if (request.body.size() > body_limit)
        return fail(ErrorCode::API_TOO_LARGE, "The body may have at most 16 KiB.");
    auto value = contract::json::parse(request.body, body_limit);
    if (!value) return value.error();
    if (!value->is_object())
        return fail_at(ErrorCode::VAL_SCHEMA, "", "The body must be a JSON object.");
    return std::move(value->as_object());
}

Result<std::string> text_member(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    const std::string at = "/" + std::string(name);
    if (value == nullptr || !value->is_string())
        return fail_at(ErrorCode::VAL_SCHEMA, at, std::string(name) + " is missing or no text.");
    if (value->as_string().size() > text_limit)
        return fail_at(ErrorCode::VAL_SCHEMA, at, std::string(name) + " is too long.");
    return std::string(value->as_string());
}

}  // namespace vistter::appliance
