// Telling refused, name taken, not authorised, lost and full apart (contract B.11, findings media
// trap 5).
#include "media/sink_error.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/redact.hpp"

namespace vistter::media {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return result;
}

template <std::size_t N>
bool has_any(const std::string& text, const std::array<std::string_view, N>& marks) {
    return std::any_of(marks.begin(), marks.end(),
                       [&](std::string_view mark) { return text.find(mark) != std::string::npos; });
}

// The stream key of an RTMP address, with and without its query: a server may quote it back.
std::string without_key(std::string text, const std::string& location) {
    if (location.rfind("rtmp", 0) != 0) return redact_urls(text);
    std::string key = location.substr(location.rfind('/') + 1);
    for (const std::string& secret : {key, key.substr(0, key.find('?'))}) {
        // Too short a name would blank ordinary words and hides nothing.
        if (secret.size() < 4) continue;
        for (std::size_t at = text.find(secret); at != std::string::npos;
             at = text.find(secret, at)) {
            text.replace(at, secret.size(), "***");
            at += 3;
        }
    }
    return redact_urls(text);
}

}  // namespace

Error explain_sink_error(bool resource_domain, int code, std::string_view words,
                         const std::string& location) {
    constexpr std::array<std::string_view, 3> taken = {"already publishing", "already exists",
                                                       "publish.badname"};
    constexpr std::array<std::string_view, 5> unwelcome = {
        "not authorized", "authmod", "accessmanager", "publish.denied", "unauthorized"};
    std::string text = lower(words), shown = without_key(std::string(words), location);
    if (resource_domain && code == GST_RESOURCE_ERROR_NO_SPACE_LEFT) {
        return fail(ErrorCode::LIM_STORAGE, "the disk is full: free some space");
    }
    // A server that has not yet let go of our own last connection says this too, so it is never
    // final.
    if (has_any(text, taken)) {
        return fail(ErrorCode::STR_DESTINATION_REFUSED,
                    "the destination says that this name is already publishing");
    }
    if ((resource_domain && code == GST_RESOURCE_ERROR_NOT_AUTHORIZED) ||
        has_any(text, unwelcome)) {
        return fail(ErrorCode::STR_DESTINATION_AUTH,
                    "the destination does not accept the stream key or user: check them");
    }
    if (!resource_domain)
        return fail(ErrorCode::STR_ENCODER, "the stream cannot be written: " + shown);
    if (text.find("connection refused") != std::string::npos) {
        return fail(ErrorCode::STR_DESTINATION_REFUSED,
                    "the destination refuses connections: is its server running?");
    }
    return fail(ErrorCode::STR_DESTINATION_REFUSED, "the destination is not reachable: " + shown);
}

Error sink_error(GstMessage* message, const std::string& location) {
    GError* problem = nullptr;
    gst_message_parse_error(message, &problem, nullptr);
    bool resource = problem != nullptr && problem->domain == GST_RESOURCE_ERROR;
    int code = problem != nullptr ? problem->code : 0;
    g_clear_error(&problem);
    return explain_sink_error(resource, code, error_text(message), location);
}

}  // namespace vistter::media
