// libcurl held to our rules: no redirects, two protocols, pinned roots, allowed addresses, bounded
// headers.
#include "net/curl_request.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <mutex>

#include "net/proxy_connect.hpp"
#include "net/url.hpp"

namespace vistter::net {
namespace {

constexpr std::size_t header_limit = 65'536;

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// What one transfer's callbacks share.
struct Transfer {
    const FetchOptions& options;
    const Url& url;
    Sink& sink;
    ServerVerifier* verifier;  // null over plain http
    bool may_connect;
    CURL* handle = nullptr;
    Fetched head;
    std::size_t header_bytes = 0;
    std::optional<Error> stopped;  // why a callback ended the transfer

    bool through_proxy() const { return verifier != nullptr && !options.proxy.url.empty(); }
    bool stop(Error error) {
        if (!stopped) stopped = std::move(error);
        return false;
    }
};

std::string address_text(const curl_sockaddr& address) {
    char text[INET6_ADDRSTRLEN] = {};
    const void* from = nullptr;
    if (address.family == AF_INET)
        from = &reinterpret_cast<const sockaddr_in*>(&address.addr)->sin_addr;
    if (address.family == AF_INET6)
        from = &reinterpret_cast<const sockaddr_in6*>(&address.addr)->sin6_addr;
    if (from == nullptr || ::inet_ntop(address.family, from, text, sizeof text) == nullptr)
        return {};
    return text;
}

// Asked with the resolved address, right before connecting to it: no second lookup can slip another
// one in.
curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) {
    auto* transfer = static_cast<Transfer*>(self);
    if (!transfer->may_connect) {
        transfer->stop(
            fail(ErrorCode::AST_FETCH,
                 fmt::format("TCP: {} ended the connection between two requests that belong "
                             "together; try again",
                             authority_of(transfer->url))));
        return CURL_SOCKET_BAD;
    }
    std::string text = address_text(*address);
    if (transfer->url.scheme == "http" && !is_loopback_address(text)) {
        transfer->stop(fail(ErrorCode::SEC_UNAUTHORISED,
                            fmt::format("plain http is for loopback only, {} is at {}; use https",
                                        transfer->url.host, text)));
        return CURL_SOCKET_BAD;
    }
    if (transfer->through_proxy()) text = transfer->url.host;
    bool asked = transfer->options.allow && (!transfer->through_proxy() || is_address(text));
    if (asked && !transfer->options.allow(transfer->url.host, text)) {
        transfer->stop(
            fail(ErrorCode::SEC_UNAUTHORISED,
                 fmt::format("connecting to {} at {} is not allowed", transfer->url.host, text)));
        return CURL_SOCKET_BAD;
    }
    // A second address of the same name may be a good one after the first was not.
    transfer->stopped.reset();
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

CURLcode set_up_tls(CURL*, void* context, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    Status installed = transfer->verifier->install(static_cast<SSL_CTX*>(context));
    if (installed) return CURLE_OK;
    transfer->stop(installed.error());
    return CURLE_SSL_CERTPROBLEM;
}

bool take_header(Transfer& transfer, std::string_view line) {
    transfer.header_bytes += line.size();
    if (transfer.header_bytes > header_limit) {
        return transfer.stop(
            fail(ErrorCode::VAL_TOO_BIG, "the answer's header is larger than 64 KiB"));
    }
    if (line.starts_with("HTTP/"))
        transfer.head.headers.clear();  // an earlier 100 Continue had its own
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
    std::string& kept = transfer.head.headers[lower(line.substr(0, colon))];
    if (!kept.empty()) kept += ", ";
    kept += trimmed(value);
    return true;
}

// The connection is in libcurl's hands only while it runs.
void keep_exporter(Transfer& transfer) {
    if (transfer.verifier == nullptr || !transfer.head.tls_exporter.empty()) return;
    curl_tlssessioninfo* tls = nullptr;
    curl_easy_getinfo(transfer.handle, CURLINFO_TLS_SSL_PTR, &tls);
    if (tls != nullptr && tls->backend == CURLSSLBACKEND_OPENSSL && tls->internals != nullptr)
        transfer.head.tls_exporter = exported_secret(static_cast<SSL*>(tls->internals));
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    keep_exporter(*transfer);
    return take_header(*transfer, {data, size}) ? size : 0;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    long status = 0;
    curl_easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE, &status);
    transfer->head.status = static_cast<int>(status);
    Status taken = transfer->sink.take(transfer->head, {data, size});
    if (taken) return size;
    transfer->stop(taken.error());
    return 0;
}

// libcurl asks about once a second, also while nothing comes.
int on_turn(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    auto* transfer = static_cast<Transfer*>(self);
    if (!transfer->options.stop.stop_requested()) return 0;
    transfer->stop(fail(ErrorCode::AST_FETCH, "the request was given up"));
    return 1;
}

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
    curl_easy_setopt(handle, option, value);
}

