// Proves what only a broker brings: which connection a message belongs to, appliances Studio does
// not know, and a Studio or a broker that went away and came back.
#include <gtest/gtest.h>

#include "carrier/carrier_kit.hpp"
#include "kit/proxy.hpp"
#include "link/close_code.hpp"
#include "link/mqtt_binding.hpp"
#include "net/mqtt_client.hpp"

namespace vistter::carrier {
namespace {

namespace code = link::close_code;
constexpr const char* session_a = "ses_01JD9V3T5C0Q8M7W2N4K6R1YZA";
constexpr const char* session_b = "ses_01JD9V3T5C0Q8M7W2N4K6R1YZB";
constexpr std::chrono::milliseconds moment{50};

class BrokerTest : public ::testing::Test {
  protected:
    // Opens `device` and gives Studio's end of it.
    std::shared_ptr<studio::Pipe> establish(DeviceEnd& device, const std::string& connection) {
        device.open();
        EXPECT_EQ(device.outcome(), "open");
        device.say_hello(connection);
        auto arrived = studio_.arrived.next();
        EXPECT_TRUE(arrived && studio_.messages.next());
        return arrived ? arrived->pipe : nullptr;
    }
    void welcome(studio::Pipe& pipe, DeviceEnd& device, const std::string& session) {
        const std::string text = message_of(MessageType::WELCOME, "{}", session);
        studio_.thread.run([&] { pipe.send(MessageType::WELCOME, text); });
        EXPECT_EQ(device.messages.next(), text);
    }
    std::unique_ptr<DeviceEnd> device(const std::string& id = device_id) {
        return std::make_unique<DeviceEnd>(authority_, studio_.address(), id);
    }

    net::Authority authority_;
    BrokerEnd studio_{authority_};
};

TEST_F(BrokerTest, TwoDevicesDoNotHearEachOther) {
    auto first = device(), second = device(other_device);
    const auto to_first = establish(*first, connection_a);
    second->open();
    ASSERT_EQ(second->outcome(), "open");
    second->say_hello(connection_b);
    const auto arrived = studio_.arrived.next();
    ASSERT_TRUE(arrived && studio_.messages.next());
    EXPECT_EQ(arrived->device_id, other_device);
    EXPECT_EQ(arrived->thumbprint, "");
    studio_.thread.run([&] { to_first->send(MessageType::RECEIPT, "one"); });
    studio_.thread.run([&] { arrived->pipe->send(MessageType::RECEIPT, "two"); });
    EXPECT_EQ(first->messages.next(), "one");
    EXPECT_EQ(second->messages.next(), "two");
    EXPECT_TRUE(first->messages.empty() && second->messages.empty());
    EXPECT_EQ(studio_.status().pipes, 2);
}

// The newer one may still be refused: it ends nothing by itself.
TEST_F(BrokerTest, ASecondConnectionOfOneDeviceIsAPipeOfItsOwn) {
    auto old = device(), fresh = device();
    const auto to_old = establish(*old, connection_a);
    welcome(*to_old, *old, session_a);
    const auto to_fresh = establish(*fresh, connection_b);
    EXPECT_NE(to_old, to_fresh);
    // Each message finds the session it names, the newest pipe if it names none that is known.
    old->send(MessageType::EVENT, message_of(MessageType::EVENT, "{}", session_a));
    ASSERT_TRUE(studio_.messages.next());
    welcome(*to_fresh, *fresh, session_b);
    studio_.thread.run([&] { to_old->close(code::replaced, "replaced"); });
    EXPECT_EQ(old->closed.next()->code, code::replaced);
    EXPECT_FALSE(fresh->closed.next(moment));
    EXPECT_TRUE(fresh->send(MessageType::EVENT, "on"));
    EXPECT_EQ(studio_.messages.next(), "on");
}

TEST_F(BrokerTest, ARepeatedHelloOpensNothing) {
    auto device = this->device();
    establish(*device, connection_a);
    device->say_hello(connection_a);
    EXPECT_TRUE(studio_.messages.next());
    EXPECT_TRUE(studio_.arrived.empty());
    EXPECT_EQ(studio_.status().pipes, 1);
}

TEST_F(BrokerTest, OneDeviceHoldsAtMostThreePipes) {
    std::vector<std::unique_ptr<DeviceEnd>> ends;
    for (int i = 0; i < 6; ++i) {
        ends.push_back(device());
        establish(*ends.back(), "01932f6c-7a10-7c3e-9b51-0f2a6d8e4c0" + std::to_string(i));
    }
    EXPECT_EQ(studio_.status().pipes, 3);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(studio_.closed.next()->code, code::replaced);
        EXPECT_EQ(ends[static_cast<std::size_t>(i)]->closed.next()->code, code::replaced);
    }
    EXPECT_FALSE(ends[3]->closed.next(moment));
}

TEST_F(BrokerTest, AnApplianceStudioDoesNotKnowIsDroppedAndCounted) {
    auto stranger = device("dev_01J9Z6V7Q8M4K2R5T3W1X0YXYZ");
    auto elsewhere = device();
    elsewhere->options.tenant = "another";
    for (DeviceEnd* each : {stranger.get(), elsewhere.get()}) {
        each->open();
        ASSERT_EQ(each->outcome(), "open");
        each->say_hello(connection_a);
    }
    auto known = device(other_device);
    establish(*known, connection_b);
    EXPECT_TRUE(studio_.becomes([](const auto& status) { return status.strangers == 2; }));
    EXPECT_EQ(studio_.status().pipes, 1);
    // A known device in a foreign tenant's topic, beside its own good connection.
    auto good = device();
    establish(*good, connection_b);
    elsewhere->send(MessageType::EVENT, message_of(MessageType::EVENT));
    EXPECT_TRUE(studio_.becomes([](const auto& status) { return status.strangers == 3; }));
    EXPECT_TRUE(studio_.messages.empty());
}

TEST_F(BrokerTest, AWillOfAnotherConnectionEndsNothing) {
    auto device = this->device(), other = this->device();
    establish(*device, connection_a);
    other->options.will = will_of(connection_b);
    other->open();
    ASSERT_EQ(other->outcome(), "open");
    other->drop();
    EXPECT_FALSE(studio_.closed.next(moment));
    EXPECT_EQ(studio_.status().pipes, 1);
}

// Studio restarts: the appliance is told with its next message, long before its watchdog.
TEST_F(BrokerTest, ASessionStudioForgotIsEndedWithItsNextMessage) {
    auto device = this->device();
    establish(*device, connection_a);
    studio_.stop_client();
    studio_.start_client();
    device->send(MessageType::HEARTBEAT, message_of(MessageType::HEARTBEAT, "{}", session_a));
    const auto closed = device->closed.next();
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->code, code::not_welcomed);
    EXPECT_EQ(studio_.status().strays, 1);
    auto again = this->device();
    EXPECT_TRUE(establish(*again, connection_b));
}

