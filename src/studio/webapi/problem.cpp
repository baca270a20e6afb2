// Problem documents.
#include "studio/webapi/problem.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

namespace vistter::studio {
namespace {

namespace json = boost::json;

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
        case 405:
            return "Method not allowed";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 412:
            return "Precondition failed";
        case 413:
            return "Too large";
        case 415:
            return "Unsupported media type";
        case 422:
            return "Not valid";
        case 428:
            return "Precondition required";
        case 429:
            return "Too many requests";
        case 503:
            return "Not available now";
        case 507:
            return "Out of storage";
        default:
            return "Internal error";
    }
}

}  // namespace

net::Response problem(const Error& error, const std::string& correlation_id,
                      std::optional<int> given_status) {
    const int status = given_status.value_or(http_status(error.code));
    json::array faults;
    for (const ErrorDetail& detail : error.details) {
        const std::string& words = !detail.hint.empty() ? detail.hint : error.message;
        faults.push_back(json::object{
            {"pointer", detail.pointer}, {"code", to_string(detail.code)}, {"detail", words}});
    }
    const json::object body{{"type", "about:blank"},      {"title", title_of(status)},
                            {"status", status},           {"code", to_string(error.code)},
                            {"detail", error.message},    {"correlation_id", correlation_id},
                            {"errors", std::move(faults)}};
    net::Response response;
    response.status = status;
    response.headers = {{"Content-Type", "application/problem+json"}};
    response.body = json::serialize(body);
    return response;
}

net::Response too_many(std::int64_t wait_ms, const std::string& correlation_id,
                       std::string_view what) {
    const std::string seconds = std::to_string((wait_ms + 999) / 1'000);
    net::Response response =
        problem(fail(ErrorCode::API_RATE,
                     fmt::format("too many {}; try again in {} seconds", what, seconds)),
                correlation_id);
    response.headers.emplace_back("Retry-After", seconds);
    return response;
}

}  // namespace vistter::studio