void set_proxy(const Transfer& transfer) {
    CURL* handle = transfer.handle;
    // An empty one also keeps libcurl from asking the environment.
    const Proxy& proxy = transfer.options.proxy;
    set(handle, CURLOPT_PROXY, transfer.through_proxy() ? proxy.url.c_str() : "");
    if (!transfer.through_proxy()) return;
    set(handle, CURLOPT_HTTPPROXYTUNNEL, 1L);
    set(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (proxy.username.empty()) return;
    set(handle, CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(handle, CURLOPT_PROXYUSERNAME, proxy.username.c_str());
    set(handle, CURLOPT_PROXYPASSWORD, proxy.password.c_str());
}

void set_rules(Transfer& transfer, Pace pace) {
    CURL* handle = transfer.handle;
    const FetchOptions& options = transfer.options;
    set(handle, CURLOPT_NOSIGNAL, 1L);
    if (options.stop.stop_possible()) {
        set(handle, CURLOPT_NOPROGRESS, 0L);
        set(handle, CURLOPT_XFERINFOFUNCTION, on_turn);
        set(handle, CURLOPT_XFERINFODATA, &transfer);
    }
    set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.deadline_ms));
    if (pace == Pace::whole) {
        set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options.deadline_ms));
    } else {
        set(handle, CURLOPT_LOW_SPEED_LIMIT, 1024L);
        set(handle, CURLOPT_LOW_SPEED_TIME,
            static_cast<long>(std::max<std::int64_t>(1, options.deadline_ms / 1000)));
    }
    set_proxy(transfer);
    set(handle, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(handle, CURLOPT_OPENSOCKETDATA, &transfer);
    set(handle, CURLOPT_HEADERFUNCTION, &on_header);
    set(handle, CURLOPT_HEADERDATA, &transfer);
    set(handle, CURLOPT_WRITEFUNCTION, &on_body);
    set(handle, CURLOPT_WRITEDATA, &transfer);
    if (transfer.verifier == nullptr) return;
    // The system's own roots are not asked: the verifier's pins decide.
    const char* no_file = nullptr;
    set(handle, CURLOPT_CAINFO, no_file);
    set(handle, CURLOPT_CAPATH, no_file);
    set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(handle, CURLOPT_SSL_CTX_FUNCTION, &set_up_tls);
    set(handle, CURLOPT_SSL_CTX_DATA, &transfer);
}

std::unique_ptr<curl_slist, FreeList> set_request(Transfer& transfer) {
    const FetchOptions& options = transfer.options;
    set(transfer.handle, CURLOPT_URL, options.url.c_str());
    if (options.method == "HEAD")
        set(transfer.handle, CURLOPT_NOBODY, 1L);
    else
        set(transfer.handle, CURLOPT_CUSTOMREQUEST, options.method.c_str());
    bool has_body = !options.body.empty() || options.method == "POST" || options.method == "PUT";
    if (has_body) {
        set(transfer.handle, CURLOPT_POSTFIELDSIZE_LARGE,
            static_cast<curl_off_t>(options.body.size()));
        set(transfer.handle, CURLOPT_POSTFIELDS, options.body.data());
    }
    curl_slist* lines = nullptr;
    for (const auto& [name, value] : options.headers) {
        // libcurl reads "name:" as "leave it out"; "name;" sends it empty.
        std::string line = value.empty() ? name + ";" : fmt::format("{}: {}", name, value);
        lines = curl_slist_append(lines, line.c_str());
    }
    // Only what was asked for: no invented content type, and no wait for "100 Continue".
    if (has_body && !options.headers.contains("content-type"))
        lines = curl_slist_append(lines, "Content-Type:");
    lines = curl_slist_append(lines, "Expect:");
    set(transfer.handle, CURLOPT_HTTPHEADER, lines);
    return std::unique_ptr<curl_slist, FreeList>(lines);
}

// What the proxy answered to CONNECT; nothing if it was not asked, or let us through.
std::optional<Error> proxy_refusal(const Transfer& transfer) {
    long status = 0;
    curl_easy_getinfo(transfer.handle, CURLINFO_HTTP_CONNECTCODE, &status);
    if (status == 0 || status / 100 == 2) return std::nullopt;
    return connect_refused(static_cast<int>(status), transfer.options.proxy,
                           authority_of(transfer.url));
}

// libcurl tells OpenSSL's errors as text: "... error:0A000415:SSL routines:: ...".
bool is_certificate_alert(std::string_view detail) {
    constexpr std::string_view mark = "error:";
    const std::size_t at = detail.find(mark);
    if (at == std::string_view::npos) return false;
    unsigned long error = 0;
    const char* from = detail.data() + at + mark.size();
    std::from_chars(from, detail.data() + detail.size(), error, 16);
    return refuses_our_certificate(error);
}

