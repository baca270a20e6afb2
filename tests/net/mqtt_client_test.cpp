// Proves the MQTT client on a real mosquitto with the access list the product writes: who gets in,
// who hears what, and how a connection ends.
#include "net/mqtt_client.hpp"

#include <gtest/gtest.h>

#include "kit/broker.hpp"
#include "kit/proxy.hpp"
#include "net_kit.hpp"

namespace vistter::net {
namespace {

struct Closed {
    int code;
    std::string reason;
};

// One client with what has happened to it.
class Client {
  public:
    explicit Client(MqttOptions options) {
        thread_.run([&] {
            handle_ = dial_mqtt(
                thread_.loop, std::move(options),
                {.opened =
                     [this](std::shared_ptr<MqttConnection> connection) {
                         opened.add(std::move(connection));
                     },
                 .failed = [this](Error error) { failed.add(std::move(error)); },
                 .message = [this](MqttPublish message) { messages.add(std::move(message)); },
                 .closed =
                     [this](int code, std::string reason) {
                         closed.add({code, std::move(reason)});
                     }});
        });
    }
    ~Client() {
        thread_.run([this] { handle_.reset(); });
    }
    // Waits until it is open; the reason when it fails instead.
    std::string outcome() {
        if (auto connection = opened.next(failed.empty() ? patience : std::chrono::seconds(0))) {
            connection_ = std::move(*connection);
            return "open";
        }
        auto error = failed.next();
        return error ? describe(*error) : "nothing happened";
    }
    // Waits for the failure.
    std::string failure() {
        auto error = failed.next();
        return error ? describe(*error) : "nothing failed";
    }
    bool publish(const std::string& topic, const std::string& payload, int qos = 1) {
        return thread_.run([&] { return connection_->publish(topic, payload, qos); });
    }
    void close(int code) {
        thread_.run([&] { connection_->close(code, "enough"); });
    }
    void drop() {
        thread_.run([this] { handle_.reset(); });
    }

    Arrivals<std::shared_ptr<MqttConnection>> opened;
    Arrivals<Error> failed;
    Arrivals<MqttPublish> messages;
    Arrivals<Closed> closed;

  private:
    LoopThread thread_;
    async::Handle handle_;
    std::shared_ptr<MqttConnection> connection_;
};

constexpr const char* other_device = "dev_01J9Z6V7Q8M4K2R5T3W1X0YDEF";

std::string topic(const std::string& device, const std::string& leaf) {
    return "vistter/v1/sandbox/" + device + "/" + leaf;
}

class MqttClientTest : public ::testing::Test {
  protected:
    MqttOptions options(const TlsIdentity& identity, const std::string& filter) {
        MqttOptions made;
        made.url = broker_.url();
        made.tls = authority_.client();
        made.tls.identity = identity;
        made.client_id = "vistter-" + std::to_string(++clients_);
        made.filters = {{filter, 1}};
        return made;
    }
    MqttOptions device(const std::string& id = test_device) {
        return options(authority_.device(id), topic(id, "down/#"));
    }
    MqttOptions studio() {
        return options(authority_.device_valid("spiffe://vistter/studio", valid_now()),
                       "vistter/v1/+/+/up/#");
    }

