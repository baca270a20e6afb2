// Which message belongs to which connection of which device, and a connection to the broker that
// comes back.
#include "studio/adapters/channel/broker.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/backoff.hpp"
#include "base/bytes.hpp"
#include "base/log.hpp"
#include "link/close_code.hpp"
#include "link/mqtt_binding.hpp"
#include "net/mqtt_client.hpp"

namespace vistter::studio {
namespace {

using contract::MessageType;

constexpr std::size_t pipes_of_a_device = 3;
constexpr std::size_t queue_limit = 64u << 20;  // one connection carries every appliance
constexpr std::int64_t health_ms = 30'000;
constexpr std::int64_t notice_pause_ms = 1'000;
constexpr int code_gone = 1006;

class LiveBroker;

// One device's connection as a Pipe. It may outlive the broker.
class BrokerPipe final : public Pipe {
  public:
    BrokerPipe(LiveBroker& broker, std::weak_ptr<bool> alive, std::string tenant,
               std::string device_id, std::string connection_id)
        : tenant(std::move(tenant)),
          device_id(std::move(device_id)),
          connection_id(std::move(connection_id)),
          broker_(broker),
          alive_(std::move(alive)) {}
    bool send(MessageType type, std::string message) override;
    void close(int code, std::string_view reason) override;
    std::string_view transport() const override { return "mqtts"; }

    const std::string tenant, device_id, connection_id;
    std::string session_id;  // once WELCOME went through
    bool open = true;
    PipeEvents events;

  private:
    LiveBroker& broker_;
    std::weak_ptr<bool> alive_;  // of the broker
};
using PipePointer = std::shared_ptr<BrokerPipe>;  // shared: the session holds it too

class LiveBroker final : public Broker {
  public:
    LiveBroker(async::Loop& loop, Random& random, const DeviceDirectory& devices,
               BrokerOptions options, AcceptPipe accept)
        : loop_(loop),
          random_(random),
          devices_(devices),
          options_(std::move(options)),
          accept_(std::move(accept)),
          backoff_({options_.retry_base_ms, options_.retry_cap_ms}) {
        status_.since = options_.clock->wall();
        pause_ = loop_.every(notice_pause_ms, [this] { noticed_.clear(); });
        connect();
    }

    BrokerStatus status() const override {
        BrokerStatus status = status_;
        status.connected = connection_ != nullptr;
        for (const auto& [device, pipes] : pipes_)
            status.pipes += static_cast<std::int64_t>(pipes.size());
        return status;
    }

    bool send(BrokerPipe& pipe, MessageType type, const std::string& message);
    void close(const BrokerPipe& pipe, int code, std::string_view reason);

  private:
    void connect();
    void on_connected(std::shared_ptr<net::MqttConnection> connection);
    void on_disconnected(const std::string& why);
    void on_message(const net::MqttPublish& publish);
    void on_control(const link::MqttAddress& address, const std::string& message);
    void on_hello(const link::MqttAddress& address, const link::Glimpse& seen,
                  const std::string& message);
    void on_stray(const link::MqttAddress& address, const link::Glimpse& seen);
    void deliver(const link::MqttAddress& address, const std::string& message);
    static void hand_over(const BrokerPipe& pipe, const std::string& message);
    bool is_known(const link::MqttAddress& address);
    PipePointer find(const std::string& device_id, const std::string& connection_id) const;
    void end(const PipePointer& pipe, int code, const std::string& reason);
    void forget(const BrokerPipe& pipe);
    void say_closed(const std::string& tenant, const std::string& device_id, const std::string& of,
                    int code, std::string_view reason);

