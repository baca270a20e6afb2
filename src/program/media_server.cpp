// Fan-out of encoded units.
#include "program/media_server.hpp"

#include <poll.h>

#include <algorithm>

#include "base/log.hpp"

namespace vistter::program {
namespace {

// About ten seconds at the default bit rate; a subscriber further behind goes on at a later
// keyframe.
constexpr std::size_t queue_limit = 4 * 1024 * 1024;
constexpr std::size_t most_subscribers = 32;

}  // namespace

MediaServer::~MediaServer() {
    stop();
}

void MediaServer::start(Hooks hooks) {
    hooks_ = std::move(hooks);
    thread_ = std::thread([this] { run(); });
}

void MediaServer::stop() {
    over_ = true;
    wake_.ring();
    if (thread_.joinable()) thread_.join();
}

void MediaServer::set_info(ipc::StreamInfo info) {
    std::lock_guard lock(mutex_);
    info_ = ipc::encode(std::move(info));
    wake_.ring();
}

void MediaServer::put(media::EncodedUnit unit) {
    if (unit.video) video_bytes_ += static_cast<std::int64_t>(unit.data.size());
    ipc::AccessUnit access{static_cast<std::uint8_t>(unit.video ? 0 : 1),
                           unit.keyframe,
                           unit.frame,
                           unit.pts_ns,
                           unit.dts_ns,
                           unit.duration_ns,
                           std::move(unit.data)};
    Unit ready{ipc::encode(std::move(access)), unit.video && unit.keyframe};
    std::lock_guard lock(mutex_);
    units_.push_back(std::move(ready));
    wake_.ring();
}

void MediaServer::put_preview(std::int64_t frame, Bytes jpeg) {
    std::string picture = ipc::encode(ipc::PreviewImage{frame, std::move(jpeg)});
    std::lock_guard lock(mutex_);
    preview_ = std::move(picture);
    wake_.ring();
}

void MediaServer::run() {
    while (!over_) {
        std::vector<pollfd> waits{{listener_->fd(), POLLIN, 0}, {wake_.fd(), POLLIN, 0}};
        const std::size_t first = waits.size(), served = subscribers_.size();
        for (const Subscriber& subscriber : subscribers_) {
            short wanted = subscriber.connection->wants_write() ? POLLIN | POLLOUT : POLLIN;
            waits.push_back({subscriber.connection->fd(), wanted, 0});
        }
        ::poll(waits.data(), waits.size(), -1);
        if (waits[1].revents != 0) wake_.clear();
        for (std::size_t i = 0; i < served; ++i) {
            if (waits[first + i].revents != 0) serve(subscribers_[i], waits[first + i].revents);
        }
        deliver();
        std::erase_if(subscribers_, [](const Subscriber& subscriber) {
            return subscriber.connection == nullptr;
        });
        tell_preview_wanted();
        while (auto connection = listener_->accept()) {
            if (subscribers_.size() == most_subscribers || !connection->open("program")) continue;
            connection->set_queue_limit(queue_limit);
            subscribers_.push_back({.connection = std::move(connection)});
        }
    }
}

void MediaServer::serve(Subscriber& subscriber, short happened) {
    bool alive = (happened & POLLOUT) == 0 || subscriber.connection->flush().ok();
    if (alive && (happened & ~POLLOUT) != 0) {
        Result<std::vector<ipc::Message>> messages = subscriber.connection->receive();
        alive = messages.ok();
        for (std::size_t i = 0; alive && i < messages->size(); ++i) {
            const auto* subscribe_to = std::get_if<ipc::Subscribe>(&(*messages)[i]);
            if (subscribe_to != nullptr) alive = subscribe(subscriber, subscribe_to->what);
            if (std::holds_alternative<ipc::RequestKeyframe>((*messages)[i]))
                hooks_.request_keyframe();
        }
    }
    if (!alive) subscriber.connection.reset();
}

bool MediaServer::subscribe(Subscriber& subscriber, const std::string& what) {
    if (subscriber.kind != Kind::unknown || (what != "program" && what != "preview")) return false;
    subscriber.kind = what == "program" ? Kind::program : Kind::preview;
    if (subscriber.kind == Kind::program) hooks_.request_keyframe();
    return true;
}

void MediaServer::inform(Subscriber& subscriber) {
    std::optional<std::string> info;
    {
        std::lock_guard lock(mutex_);
        info = info_;
    }
    if (!info) return;
    subscriber.informed = true;
    if (!subscriber.connection->send_encoded(*info)) subscriber.connection.reset();
}

void MediaServer::deliver() {
    std::deque<Unit> units;
    std::string preview;
    {
        std::lock_guard lock(mutex_);
        units.swap(units_);
        preview.swap(preview_);
    }
    for (Subscriber& subscriber : subscribers_) {
        if (!subscriber.connection) continue;
        if (subscriber.kind == Kind::program) {
            if (!subscriber.informed) inform(subscriber);
            for (const Unit& unit : units) deliver_unit(subscriber, unit);
        } else if (subscriber.kind == Kind::preview && !preview.empty() &&
                   !subscriber.connection->wants_write()) {
            if (!subscriber.connection->send_encoded(preview)) subscriber.connection.reset();
        }
    }
}

void MediaServer::deliver_unit(Subscriber& subscriber, const Unit& unit) {
    if (!subscriber.connection || !subscriber.informed) return;
    if (subscriber.waits_for_key && !unit.video_key) {
        ++subscriber.dropped;
        return;
    }
    Status sent = subscriber.connection->send_encoded(unit.frame);
    if (sent) {
        subscriber.waits_for_key = false;
    } else if (sent.error().code == ErrorCode::LIM_QUEUE_FULL) {
        if (!subscriber.waits_for_key)
            log::warning("a subscriber does not keep up and goes on at a later keyframe");
        subscriber.waits_for_key = true;
        ++subscriber.dropped;
    } else {
        subscriber.connection.reset();
    }
}

void MediaServer::tell_preview_wanted() {
    bool wanted =
        std::any_of(subscribers_.begin(), subscribers_.end(),
                    [](const Subscriber& subscriber) { return subscriber.kind == Kind::preview; });
    if (wanted == preview_wanted_) return;
    preview_wanted_ = wanted;
    hooks_.preview_wanted(wanted);
}

}  // namespace vistter::program