Error error_of(const Transfer& transfer, CURLcode result, const char* detail) {
    if (transfer.verifier && transfer.verifier->refusal()) return *transfer.verifier->refusal();
    if (auto refused = proxy_refusal(transfer)) return *refused;
    if (is_certificate_alert(detail))
        return certificate_refused(authority_of(transfer.url), detail);
    std::string reason = detail[0] != '\0' ? detail : curl_easy_strerror(result);
    std::string where = authority_of(transfer.url);
    if (transfer.through_proxy()) where += " through the proxy " + transfer.options.proxy.url;
    switch (result) {
        case CURLE_OPERATION_TIMEDOUT:
            return fail(ErrorCode::SYS_TIMEOUT,
                        fmt::format("no answer from {} in time: {}", where, reason));
        case CURLE_COULDNT_RESOLVE_HOST:
            return fail(ErrorCode::AST_FETCH, fmt::format("DNS: {}: {}", where, reason));
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_PROXY:
            return fail(ErrorCode::AST_FETCH, fmt::format("proxy: {}: {}", where, reason));
        case CURLE_COULDNT_CONNECT:
            return fail(ErrorCode::AST_FETCH,
                        fmt::format("{}: {}: {}", transfer.through_proxy() ? "proxy" : "TCP", where,
                                    reason));
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
            return fail(ErrorCode::AST_FETCH, fmt::format("TLS: {}: {}", where, reason));
        default:
            return fail(ErrorCode::AST_FETCH, fmt::format("HTTP: {}: {}", where, reason));
    }
}

Trace trace_of(const Transfer& transfer) {
    const auto moment = [&](CURLINFO which) {
        curl_off_t value = 0;
        curl_easy_getinfo(transfer.handle, which, &value);
        return static_cast<std::int64_t>(value);
    };
    Trace trace{moment(CURLINFO_NAMELOOKUP_TIME_T), moment(CURLINFO_CONNECT_TIME_T),
                moment(CURLINFO_APPCONNECT_TIME_T), moment(CURLINFO_STARTTRANSFER_TIME_T),
                std::nullopt};
    const auto date = transfer.head.headers.find("date");
    if (date == transfer.head.headers.end()) return trace;
    const std::time_t seconds = curl_getdate(date->second.c_str(), nullptr);
    if (seconds > 0) trace.server_time = WallTime{static_cast<std::int64_t>(seconds) * 1'000};
    return trace;
}

bool is_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

Status check_options(const FetchOptions& options, const std::optional<Url>& url) {
    bool known = url && (url->scheme == "http" || url->scheme == "https");
    if (!known) return fail(ErrorCode::CFG_INVALID, "not an http or https address: " + options.url);
    if (url->scheme == "https" && !options.tls) {
        return fail(ErrorCode::CFG_INVALID,
                    "no pins were given to check the server at " + url->host + " with");
    }
    if (Status good = check_proxy(options.proxy); !good) return good;
    bool lines =
        is_line(options.method) && std::ranges::all_of(options.headers, [](const auto& header) {
            return is_line(header.first) && is_line(header.second);
        });
    return lines ? ok()
                 : Status(
                       fail(ErrorCode::CFG_INVALID, "a request header that is more than one line"));
}

void start_curl_once() {
    static std::once_flag started;
    std::call_once(started, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

void CurlSession::FreeHandle::operator()(void* handle) const {
    curl_easy_cleanup(handle);
}

CurlSession::CurlSession(bool one_connection) : one_connection_(one_connection) {
    start_curl_once();
    handle_.reset(curl_easy_init());
}

Result<Fetched> CurlSession::run(const FetchOptions& options, Sink& sink, Pace pace) {
    std::optional<Url> url = parse_url(options.url);
    if (Status good = check_options(options, url); !good) return good.error();
    if (!handle_) return fail(ErrorCode::SYS_INTERNAL, "libcurl cannot be started");
    std::string peer = url->scheme + authority_of(*url);
    bool first = !one_connection_ || peer_.empty();
    if (!first && peer != peer_)
        return fail(ErrorCode::CFG_INVALID, "a conversation stays with the server it began with");
    peer_ = std::move(peer);
    if (url->scheme == "https" && !verifier_)
        verifier_ = std::make_unique<ServerVerifier>(*options.tls, url->host);
    CURL* handle = handle_.get();
    curl_easy_reset(handle);  // the options only, the connection stays
    Transfer transfer{.options = options,
                      .url = *url,
                      .sink = sink,
                      .verifier = verifier_.get(),
                      .may_connect = first,
                      .handle = handle,
                      .head = {},
                      .header_bytes = 0,
                      .stopped = {}};
    char detail[CURL_ERROR_SIZE] = {};
    set(handle, CURLOPT_ERRORBUFFER, detail);
    set_rules(transfer, pace);
    auto lines = set_request(transfer);
    CURLcode result = curl_easy_perform(handle);
    if (options.trace != nullptr) *options.trace = trace_of(transfer);
    if (transfer.stopped && result != CURLE_OK) return *transfer.stopped;
    if (result != CURLE_OK) return error_of(transfer, result, detail);
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    transfer.head.status = static_cast<int>(status);
    return std::move(transfer.head);
}

Result<Fetched> run_request(const FetchOptions& options, Sink& sink, Pace pace) {
    return CurlSession(false).run(options, sink, pace);
}

}  // namespace vistter::net
