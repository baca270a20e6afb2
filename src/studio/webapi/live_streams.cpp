// Pages that listen.
#include "studio/webapi/live_streams.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "studio/webapi/json_body.hpp"

namespace vistter::studio {
namespace {

constexpr std::size_t max_pages = 256;
constexpr std::int64_t flush_ms = 100;
constexpr std::int64_t keep_alive_ms = 15'000;
constexpr int events_a_flush = 200;

}  // namespace

Status LiveStreams::open(const std::string& device_id, std::int64_t after_event,
                         std::function<bool()> allowed, net::Responder& responder) {
    if (pages_.size() >= max_pages) {
        return fail(ErrorCode::LIM_CAPACITY,
                    "too many pages are listening; close one and try again");
    }
    net::Response head;
    head.headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}};
    auto page = std::make_shared<Page>();  // shared: see pages_
    page->device_id = device_id;
    page->last_event = after_event;
    page->allowed = std::move(allowed);
    page->stream = responder.stream(std::move(head));
    page->stream->on_closed([page] { page->gone = true; });
    pages_.push_back(page);
    if (!keep_alive_timer_)
        keep_alive_timer_ = loop_.every(keep_alive_ms, [this] { keep_alive(); });
    page->stream->send(": listening\n\n");
    send_news(*page);
    return ok();
}

void LiveStreams::changed(const std::string& device_id) {
    bool heard = false;
    for (const auto& page : pages_) {
        if (page->device_id == device_id) heard = page->stale = true;
    }
    if (heard && !flush_timer_) flush_timer_ = loop_.after(flush_ms, [this] { flush(); });
}

void LiveStreams::close_all() {
    const auto pages = std::move(pages_);
    pages_.clear();
    for (const auto& page : pages) page->stream->close();
}

void LiveStreams::flush() {
    flush_timer_.reset();
    for_each_page([this](Page& page) {
        if (std::exchange(page.stale, false)) send_news(page);
    });
}

void LiveStreams::send_news(Page& page) {
    bool sent = true;
    for (const EventRecord& event :
         telemetry_.events_after(page.device_id, page.last_event, events_a_flush)) {
        sent = sent && page.stream->send(fmt::format("id: {}\nevent: event\ndata: {}\n\n", event.n,
                                                     event_json_text(event)));
        page.last_event = event.n;
    }
    sent = sent && page.stream->send(fmt::format(
                       "event: changed\ndata: {{\"device_id\":\"{}\"}}\n\n", page.device_id));
    // A page that cannot keep up comes back with Last-Event-ID and misses nothing.
    if (!sent) {
        page.gone = true;
        page.stream->close();
    }
}

void LiveStreams::keep_alive() {
    for_each_page([](Page& page) {
        if (page.allowed() && page.stream->send(": still here\n\n")) return;
        page.gone = true;
        page.stream->close();
    });
}

// The boundary for what happens outside a request: a page that cannot be served comes back by
// itself.
void LiveStreams::for_each_page(const std::function<void(Page&)>& work) {
    for (const auto& page : pages_) {
        if (page->gone) continue;
        try {
            work(*page);
        } catch (const std::exception& failure) {
            log::error("a listening page of {} was closed: {}", page->device_id, failure.what());
            page->gone = true;
            page->stream->close();
        }
    }
    std::erase_if(pages_, [](const auto& page) { return page->gone; });
}

std::string event_json_text(const EventRecord& event) {
    json::value body = stored_json(event.body);
    if (!body.is_object()) body = json::object{};
    json::object& shown = body.as_object();
    shown["n"] = event.n;
    shown["device_id"] = event.device_id;
    shown["received_at"] = format_rfc3339(event.received_at);
    return json::serialize(shown);
}

}  // namespace vistter::studio
