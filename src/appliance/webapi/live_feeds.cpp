// Feeds are made only while somebody follows them.
#include "appliance/webapi/live_feeds.hpp"

#include <algorithm>

#include "appliance/webapi/answer.hpp"
#include "appliance/webapi/status_json.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t status_every_ms = 200;  // at most five a second
constexpr int quiet_turns_until_sign =
    50;  // a comment every ten seconds keeps proxies from closing
constexpr std::int64_t snapshot_limit_ms = 3'000;
constexpr std::string_view boundary = "vistter-frame";

Error no_picture() {
    return fail(ErrorCode::STA_NOT_READY,
                "There is no programme picture now; it comes back with the picture process.");
}

// What one picture on its way to one browser needs; shared by the watcher, the deadline and the
// closing peer.
struct Watching {
    std::function<void()> end;
    std::unique_ptr<net::Responder> responder;
    async::Handle deadline;
};

void finish(Watching& watching, net::Response response) {
    if (watching.responder)
        std::exchange(watching.responder, nullptr)->respond(std::move(response));
    watching.deadline.reset();
    if (watching.end) std::exchange(watching.end, nullptr)();
}

}  // namespace

void LiveFeeds::follow_status(std::unique_ptr<net::Responder> responder) {
    net::Response head;
    head.headers = {{"Content-Type", "text/event-stream"},
                    {"Cache-Control", "no-store"},
                    {"X-Accel-Buffering", "no"}};
    auto stream = responder->stream(std::move(head));
    followers_.push_back(stream);
    stream->on_closed([this, gone = stream.get()] {
        std::erase_if(followers_, [&](const auto& follower) { return follower.get() == gone; });
        if (followers_.empty()) telling_.reset();
    });
    last_status_.clear();
    tell_status();
    if (!telling_ && !followers_.empty())
        telling_ = services_.loop.every(status_every_ms, [this] { tell_status(); });
}

void LiveFeeds::tell_status() {
    std::string status = json::serialize(status_json(services_.appliance, services_.link()));
    std::string chunk;
    if (status != last_status_) {
        chunk = "event: status\ndata: " + status + "\n\n";
        last_status_ = std::move(status);
        quiet_turns_ = 0;
    } else if (++quiet_turns_ >= quiet_turns_until_sign) {
        chunk = ": still here\n\n";
        quiet_turns_ = 0;
    }
    if (chunk.empty()) return;
    const auto followers = followers_;  // a failed send may end one of them
    for (const auto& follower : followers) follower->send(chunk);
}

void LiveFeeds::follow_picture(std::unique_ptr<net::Responder> responder) {
    if (services_.preview == nullptr) return responder->respond(problem_answer(no_picture(), {}));
    net::Response head;
    head.headers = {
        {"Content-Type", "multipart/x-mixed-replace; boundary=" + std::string(boundary)},
        {"Cache-Control", "no-store"}};
    auto stream = responder->stream(std::move(head));
    // Shared: the watcher is ended by whoever comes first, the closing peer or the failing send.
    auto end = std::make_shared<std::function<void()>>();
    *end = services_.preview->watch([stream](const std::string& jpeg) {
        std::string part =
            "--" + std::string(boundary) + "\r\nContent-Type: image/jpeg\r\nContent-Length: ";
        part += std::to_string(jpeg.size()) + "\r\n\r\n";
        part += jpeg;
        part += "\r\n";
        stream->send(std::move(part));  // a peer too slow for this picture gets the next one
    });
    stream->on_closed([end] {
        if (*end) std::exchange(*end, nullptr)();
    });
}

void LiveFeeds::snapshot(std::unique_ptr<net::Responder> responder,
                         const std::string& correlation_id) {
    if (services_.preview == nullptr)
        return responder->respond(problem_answer(no_picture(), correlation_id));
    auto watching = std::make_shared<Watching>();
    watching->responder = std::move(responder);
    watching->deadline = services_.loop.after(snapshot_limit_ms, [watching, correlation_id] {
        finish(*watching, problem_answer(no_picture(), correlation_id));
    });
    watching->end = services_.preview->watch([watching](const std::string& jpeg) {
        net::Response response;
        response.headers = {{"Content-Type", "image/jpeg"}, {"Cache-Control", "no-store"}};
        response.body = jpeg;
        finish(*watching, std::move(response));
    });
}

}  // namespace vistter::appliance
