// An appliance in quarantine takes what makes it well again and nothing else (contract B.7).
#include <gtest/gtest.h>

#include "appliance/core/fakes.hpp"

namespace vistter::appliance::test {
namespace {

contract::DeviceConfig named() {
    contract::DeviceConfig config;
    config.config_patch.device_name = "One";
    return config;
}

TEST(Quarantine, EveryOtherCommandIsRefusedAndChangesNothing) {
    Bench bench;
    bench.appliance->judged("quarantine");
    const std::vector<contract::Body> refused{named(),
                                              contract::CameraAction{},
                                              contract::TimelineLoad{},
                                              contract::TimelineExecute{},
                                              contract::OverlayUpdate{},
                                              contract::StreamControl{}};
    for (const contract::Body& body : refused)
        EXPECT_EQ(bench.send(body).code(), "VER_QUARANTINED") << to_string(contract::type_of(body));
    EXPECT_EQ(bench.config.config, Config{});
}

TEST(Quarantine, CredentialsAndTheFirmwaresPartOfTheConfigurationPass) {
    Bench bench;
    bench.appliance->judged("quarantine");
    contract::CredentialRefresh refresh;
    refresh.credential = "client_cert";
    refresh.method = "csr";
    EXPECT_EQ(bench.send(refresh).code(), "");
    contract::DeviceConfig firmware;
    firmware.config_patch.unsupported = {"/firmware/target"};
    EXPECT_EQ(bench.send(firmware).code(), "CFG_UNSUPPORTED") << "judged by its desk";
    firmware.config_patch.unsupported.emplace_back("/time/timezone");
    EXPECT_EQ(bench.send(firmware).code(), "VER_QUARANTINED");
}

TEST(Quarantine, EndsWithTheNextGoodVerdict) {
    Bench bench;
    bench.appliance->judged("quarantine");
    EXPECT_EQ(bench.send(named()).code(), "VER_QUARANTINED");
    bench.appliance->judged("ok");
    EXPECT_EQ(bench.send(named()).code(), "");
    bench.appliance->judged("degraded");
    EXPECT_EQ(bench.send(named()).code(), "");
}

}  // namespace
}  // namespace vistter::appliance::test