    Authority authority_, stranger_;
    kit::Broker broker_{authority_.server(), authority_.root_pem()};
    int clients_ = 0;
};

TEST_F(MqttClientTest, MessagesGoBothWays) {
    Client studio(this->studio()), device(this->device());
    ASSERT_EQ(studio.outcome(), "open");
    ASSERT_EQ(device.outcome(), "open");
    EXPECT_TRUE(device.publish(topic(test_device, "up/event"), "hello"));
    const auto up = studio.messages.next();
    ASSERT_TRUE(up);
    EXPECT_EQ(up->topic, topic(test_device, "up/event"));
    EXPECT_EQ(up->payload, "hello");
    EXPECT_EQ(up->qos, 1);
    EXPECT_TRUE(device.publish(topic(test_device, "up/metrics"), "numbers", 0));
    EXPECT_EQ(studio.messages.next()->qos, 0);
    EXPECT_TRUE(studio.publish(topic(test_device, "down/cmd"), std::string(262'144, 'c')));
    EXPECT_EQ(device.messages.next()->payload.size(), 262'144u);
}

TEST_F(MqttClientTest, ManyMessagesKeepTheirOrder) {
    Client studio(this->studio()), device(this->device());
    ASSERT_EQ(studio.outcome(), "open");
    ASSERT_EQ(device.outcome(), "open");
    for (int i = 0; i < 2'000; ++i)
        ASSERT_TRUE(device.publish(topic(test_device, "up/event"), std::to_string(i)));
    for (int i = 0; i < 2'000; ++i) EXPECT_EQ(studio.messages.next()->payload, std::to_string(i));
}

// G1.7: a device hears and says nothing but its own, whatever it asks for.
TEST_F(MqttClientTest, AnotherDevicesTopicsAreOutOfReach) {
    Client studio(this->studio()), victim(this->device(other_device));
    ASSERT_EQ(studio.outcome(), "open");
    ASSERT_EQ(victim.outcome(), "open");
    for (const std::string& filter :
         {topic(other_device, "down/#"), std::string("#"), std::string("vistter/#"),
          std::string("vistter/v1/+/+/down/#"), topic("+", "down/cmd"), std::string("+/#"),
          topic(other_device, "up/#"), topic(test_device, "up/#")}) {
        Client spy(options(authority_.device(), filter));
        const std::string outcome = spy.outcome();
        // Mosquitto may grant what it never delivers: what counts is that nothing comes.
        if (outcome == "open") {
            ASSERT_TRUE(studio.publish(topic(other_device, "down/cmd"), "secret"));
            EXPECT_EQ(victim.messages.next()->payload, "secret");
            ASSERT_TRUE(spy.publish(topic(test_device, "up/event"), "mark"));
            EXPECT_EQ(studio.messages.next()->payload, "mark");
            EXPECT_TRUE(spy.messages.empty()) << filter;
        }
    }
    Client forger(this->device());
    ASSERT_EQ(forger.outcome(), "open");
    for (const std::string& target :
         {topic(other_device, "up/ack"), topic(other_device, "down/cmd"),
          topic(test_device, "down/cmd"), std::string("vistter/v1/up/ack"), std::string("up")}) {
        EXPECT_TRUE(forger.publish(target, "forged"));
    }
    ASSERT_TRUE(forger.publish(topic(test_device, "up/event"), "mine"));
    EXPECT_EQ(studio.messages.next()->payload, "mine");
    EXPECT_TRUE(victim.messages.empty());
    EXPECT_TRUE(forger.messages.empty());
}

// G1.7: without a certificate, with a stranger's, with an expired one.
TEST_F(MqttClientTest, OnlyOurCertificatesGetIn) {
    const WallTime now = valid_now().from;
    const TlsIdentity expired = authority_.device_valid(
        crypto::device_uri("sandbox", test_device), {{now.ms - 7'200'000}, {now.ms - 3'600'000}});
    for (const TlsIdentity& identity : {TlsIdentity{}, stranger_.device(), expired}) {
        Client refused(options(identity, topic(test_device, "down/#")));
        EXPECT_TRUE(refused.failure().starts_with("SEC_UNAUTHORISED: TLS: "));
    }
}

TEST_F(MqttClientTest, AWrongBrokerIsRefusedByItsPin) {
    MqttOptions options = device();
    options.tls.pins = {stranger_.pin()};
    Client client(options);
    EXPECT_TRUE(client.failure().starts_with("SEC_PIN: pin mismatch"));
}

TEST_F(MqttClientTest, OnlyMqttsIsDialled) {
    for (const char* url : {"mqtt://127.0.0.1:1883", "tcp://127.0.0.1", "mqtts://127.0.0.1:1/path",
                            "wss://127.0.0.1", "127.0.0.1:8883"}) {
        MqttOptions options = device();
        options.url = url;
        Client client(options);
        EXPECT_TRUE(client.failure().starts_with("CFG_INVALID: insecure endpoint")) << url;
    }
}

TEST_F(MqttClientTest, TheWillComesWhenTheConnectionBreaksAndNotAfterAClose) {
    Client studio(this->studio());
    ASSERT_EQ(studio.outcome(), "open");
    MqttOptions options = device();
    options.will = {.topic = topic(test_device, "up/presence"), .payload = "lost", .qos = 1};
    {
        Client device(options);
        ASSERT_EQ(device.outcome(), "open");
        device.close(1000);
        EXPECT_EQ(device.closed.next()->code, 1000);
    }
    options.client_id = "another";
    Client device(options);
    ASSERT_EQ(device.outcome(), "open");
    ASSERT_TRUE(device.publish(topic(test_device, "up/event"), "still here"));
    EXPECT_EQ(studio.messages.next()->payload, "still here");  // and no will before it
    device.drop();
    EXPECT_EQ(studio.messages.next()->payload, "lost");
}

TEST_F(MqttClientTest, WhatIsQueuedBeforeACloseStillGoes) {
    Client studio(this->studio()), device(this->device());
    ASSERT_EQ(studio.outcome(), "open");
    ASSERT_EQ(device.outcome(), "open");
    for (int i = 0; i < 20; ++i)
        device.publish(topic(test_device, "up/event"), std::string(50'000, 'x'));
    device.close(4410);
    const auto closed = device.closed.next();
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->code, 4410);
    EXPECT_EQ(closed->reason, "enough");
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(studio.messages.next());
    EXPECT_FALSE(device.publish(topic(test_device, "up/event"), "too late"));
}

TEST_F(MqttClientTest, ABrokerThatDiesIs1006) {
    Client device(this->device());
    ASSERT_EQ(device.outcome(), "open");
    broker_.kill();
    EXPECT_EQ(device.closed.next()->code, 1006);
    Client nobody(this->device());
    EXPECT_TRUE(nobody.failure().starts_with("AST_FETCH: TCP: "));
    broker_.start();
    Client again(this->device());
    EXPECT_EQ(again.outcome(), "open");
}

TEST_F(MqttClientTest, ABrokerThatFallsSilentIs4408) {
    MqttOptions options = device();
    options.ping_ms = 50;
    Client device(options);
    ASSERT_EQ(device.outcome(), "open");
    broker_.freeze();
    EXPECT_EQ(device.closed.next()->code, 4408);
    broker_.thaw();
}

TEST_F(MqttClientTest, ABrokerThatAnswersPingsStays) {
    MqttOptions options = device();
    options.ping_ms = 20;
    Client device(options);
    ASSERT_EQ(device.outcome(), "open");
    EXPECT_FALSE(device.closed.next(std::chrono::milliseconds(300)));
}

TEST_F(MqttClientTest, ADialNobodyAnswersEndsAtItsDeadline) {
    broker_.freeze();
    MqttOptions options = device();
    options.deadline_ms = 200;
    Client client(options);
    EXPECT_TRUE(client.failure().starts_with("SYS_TIMEOUT: TLS: "));
    broker_.thaw();
}

TEST_F(MqttClientTest, ASecondConnectionOfOneClientIdEndsTheFirst) {
    MqttOptions options = device();
    Client first(options);
    ASSERT_EQ(first.outcome(), "open");
    Client second(options);
    ASSERT_EQ(second.outcome(), "open");
    EXPECT_EQ(first.closed.next()->code, 1006);
}

TEST_F(MqttClientTest, AnOversizedMessageIs4413) {
    Client studio(this->studio());
    MqttOptions options = device();
    options.max_payload_bytes = 1'000;
    Client device(options);
    ASSERT_EQ(studio.outcome(), "open");
    ASSERT_EQ(device.outcome(), "open");
    studio.publish(topic(test_device, "down/cmd"), std::string(10'000, 'x'));
    EXPECT_EQ(device.closed.next()->code, 4413);
}

TEST_F(MqttClientTest, AServerThatSpeaksAnotherProtocolIsToldApart) {
    ServerOptions settings;
    settings.tls = ServerTls{authority_.server(), authority_.root_pem()};
    RunningServer web(settings, [](const Request&, std::unique_ptr<Responder>) {});
    MqttOptions options = device();
    options.url = web.url("mqtts", "");
    Client client(options);
    EXPECT_TRUE(client.failure().starts_with("AST_FETCH: MQTT: "));
}

TEST_F(MqttClientTest, ItGoesThroughAProxy) {
    kit::HttpProxy proxy("box", "s3cret");
    MqttOptions options = device();
    options.proxy = proxy.address("box", "s3cret");
    Client device(options);
    ASSERT_EQ(device.outcome(), "open");
    EXPECT_TRUE(broker_.url().ends_with(proxy.next_tunnel()));
    MqttOptions wrong = this->device();
    wrong.proxy = proxy.address("box", "guess");
    Client refused(wrong);
    EXPECT_TRUE(refused.failure().starts_with("SEC_UNAUTHORISED: proxy: "));
}

}  // namespace
}  // namespace vistter::net
