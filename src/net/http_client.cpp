// Blocking requests whose answers fit in memory.
#include "net/http_client.hpp"

#include <fmt/format.h>

#include "net/curl_request.hpp"

namespace vistter::net {
namespace {

// Collects a body of at most `limit` bytes.
class BodySink final : public Sink {
  public:
    explicit BodySink(std::size_t limit) : limit_(limit) {}
    Status take(const Fetched&, std::string_view bytes) override {
        if (body.size() + bytes.size() > limit_) {
            return fail(ErrorCode::VAL_TOO_BIG,
                        fmt::format("the answer is larger than {} bytes", limit_));
        }
        body += bytes;
        return ok();
    }
    std::string body;

  private:
    std::size_t limit_;
};

}  // namespace

Result<Fetched> fetch(const FetchOptions& options) {
    BodySink sink(options.max_bytes);
    Result<Fetched> fetched = run_request(options, sink, Pace::whole);
    if (fetched) fetched->body = std::move(sink.body);
    return fetched;
}

struct Conversation::State {
    CurlSession session{true};
};

Conversation::Conversation() : state_(std::make_unique<State>()) {}
Conversation::~Conversation() = default;
Conversation::Conversation(Conversation&&) noexcept = default;
Conversation& Conversation::operator=(Conversation&&) noexcept = default;

Result<Fetched> Conversation::fetch(const FetchOptions& options) {
    BodySink sink(options.max_bytes);
    Result<Fetched> fetched = state_->session.run(options, sink, Pace::whole);
    if (fetched) fetched->body = std::move(sink.body);
    return fetched;
}

}  // namespace vistter::net
