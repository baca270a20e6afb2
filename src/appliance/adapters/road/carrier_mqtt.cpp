// A connection to Studio through an MQTT broker: a message is a PUBLISH on the topic of its type,
// and what a close frame would say is a notice beside the messages (link/mqtt_binding.hpp).
#include <utility>

#include "appliance/adapters/road/carrier_kinds.hpp"
#include "base/bytes.hpp"
#include "link/mqtt_binding.hpp"
#include "net/mqtt_client.hpp"

namespace vistter::appliance {
namespace {

// MQTT promises room for 23 characters.
std::string random_client_id(Random& random) {
    Bytes bytes(11);
    random.fill(bytes);
    return "v" + to_hex(bytes);
}

class MqttCarrier final : public Carrier {
  public:
    MqttCarrier(std::string tenant, std::string device_id, CarrierEvents events)
        : tenant_(std::move(tenant)),
          device_id_(std::move(device_id)),
          events_(std::move(events)) {}

    void opened(std::shared_ptr<net::MqttConnection> connection) {
        connection_ = std::move(connection);
    }
    bool send(contract::MessageType type, std::string message) override {
        note(type, message);
        return connection_->publish(link::mqtt_topic(tenant_, device_id_, type, true), message,
                                    link::mqtt_qos(type));
    }
    void close(int code, std::string_view reason) override {
        if (!connection_id_.empty()) {
            const auto topic =
                link::mqtt_topic(tenant_, device_id_, contract::MessageType::GOODBYE, true);
            const link::CloseNotice notice{connection_id_, code, std::string(reason)};
            (void)connection_->publish(topic, link::write_close_notice(notice), 1);
        }
        connection_->close(code, reason);
    }
    void on_message(const net::MqttPublish& publish);
    void on_closed(int code, std::string reason) { events_.closed(code, std::move(reason)); }
    const CarrierEvents& events() const { return events_; }

  private:
    // What notices may name this connection by: said in the first messages we send.
    void note(contract::MessageType type, const std::string& message) {
        const bool hello = type == contract::MessageType::HELLO;
        if (hello ? !connection_id_.empty() : !session_id_.empty()) return;
        const auto seen = link::glimpse(message);
        if (!seen) return;
        if (hello) connection_id_ = seen->connection_id;
        session_id_ = seen->session_id;
    }

    std::string tenant_, device_id_;
    CarrierEvents events_;
    std::shared_ptr<net::MqttConnection> connection_;  // shared: net/mqtt_client.hpp
    std::string connection_id_, session_id_;
};

void MqttCarrier::on_message(const net::MqttPublish& publish) {
    // Nothing is ever retained: a broker that says so offers something old.
    const auto address = link::read_mqtt_topic(publish.topic);
    if (publish.retained || !address || address->device_id != device_id_ ||
        !address->leaf.starts_with("down/"))
        return;
    const auto notice = link::read_close_notice(publish.payload);
    if (!notice) return events_.message(publish.payload, publish.duplicate);
    const bool ours = notice->of == connection_id_ || notice->of == session_id_;
    if (ours) connection_->close(notice->code, notice->reason);
}

}  // namespace

async::Handle open_mqtt(async::Loop& loop, Random& random, CarrierOptions options,
                        CarrierEvents events) {
    if (!link::fits_in_topic(options.tenant) || !link::fits_in_topic(options.device_id)) {
        return loop.after(0, [failed = std::move(events.failed)] {
            failed(fail(ErrorCode::CFG_INVALID, "tenant or device id cannot stand in a topic"));
        });
    }
    net::MqttOptions dial;
    dial.url = std::move(options.address.url);
    dial.tls = std::move(options.tls);
    dial.proxy = std::move(options.proxy);
    dial.client_id = random_client_id(random);
    dial.filters = {{link::mqtt_device_filter(options.tenant, options.device_id), 1}};
    dial.max_payload_bytes = contract::max_message_bytes;
    dial.ping_ms = options.ping_ms;
    if (!options.will.empty()) {
        dial.will = {link::mqtt_presence_topic(options.tenant, options.device_id),
                     std::move(options.will), 1};
    }
    net::MqttEvents from;
    from.failed = events.failed;
    // Shared: the driver and the read loop both hold it.
    auto carrier = std::make_shared<MqttCarrier>(std::move(options.tenant),
                                                 std::move(options.device_id), std::move(events));
    from.opened = [carrier](std::shared_ptr<net::MqttConnection> connection) {
        carrier->opened(std::move(connection));
        carrier->events().opened(carrier);
    };
    from.message = [carrier](const net::MqttPublish& publish) { carrier->on_message(publish); };
    from.closed = [carrier](int code, std::string reason) {
        carrier->on_closed(code, std::move(reason));
    };
    return net::dial_mqtt(loop, std::move(dial), std::move(from));
}

}  // namespace vistter::appliance