    async::Loop& loop_;
    Random& random_;
    const DeviceDirectory& devices_;
    BrokerOptions options_;
    AcceptPipe accept_;
    Backoff backoff_;
    BrokerStatus status_;
    std::shared_ptr<net::MqttConnection> connection_;  // shared: net/mqtt_client.hpp
    async::Handle dialled_, retry_, health_, pause_;
    std::map<std::string, std::vector<PipePointer>> pipes_;  // by device, oldest first
    std::vector<PipePointer> lost_;  // with the connection to the broker: to be told to come again
    std::set<std::string> noticed_;  // devices that were just told they have no session
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // shared: see BrokerPipe
};

bool BrokerPipe::send(MessageType type, std::string message) {
    return open && !alive_.expired() && broker_.send(*this, type, message);
}

void BrokerPipe::close(int code, std::string_view reason) {
    events = {};
    if (std::exchange(open, false) && !alive_.expired()) broker_.close(*this, code, reason);
}

void LiveBroker::connect() {
    Bytes id(11);
    random_.fill(id);
    net::MqttOptions options;
    options.url = options_.url;
    options.tls = options_.tls;
    options.proxy = options_.proxy;
    options.client_id = "s" + to_hex(id);
    options.filters = {{std::string(link::mqtt_studio_filter), 1}};
    options.max_payload_bytes = contract::max_message_bytes;
    options.max_queued_bytes = queue_limit;
    options.ping_ms = options_.ping_ms;
    net::MqttEvents events;
    events.opened = [this](std::shared_ptr<net::MqttConnection> connection) {
        on_connected(std::move(connection));
    };
    events.failed = [this](const Error& error) { on_disconnected(describe(error)); };
    events.message = [this](const net::MqttPublish& publish) { on_message(publish); };
    events.closed = [this](int code, const std::string& reason) {
        on_disconnected(std::to_string(code) + " " + reason);
    };
    dialled_ = net::dial_mqtt(loop_, std::move(options), std::move(events));
}

void LiveBroker::on_connected(std::shared_ptr<net::MqttConnection> connection) {
    connection_ = std::move(connection);
    ++status_.connects;
    status_.since = options_.clock->wall();
    status_.certificate_ends = connection_->certificate_ends();
    log::info("connected to the broker {}", options_.url);
    health_ = loop_.after(health_ms, [this] { backoff_.reset(); });
    // These sessions ended here, which their appliances cannot know. They spread their return.
    for (const PipePointer& pipe : std::exchange(lost_, {})) {
        say_closed(pipe->tenant, pipe->device_id, pipe->connection_id, link::close_code::draining,
                   "Studio lost the broker; connect again");
    }
}

void LiveBroker::on_disconnected(const std::string& why) {
    if (connection_ || why != status_.last_error)
        log::warning("no connection to the broker {}: {}", options_.url, why);
    if (connection_) status_.since = options_.clock->wall();
    connection_.reset();
    health_.reset();
    status_.last_error = why;
    for (auto& [device, pipes] : std::exchange(pipes_, {})) {
        for (const PipePointer& pipe : pipes) {
            lost_.push_back(pipe);
            end(pipe, code_gone, "the connection to the broker was lost");
        }
    }
    retry_ = loop_.after(backoff_.next_ms(random_), [this] { connect(); });
}

void LiveBroker::on_message(const net::MqttPublish& publish) {
    const auto address = link::read_mqtt_topic(publish.topic);
    // Nothing is ever retained: a broker that says so offers something old.
    if (publish.retained || !address || !address->leaf.starts_with("up/")) return;
    if (address->leaf == "up/ctl" || address->leaf == "up/presence")
        return on_control(*address, publish.payload);
    deliver(*address, publish.payload);
}

void LiveBroker::on_control(const link::MqttAddress& address, const std::string& message) {
    if (const auto notice = link::read_close_notice(message)) {
        if (const auto pipe = find(address.device_id, notice->of))
            end(pipe, notice->code, notice->reason);
        return;
    }
    const auto seen = link::glimpse(message);
    if (address.leaf == "up/presence") {
        if (!seen || seen->type != MessageType::GOODBYE) return;
        if (const auto pipe = find(address.device_id, seen->connection_id))
            end(pipe, code_gone, "the appliance's connection to the broker was lost");
        return;
    }
    if (seen && seen->type == MessageType::HELLO && !seen->connection_id.empty())
        return on_hello(address, *seen, message);
    deliver(address, message);
}

void LiveBroker::on_hello(const link::MqttAddress& address, const link::Glimpse& seen,
                          const std::string& message) {
    PipePointer pipe = find(address.device_id, seen.connection_id);
    if (!pipe) {
        if (!is_known(address) || !link::fits_in_topic(seen.connection_id)) return;
        auto& others = pipes_[address.device_id];
        if (others.size() >= pipes_of_a_device) {
            const PipePointer oldest = others.front();
            constexpr const char* why = "replaced by a newer connection";
            say_closed(oldest->tenant, oldest->device_id, oldest->connection_id,
                       link::close_code::replaced, why);
            end(oldest, link::close_code::replaced, why);
        }
        pipe = std::make_shared<BrokerPipe>(*this, alive_, address.tenant, address.device_id,
                                            seen.connection_id);
        pipes_[address.device_id].push_back(pipe);
        pipe->events = accept_(address.device_id, {}, pipe);
    }
    // Accepting it may have ended it.
    if (pipe->open) hand_over(*pipe, message);
}

void LiveBroker::deliver(const link::MqttAddress& address, const std::string& message) {
    const auto found = pipes_.find(address.device_id);
    const bool one = found != pipes_.end() && found->second.size() == 1;
    PipePointer pipe = one ? found->second.front() : nullptr;
    if (!one) {
        const auto seen = link::glimpse(message);
        if (!seen) return;
        if (found == pipes_.end()) return on_stray(address, *seen);
        const auto of = std::ranges::find(found->second, seen->session_id, &BrokerPipe::session_id);
        pipe = of == found->second.end() ? found->second.back() : *of;
    }
    if (pipe->tenant != address.tenant) {
        ++status_.strangers;
        return;
    }
    hand_over(*pipe, message);
}

// The session may drop what it gave us while it is being called.
void LiveBroker::hand_over(const BrokerPipe& pipe, const std::string& message) {
    const auto call = pipe.events.message;
    if (call) call(message);
}

// A session that ended while Studio was away: its appliance need not wait for its watchdog.
void LiveBroker::on_stray(const link::MqttAddress& address, const link::Glimpse& seen) {
    ++status_.strays;
    if (noticed_.contains(address.device_id) || !link::fits_in_topic(seen.session_id)) return;
    if (!is_known(address)) return;
    noticed_.insert(address.device_id);
    say_closed(address.tenant, address.device_id, seen.session_id, link::close_code::not_welcomed,
               "there is no such session; connect again");
}

bool LiveBroker::is_known(const link::MqttAddress& address) {
    const auto device = devices_.device(address.device_id);
    if (device && device->tenant == address.tenant) return true;
    ++status_.strangers;
    return false;
}

PipePointer LiveBroker::find(const std::string& device_id, const std::string& id) const {
    const auto found = pipes_.find(device_id);
    if (found == pipes_.end()) return nullptr;
    for (const PipePointer& pipe : found->second) {
        if (pipe->connection_id == id || (!id.empty() && pipe->session_id == id)) return pipe;
    }
    return nullptr;
}

bool LiveBroker::send(BrokerPipe& pipe, MessageType type, const std::string& message) {
    if (!connection_) return false;
    if (type == MessageType::WELCOME) {
        if (const auto seen = link::glimpse(message)) pipe.session_id = seen->session_id;
    }
    return connection_->publish(link::mqtt_topic(pipe.tenant, pipe.device_id, type, false), message,
                                link::mqtt_qos(type));
}

void LiveBroker::close(const BrokerPipe& pipe, int code, std::string_view reason) {
    say_closed(pipe.tenant, pipe.device_id, pipe.connection_id, code, reason);
    forget(pipe);
}

void LiveBroker::end(const PipePointer& pipe, int code, const std::string& reason) {
    if (!std::exchange(pipe->open, false)) return;
    forget(*pipe);
    const PipeEvents events = std::exchange(pipe->events, {});
    if (events.closed) events.closed(code, reason);
}

void LiveBroker::forget(const BrokerPipe& pipe) {
    const auto found = pipes_.find(pipe.device_id);
    if (found == pipes_.end()) return;
    std::erase_if(found->second, [&](const PipePointer& each) { return each.get() == &pipe; });
    if (found->second.empty()) pipes_.erase(found);
}

void LiveBroker::say_closed(const std::string& tenant, const std::string& device_id,
                            const std::string& of, int code, std::string_view reason) {
    if (!connection_) return;
    const auto topic = link::mqtt_topic(tenant, device_id, MessageType::GOODBYE, false);
    (void)connection_->publish(topic, link::write_close_notice({of, code, std::string(reason)}), 1);
}

}  // namespace

std::unique_ptr<Broker> open_broker(async::Loop& loop, Random& random,
                                    const DeviceDirectory& devices, BrokerOptions options,
                                    AcceptPipe accept) {
    return std::make_unique<LiveBroker>(loop, random, devices, std::move(options),
                                        std::move(accept));
}

}  // namespace vistter::studio
