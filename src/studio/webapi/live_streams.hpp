// Server-sent events: pages hear at once that something about an appliance changed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/loop.hpp"
#include "base/result.hpp"
#include "net/http.hpp"
#include "studio/core/telemetry.hpp"

namespace vistter::studio {

// `event: event` for each new EVENT (its id is the event's number) and `event: changed` when
// anything else may be read anew; a comment line every 15 s keeps connections alive. Loop's thread.
class LiveStreams {
  public:
    LiveStreams(async::Loop& loop, const Telemetry& telemetry)
        : loop_(loop), telemetry_(telemetry) {}

    // `after_event`: number of the last event the page has. `allowed` is asked at each keep-alive;
    // false ends the stream. Errors: LIM_CAPACITY.
    Status open(const std::string& device_id, std::int64_t after_event,
                std::function<bool()> allowed, net::Responder& responder);
    // Something about this device changed; pages hear it at most 10 times a second.
    void changed(const std::string& device_id);
    void close_all();

  private:
    struct Page {
        std::string device_id;
        std::int64_t last_event = 0;
        std::function<bool()> allowed;
        // Shared with the server: peer and producer both end it.
        std::shared_ptr<net::Stream> stream;
        bool gone = false;
        bool stale = false;
    };
    void flush();
    void send_news(Page& page);
    void keep_alive();
    void for_each_page(const std::function<void(Page&)>& work);

    async::Loop& loop_;
    const Telemetry& telemetry_;
    // Shared: a stream's closing callback may outlive the page's place here.
    std::vector<std::shared_ptr<Page>> pages_;
    async::Handle flush_timer_;
    async::Handle keep_alive_timer_;
};

// An EVENT as pages and lists show it: its body with `n` and `received_at`.
std::string event_json_text(const EventRecord& event);

}  // namespace vistter::studio
