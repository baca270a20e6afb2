// Proves that both transports carry the same (G1.2): every case here runs on wss and on MQTT over
// TLS through a real broker.
#include <gtest/gtest.h>

#include "carrier/carrier_kit.hpp"
#include "kit/proxy.hpp"
#include "link/close_code.hpp"
#include "road/stalling_relay.hpp"

namespace vistter::carrier {
namespace {

class CarrierTest : public ::testing::TestWithParam<std::string> {
  protected:
    // Both ends in hand.
    void establish() {
        device_.open();
        ASSERT_EQ(device_.outcome(), "open");
        greet();
    }
    // HELLO has opened the pipe, or belongs to one that is open.
    void greet() {
        device_.say_hello(connection_a);
        auto arrived = studio_->arrived.next();
        ASSERT_TRUE(arrived);
        EXPECT_EQ(arrived->device_id, device_id);
        pipe_ = arrived->pipe;
        EXPECT_TRUE(studio_->messages.next());
    }
    bool studio_sends(MessageType type, const std::string& message) {
        return studio_->thread.run([&] { return pipe_->send(type, message); });
    }
    void studio_closes(int code, const std::string& reason) {
        studio_->thread.run([&] { pipe_->close(code, reason); });
    }
    // How opening with changed options fails.
    std::string failure_of(const std::function<void(appliance::CarrierOptions&)>& change) {
        DeviceEnd other(authority_, studio_->address());
        change(other.options);
        other.open();
        return other.outcome();
    }