// Late words of a connection that is over do not end the one after it.
TEST_F(BrokerTest, ANoticeForAnotherSessionIsNotHeard) {
    auto device = this->device();
    const auto pipe = establish(*device, connection_a);
    welcome(*pipe, *device, session_b);
    device->send(MessageType::EVENT, message_of(MessageType::EVENT, "{}", session_b));
    ASSERT_TRUE(studio_.messages.next());
    net::MqttOptions options;
    options.url = studio_.broker.url();
    options.tls = authority_.client();
    options.tls.identity = authority_.device_valid("spiffe://vistter/studio", net::valid_now());
    options.client_id = "second";
    options.filters = {{std::string(link::mqtt_studio_filter), 1}};
    LoopThread thread;
    Arrivals<std::shared_ptr<net::MqttConnection>> opened;
    async::Handle handle = thread.run([&] {
        return net::dial_mqtt(thread.loop, options,
                              {.opened = [&](auto connection) { opened.add(connection); },
                               .failed = [](const Error&) {},
                               .message = [](const net::MqttPublish&) {},
                               .closed = [](int, const std::string&) {}});
    });
    const auto connection = opened.next();
    ASSERT_TRUE(connection);
    const std::string topic = link::mqtt_topic(tenant, device_id, MessageType::GOODBYE, false);
    for (const std::string& of : {std::string(session_a), std::string(connection_b)}) {
        thread.run([&] {
            return (*connection)->publish(topic, link::write_close_notice({of, 4410, "no"}), 1);
        });
    }
    EXPECT_FALSE(device->closed.next(moment));
    thread.run([&] {
        return (*connection)->publish(topic, link::write_close_notice({session_b, 4410, "yes"}), 1);
    });
    EXPECT_EQ(device->closed.next()->code, 4410);
    thread.run([&] { handle.reset(); });
}

TEST_F(BrokerTest, ABrokerThatRestartsIsFoundAgainByBothEnds) {
    auto device = this->device();
    establish(*device, connection_a);
    studio_.broker.kill();
    EXPECT_EQ(studio_.closed.next()->code, 1006);
    EXPECT_EQ(device->closed.next()->code, 1006);
    EXPECT_EQ(studio_.status().pipes, 0);
    studio_.broker.start();
    // The appliance may be there before Studio: then nobody hears it, and it says HELLO again.
    std::optional<Arrived> arrived;
    for (int tries = 0; !arrived && tries < 100; ++tries) {
        auto again = this->device();
        again->open();
        ASSERT_EQ(again->outcome(), "open");
        again->say_hello(connection_b);
        arrived = studio_.arrived.next(moment);
    }
    EXPECT_TRUE(arrived);
    EXPECT_EQ(studio_.status().connects, 2);
    EXPECT_NE(studio_.status().last_error, "");
}

// Only Studio's own line breaks: the appliances are called back as soon as it is there again.
TEST_F(BrokerTest, AppliancesAreCalledBackWhenStudioLostTheBroker) {
    studio_.stop_client();
    kit::HttpProxy proxy;
    studio_.start_client(proxy.address());
    auto device = this->device();
    establish(*device, connection_a);
    proxy.kill();
    EXPECT_EQ(studio_.closed.next()->code, 1006);
    EXPECT_FALSE(device->closed.next(std::chrono::milliseconds(0)));
    proxy.start();
    const auto closed = device->closed.next();
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->code, code::draining);
}

TEST_F(BrokerTest, ABrokerThatRefusesStudioIsTriedAgain) {
    studio_.stop_client();
    net::Authority stranger;
    Devices devices;
    studio::BrokerOptions options;
    options.url = studio_.broker.url();
    options.tls = authority_.client();
    options.tls.identity = stranger.device_valid("spiffe://vistter/studio", net::valid_now());
    options.retry_base_ms = 5;
    options.retry_cap_ms = 10;
    LoopThread thread;
    Arrivals<std::string> errors;
    std::unique_ptr<studio::Broker> broker;
    async::Handle poll;
    thread.run([&] {
        broker = studio::open_broker(thread.loop, machine_random(), devices, options, {});
        poll = thread.loop.every(2, [&] {
            if (!broker->status().last_error.empty()) errors.add(broker->status().last_error);
        });
    });
    EXPECT_TRUE(errors.next().value_or("").starts_with("SEC_UNAUTHORISED: TLS: "));
    thread.run([&] {
        poll.reset();
        broker.reset();
    });
}

}  // namespace
}  // namespace vistter::carrier
