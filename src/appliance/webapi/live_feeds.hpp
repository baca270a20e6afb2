// Answers that go on: the status as server-sent events, the programme picture as MJPEG, and one
// snapshot.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "appliance/webapi/local_services.hpp"
#include "net/http.hpp"

namespace vistter::appliance {

class LiveFeeds {
  public:
    explicit LiveFeeds(LocalServices& services) : services_(services) {}
    void follow_status(std::unique_ptr<net::Responder> responder);
    void follow_picture(std::unique_ptr<net::Responder> responder);
    void snapshot(std::unique_ptr<net::Responder> responder, const std::string& correlation_id);

  private:
    void tell_status();
    LocalServices& services_;
    // Shared with the server, which ends a stream when its peer leaves.
    std::vector<std::shared_ptr<net::Stream>> followers_;
    std::string last_status_;
    int quiet_turns_ = 0;
    async::Handle telling_;
};

}  // namespace vistter::appliance