    net::Authority authority_, stranger_;
    std::unique_ptr<StudioEnd> studio_ = make_studio(GetParam(), authority_);
    DeviceEnd device_{authority_, studio_->address()};
    std::shared_ptr<studio::Pipe> pipe_;
};

TEST_P(CarrierTest, EveryTypeArrivesWhole) {
    establish();
    EXPECT_EQ(pipe_->transport(), GetParam());
    for (MessageType type :
         {MessageType::ACK, MessageType::PROGRESS, MessageType::EVENT, MessageType::METRICS,
          MessageType::STATE_REPORT, MessageType::HEARTBEAT, MessageType::GOODBYE}) {
        const std::string message = message_of(type);
        EXPECT_TRUE(device_.send(type, message));
        EXPECT_EQ(studio_->messages.next(), message) << contract::to_string(type);
    }
    for (MessageType type :
         {MessageType::WELCOME, MessageType::DEVICE_CONFIG, MessageType::CREDENTIAL_REFRESH,
          MessageType::COMMAND_CANCEL, MessageType::RECEIPT, MessageType::HEARTBEAT,
          MessageType::REFUSE, MessageType::GOODBYE}) {
        const std::string message = message_of(type);
        EXPECT_TRUE(studio_sends(type, message));
        EXPECT_EQ(device_.messages.next(), message) << contract::to_string(type);
    }
}

TEST_P(CarrierTest, OneTypeKeepsItsOrder) {
    establish();
    for (int i = 0; i < 1'000; ++i) device_.send(MessageType::EVENT, std::to_string(i));
    for (int i = 0; i < 1'000; ++i) ASSERT_EQ(studio_->messages.next(), std::to_string(i));
    for (int i = 0; i < 1'000; ++i) studio_sends(MessageType::DEVICE_CONFIG, std::to_string(i));
    for (int i = 0; i < 1'000; ++i) ASSERT_EQ(device_.messages.next(), std::to_string(i));
}

TEST_P(CarrierTest, TheLargestMessagePasses) {
    establish();
    const std::string largest(contract::max_message_bytes, 'x');
    EXPECT_TRUE(device_.send(MessageType::STATE_REPORT, largest));
    EXPECT_EQ(studio_->messages.next(), largest);
    EXPECT_TRUE(studio_sends(MessageType::TIMELINE_LOAD, largest));
    EXPECT_EQ(device_.messages.next(), largest);
}

// Every close code reaches the other end with its words (contract B.7).
TEST_P(CarrierTest, StudiosCloseSaysWhy) {
    namespace code = link::close_code;
    for (int each :
         {code::normal, code::bad_message, code::auth_failed, code::security_violation,
          code::unsupported_version, code::not_welcomed, code::heartbeat_lost, code::replaced,
          code::revoked, code::too_big, code::slow_down, code::internal, code::draining}) {
        DeviceEnd device(authority_, studio_->address());
        device.open();
        ASSERT_EQ(device.outcome(), "open");
        device.say_hello(connection_a);
        auto arrived = studio_->arrived.next();
        ASSERT_TRUE(arrived);
        ASSERT_TRUE(studio_->messages.next());
        studio_->thread.run(
            [&] { arrived->pipe->close(each, "because of " + std::to_string(each)); });
        const auto closed = device.closed.next();
        ASSERT_TRUE(closed) << each;
        EXPECT_EQ(closed->code, each);
        EXPECT_EQ(closed->reason, "because of " + std::to_string(each));
        EXPECT_FALSE(
            studio_->thread.run([&] { return arrived->pipe->send(MessageType::RECEIPT, "late"); }));
        // A WebSocket tells its own closer too; a pipe that was closed is over either way.
        while (studio_->closed.next(std::chrono::milliseconds(0))) {
        }
    }
}

TEST_P(CarrierTest, TheAppliancesCloseSaysWhy) {
    establish();
    device_.send(MessageType::EVENT, "last words");
    device_.close(link::close_code::security_violation, "transcript");
    EXPECT_EQ(studio_->messages.next(), "last words");
    const auto closed = studio_->closed.next();
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->code, link::close_code::security_violation);
    EXPECT_EQ(closed->reason, "transcript");
    EXPECT_EQ(device_.closed.next()->code, link::close_code::security_violation);
}

TEST_P(CarrierTest, AnApplianceThatVanishesIs1006) {
    device_.options.will = will_of(connection_a);
    establish();
    device_.drop();
    const auto closed = studio_->closed.next();
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->code, 1006);
}

TEST_P(CarrierTest, AServerThatVanishesIs1006) {
    establish();
    studio_->die();
    EXPECT_EQ(device_.closed.next()->code, 1006);
    device_.open();
    EXPECT_TRUE(device_.outcome().starts_with("AST_FETCH: TCP: "));
}

// Half-open: nothing ends, nothing comes. Noticed within three pings.
TEST_P(CarrierTest, ASilentLineIs4408) {
    test::StallingRelay relay(studio_->port());
    std::string& url = device_.options.address.url;
    const std::string port = std::to_string(studio_->port());
    url.replace(url.find(port), port.size(), std::to_string(relay.port()));
    device_.options.ping_ms = 60;
    establish();
    relay.stall();
    EXPECT_EQ(device_.closed.next()->code, link::close_code::heartbeat_lost);
}

// G1.7
TEST_P(CarrierTest, OnlyOurCertificatesGetIn) {
    const WallTime now = net::valid_now().from;
    const net::TlsIdentity expired = authority_.device_valid(
        crypto::device_uri(tenant, device_id), {{now.ms - 7'200'000}, {now.ms - 3'600'000}});
    for (const net::TlsIdentity& identity : {net::TlsIdentity{}, stranger_.device(), expired}) {
        const std::string failure =
            failure_of([&](auto& options) { options.tls.identity = identity; });
        EXPECT_TRUE(failure.starts_with("SEC_UNAUTHORISED: TLS: ")) << failure;
    }
}

TEST_P(CarrierTest, AServerThatIsNotOursIsRefusedByItsPin) {
    const std::string failure =
        failure_of([&](auto& options) { options.tls.pins = {stranger_.pin()}; });
    EXPECT_TRUE(failure.starts_with("SEC_PIN: ")) << failure;
}

TEST_P(CarrierTest, ItGoesThroughAProxyThatWantsCredentials) {
    kit::HttpProxy proxy("box", "s3cret");
    device_.options.proxy = proxy.address("box", "s3cret");
    establish();
    EXPECT_EQ(proxy.next_tunnel(), "127.0.0.1:" + std::to_string(studio_->port()));
    const std::string failure =
        failure_of([&](auto& options) { options.proxy = proxy.address("box", "guess"); });
    EXPECT_TRUE(failure.starts_with("SEC_UNAUTHORISED: proxy: ")) << failure;
}

TEST_P(CarrierTest, ADroppedHandleCallsNobody) {
    establish();
    device_.drop();
    studio_sends(MessageType::RECEIPT, "to nobody");
    EXPECT_FALSE(device_.closed.next(std::chrono::milliseconds(50)));
    EXPECT_TRUE(device_.messages.empty());
}

INSTANTIATE_TEST_SUITE_P(Both, CarrierTest, ::testing::Values("wss", "mqtts"),
                         [](const auto& each) { return each.param; });

// G1.2: what would not be secure is not even connected to.
TEST(Carriers, AnInsecureEndpointIsRefused) {
    net::Authority authority;
    for (const auto& [transport, url] :
         std::map<std::string, std::string>{{"ws", "ws://127.0.0.1:9/v1/channel"},
                                            {"mqtt", "mqtt://127.0.0.1:1883"},
                                            {"wss", "ws://127.0.0.1:9/v1/channel"},
                                            {"mqtts", "mqtt://127.0.0.1:1883"},
                                            {"tcp", "tcp://127.0.0.1:1883"},
                                            {"", "wss://127.0.0.1"}}) {
        DeviceEnd device(authority, {transport, url});
        device.open();
        EXPECT_TRUE(device.outcome().starts_with("CFG_INVALID: insecure endpoint")) << url;
    }
}

}  // namespace
}  // namespace vistter::carrier
