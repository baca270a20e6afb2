// Beast parses; what it lets through and we do not is refused here: ambiguous framing, odd targets,
// other versions.
#include "net/request_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <optional>

#include "net/url.hpp"

namespace vistter::net {
namespace http = boost::beast::http;
using boost::system::error_code;
using Step = RequestReader::Step;

struct RequestReader::State {
    using Parser = http::request_parser<http::string_body>;

    Limits limits;
    std::optional<Parser> parser;
    std::string buffer;
    std::size_t used = 0;  // bytes of `buffer` that the parser has taken
    Failure failure;
    Request request;
    bool continue_said = false;
    bool keep_alive = false;
    bool version_10 = false;

    void restart();
    Step parse();
    Step header_done();
    Step finish();
    Step refuse(int status, const char* code, std::string reason);
    Step refuse(error_code failed);
    bool take_target(std::string_view target);
};

namespace {

std::string text_of(boost::beast::string_view view) {
    return std::string(view.data(), view.size());
}

// "http://host/path" becomes "/path": a proxy's form that every server must take (RFC 9112
// section 3.2.2).
std::string origin_form(std::string target) {
    for (std::string_view scheme : {"http://", "https://"}) {
        if (!lower(std::string_view(target).substr(0, scheme.size())).starts_with(scheme)) continue;
        std::size_t slash = target.find_first_of("/?", scheme.size());
        if (slash == std::string::npos) return "/";
        return target[slash] == '?' ? "/" + target.substr(slash) : target.substr(slash);
    }
    return target;
}

}  // namespace

void RequestReader::State::restart() {
    parser.emplace();
    parser->header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser->body_limit(limits.body_bytes);
    buffer.erase(0, used);
    used = 0;
    continue_said = false;
}

Step RequestReader::State::refuse(int status, const char* code, std::string reason) {
    failure = {status, code, std::move(reason)};
    return Step::failed;
}

Step RequestReader::State::refuse(error_code failed) {
    if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
        return refuse(431, "API_TOO_LARGE", "the request's header is too large");
    }
    if (failed == http::error::body_limit)
        return refuse(413, "API_TOO_LARGE", "the request's body is too large");
    if (failed == http::error::bad_version)
        return refuse(505, "VAL_SCHEMA", "only HTTP/1.1 and HTTP/1.0 are spoken");
    return refuse(400, "VAL_SCHEMA", "not an HTTP request: " + failed.message());
}

Step RequestReader::State::parse() {
    for (;;) {
        if (parser->is_done()) return finish();
        std::string_view rest = std::string_view(buffer).substr(used);
        if (rest.empty()) return Step::need_more;
        bool had_header = parser->is_header_done();
        error_code failed;
        used += parser->put(boost::asio::buffer(rest.data(), rest.size()), failed);
        if (failed == http::error::need_more) return Step::need_more;
        if (failed) return refuse(failed);
        if (had_header || !parser->is_header_done()) continue;
        parser->eager(true);
        if (Step step = header_done(); step != Step::need_more) return step;
    }
}

// Checks what must be known before any of the body is read. need_more: go on.
Step RequestReader::State::header_done() {
    const auto& fields = parser->get();
    if (fields.version() != 11 && fields.version() != 10) {
        return refuse(505, "VAL_SCHEMA", "only HTTP/1.1 and HTTP/1.0 are spoken");
    }
    auto coding = fields.find(http::field::transfer_encoding);
    if (coding != fields.end() && lower(text_of(coding->value())) != "chunked") {
        return refuse(501, "VAL_SCHEMA", "only the chunked transfer coding is understood");
    }
    if (fields.version() == 11 && fields.count(http::field::host) != 1) {
        return refuse(400, "VAL_SCHEMA", "a request has exactly one Host header");
    }
    if (!take_target(origin_form(text_of(fields.target())))) {
        return refuse(400, "VAL_SCHEMA", "the request's target is malformed");
    }
    auto expect = fields.find(http::field::expect);
    if (expect == fields.end()) return Step::need_more;
    if (lower(text_of(expect->value())) != "100-continue")
        return refuse(417, "VAL_SCHEMA", "an unknown expectation");
    // A peer whose body is already here, or that sends none, is not waiting.
    if (continue_said || parser->is_done() || used < buffer.size()) return Step::need_more;
    continue_said = true;
    return Step::wants_continue;
}

bool RequestReader::State::take_target(std::string_view target) {
    bool printable = std::ranges::all_of(
        target, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
    if (!target.starts_with('/') || !printable || target.find('#') != std::string_view::npos)
        return false;
    std::size_t question = std::min(target.find('?'), target.size());
    std::optional<std::string> path = percent_decode(target.substr(0, question), false);
    if (!path) return false;
    request = {};
    request.path = std::move(*path);
    request.query = target.substr(std::min(question + 1, target.size()));
    return true;
}

Step RequestReader::State::finish() {
    auto& message = parser->get();
    request.method = text_of(message.method_string());
    for (const auto& field : message) {
        std::string name = lower(text_of(field.name_string()));
        std::string& value = request.headers[name];
        if (!value.empty()) value += name == "cookie" ? "; " : ", ";
        value += text_of(field.value());
    }
    request.body = std::move(message.body());
    keep_alive = parser->keep_alive();
    version_10 = message.version() == 10;
    return Step::complete;
}

RequestReader::RequestReader(Limits limits) : state_(std::make_unique<State>()) {
    state_->limits = limits;
    state_->restart();
}

RequestReader::~RequestReader() = default;

void RequestReader::append(std::string_view bytes) {
    // What the parser has taken is not kept while a long body comes in.
    state_->buffer.erase(0, state_->used);
    state_->used = 0;
    state_->buffer.append(bytes);
}

Step RequestReader::advance() {
    return state_->parse();
}

Request RequestReader::take() {
    Request request = std::move(state_->request);
    state_->restart();
    return request;
}

const RequestReader::Failure& RequestReader::failure() const {
    return state_->failure;
}

bool RequestReader::begun() const {
    return state_->parser->got_some() || state_->used < state_->buffer.size();
}

bool RequestReader::header_complete() const {
    return state_->parser->is_header_done();
}

std::size_t RequestReader::body_bytes() const {
    return state_->parser->get().body().size();
}

bool RequestReader::keep_alive() const {
    return state_->keep_alive;
}

bool RequestReader::version_10() const {
    return state_->version_10;
}

std::size_t RequestReader::leftover() const {
    return state_->buffer.size() - state_->used;
}

}  // namespace vistter::net
