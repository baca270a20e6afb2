// Requests as bytes, and addresses: however the stream is cut, the same requests come out.
#include <algorithm>

#include "fuzz/target.hpp"
#include "net/request_reader.hpp"
#include "net/url.hpp"

namespace vistter::fuzz {
namespace {

std::vector<std::string> read(std::string_view input, std::size_t piece) {
    net::RequestReader reader({4'096, 16'384});
    std::vector<std::string> seen;
    for (std::size_t at = 0; at <= input.size(); at += piece) {
        reader.append(input.substr(std::min(at, input.size()), piece));
        while (true) {
            const auto step = reader.advance();
            if (step == net::RequestReader::Step::need_more) break;
            if (step == net::RequestReader::Step::wants_continue) continue;
            if (step == net::RequestReader::Step::failed) {
                must(reader.failure().status >= 400, "a refusal has a status");
                seen.push_back("failed");
                return seen;
            }
            const net::Request request = reader.take();
            must(request.path.starts_with('/'), "a path starts with /");
            must(request.body.size() <= 16'384, "a body is within bounds");
            (void)request.query_value("cursor");
            (void)request.cookie("session");
            (void)net::apply_range(request, {200, {{"Accept-Ranges", "bytes"}}, "0123456789"});
            seen.push_back(request.method + " " + request.path + "?" + request.query + "\n" +
                           request.body);
            if (!reader.keep_alive()) return seen;
        }
    }
    return seen;
}

}  // namespace

void http_request(std::string_view input) {
    auto whole = read(input, input.size() + 1);
    auto cut = read(input, 1 + input.size() % 13);
    // Where the stream ends within a broken header, one way of cutting may still wait for its rest.
    for (auto* seen : {&whole, &cut}) {
        if (!seen->empty() && seen->back() == "failed") seen->pop_back();
    }
    must(whole == cut, "cutting changes nothing");
}

std::vector<std::string> http_request_examples() {
    return {"GET /v1/commands?cursor=a%20b HTTP/1.1\r\nHost: a\r\nCookie: session=1; x=2\r\n\r\n",
            "POST /v1/setup HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}GET / HTTP/1.1\r\n"
            "Host: a\r\nRange: bytes=2-4\r\n\r\n",
            "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            "3\r\nabc\r\n0\r\n\r\n",
            "GET /v1/channel HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"};
}

void url(std::string_view input) {
    (void)net::percent_decode(input, true);
    (void)net::has_element(input, "chunked");
    (void)net::is_loopback_address(input);
    const auto read = net::parse_url(input);
    if (!read) return;
    must(!read->host.empty() && read->port != 0, "an address has host and port");
    must(read->target.starts_with('/') || read->target.starts_with('?'), "a target is a path");
    const auto again = net::parse_url(read->scheme + "://" + net::authority_of(*read) +
                                      (read->target.starts_with('/') ? "" : "/") + read->target);
    must(again && again->host == read->host && again->port == read->port,
         "an address reads back as itself");
}

std::vector<std::string> url_examples() {
    return {"https://studio.example:8443/v1/bootstrap?a=b%20c", "wss://[::1]:8444/v1/channel",
            "http://127.0.0.1/", "%41+b"};
}

}  // namespace vistter::fuzz
