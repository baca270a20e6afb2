// Proves that the folder `vistter broker-config` writes is all a broker needs, and stays good
// through a change of Studio's root.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "carrier/carrier_kit.hpp"
#include "net/mqtt_client.hpp"

namespace vistter::carrier {
namespace {

namespace fs = std::filesystem;

// Where a Studio keeps its root, as far as the command reads it.
class BrokerConfigTest : public ::testing::Test {
  protected:
    void keep_root(const net::Authority& authority, const std::string& name) {
        ASSERT_TRUE(write_file(state_ / (name + ".key"), authority.key().to_pem(), 0600).ok());
        ASSERT_TRUE(write_file(state_ / (name + ".pem"), authority.root_pem(), 0600).ok());
    }
    int run(std::uint16_t port) {
        auto child = sim::ChildProcess::start(
            {.argv = {std::string(VISTTER_BIN_DIR) + "/vistter", "broker-config", "--state",
                      state_.path().string(), "--out", out().string(), "--host", "127.0.0.1",
                      "--host", "broker.example", "--listen", "127.0.0.1", "--port",
                      std::to_string(port)},
             .log_file = (state_ / "log").string(),
             .extra_environment = {}});
        EXPECT_TRUE(child.ok());
        return child->wait(10'000).value_or(-1);
    }
    fs::path out() const { return state_ / "broker"; }
    // How a device with a certificate of `own` gets in, which trusts `trusted`.
    std::string outcome(const kit::Broker& broker, const net::Authority& own,
                        const net::Authority& trusted) {
        DeviceEnd device(own, {"mqtts", broker.url()});
        device.options.tls.pins = {trusted.pin()};
        device.open();
        return device.outcome();
    }

    net::Authority authority_;
    kit::TemporaryFolder state_;
    const std::uint16_t port_ = sim::free_port().value();
};

TEST_F(BrokerConfigTest, TheFolderItWritesRunsABroker) {
    keep_root(authority_, "root");
    ASSERT_EQ(run(port_), 0);
    for (const auto& entry : fs::directory_iterator(out())) {
        struct stat about {};
        ASSERT_EQ(::stat(entry.path().c_str(), &about), 0);
        EXPECT_EQ(about.st_mode & 0777u, 0600u) << entry.path();
    }
    struct stat about {};
    ASSERT_EQ(::stat(out().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777u, 0700u);
    kit::Broker broker(out(), port_);
    EXPECT_EQ(outcome(broker, authority_, authority_), "open");
    net::Authority stranger;
    EXPECT_TRUE(outcome(broker, stranger, authority_).starts_with("SEC_UNAUTHORISED: TLS: "));
}

TEST_F(BrokerConfigTest, AfterARotationOldDevicesGetInToo) {
    net::Authority next;
    keep_root(authority_, "root");
    keep_root(next, "root-2");
    ASSERT_EQ(run(port_), 0);
    kit::Broker broker(out(), port_);
    EXPECT_EQ(outcome(broker, authority_, next), "open");
    EXPECT_EQ(outcome(broker, next, next), "open");
    EXPECT_TRUE(outcome(broker, next, authority_).starts_with("SEC_PIN: "));
}

TEST_F(BrokerConfigTest, WithoutARootItSaysWhatIsMissing) {
    EXPECT_EQ(run(port_), 5);
    EXPECT_FALSE(fs::exists(out() / "mosquitto.conf"));
    EXPECT_NE(read_file(state_ / "log", 65'536)->find("root.key"), std::string::npos);
}

}  // namespace
}  // namespace vistter::carrier
