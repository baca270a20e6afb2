// An appliance and its Studio that were switched off for thirteen months, or for so long that every
// certificate and token has ended: the appliance comes home without a visit; one that was revoked
// meanwhile does not. Real processes whose wall clock libfaketime moves (G5.3;
// docs/decisions/0011-the-way-home.md).
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "appliance/local_process.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "crypto/certificate.hpp"
#include "kit/later_clock.hpp"
#include "studio/studio_process.hpp"

namespace vistter::appliance::test {
namespace {

constexpr int thirteen_months = 396, two_years = 731;  // days

class LongSleepTest : public ::testing::Test {
  protected:
    LongSleepTest()
        : studio_(std::make_unique<studio::StudioProcess>(folder_.path() / "studio")),
          ann_(studio_->signed_in()) {
        start_appliance();
        const auto token = ann_.post("/v1/pairing-tokens", {{"serial", "TEST-0001"}});
        const Reply paired = appliance_->post(
            "/local/v1/pairing", {{"token", token.member("token")}, {"studio_url", studio_->url}});
        EXPECT_EQ(paired.status, 201) << paired.text;
        path_ = "/v1/appliances/" + paired.member("device_id");
        EXPECT_TRUE(link_is("connected"));
    }
    void start_appliance() {
        appliance_ = std::make_unique<LocalProcess>(
            folder_.path() / "state",
            std::vector<std::string>{"--picture", "off", "--allow-loopback"});
        appliance_->sign_in();
    }
    // Both ends go to sleep and wake up with another date: Studio on the ports it had.
    void wake_after(int days) {
        appliance_.reset();
        const auto address = [](const std::string& url) { return url.substr(url.find("//") + 2); };
        const std::string listen = address(studio_->url), channel = address(studio_->channel_url);
        studio_->stop();
        clock_.emplace(days);
        auto later = sim::ChildProcess::start(
            {.argv = {program_path("vistter-studio"), "--state", studio_->state.string(),
                      "--listen", listen, "--channel", channel},
             .log_file = studio_->state.string() + "-later.log",
             .extra_environment = {}});
        ASSERT_TRUE(later.ok() && later->read_line(30'000).ok());
        studio_->process = std::move(*later);
        start_appliance();
    }
    void revoke_asleep() {
        appliance_.reset();
        const studio::Reply revoked =
            ann_.post(path_ + ":revoke", json::object{}, {{"idempotency-key", "r"}});
        ASSERT_EQ(revoked.status, 200) << revoked.text;
    }
    bool link_is(const std::string& state) const {
        return appliance_->reaches("/local/v1/link", [&](const json::value& link) {
            return link.at("state").as_string() == state;
        });
    }
    // When the certificate that the appliance shows Studio ends.
    WallTime certificate_end() const {
        const auto pem = read_file(folder_.path() / "state/identity/client.pem", 65'536);
        return crypto::Certificate::from_pem(pem.value())->not_after();
    }
    static WallTime in_days(std::int64_t days) {
        return {machine_clock().wall().ms + days * 86'400'000};
    }
    std::string link() const { return appliance_->request("GET", "/local/v1/link").text; }

    kit::TemporaryFolder folder_;
    std::unique_ptr<studio::StudioProcess> studio_;
    studio::Client ann_;
    std::optional<kit::LaterClock> clock_;
    std::unique_ptr<LocalProcess> appliance_;
    std::string path_;
};

TEST_F(LongSleepTest, AfterThirteenMonthsItComesHomeWithoutAVisit) {
    wake_after(thirteen_months);
    EXPECT_TRUE(link_is("connected")) << link();
}

TEST_F(LongSleepTest, WhenItsCertificateHasEndedItComesHomeWithANewOne) {
    ASSERT_LT(certificate_end().ms, in_days(two_years).ms);
    wake_after(two_years);
    EXPECT_TRUE(link_is("connected")) << link();
    EXPECT_GT(certificate_end().ms, in_days(two_years).ms);
}

TEST_F(LongSleepTest, ARevokedOneStaysOut) {
    revoke_asleep();
    wake_after(thirteen_months);
    EXPECT_TRUE(link_is("revoked")) << link();
}

// Without a valid certificate it hears no more than any stranger: that it is not let in.
TEST_F(LongSleepTest, ARevokedOneWhoseCertificateHasEndedStaysOut) {
    revoke_asleep();
    wake_after(two_years);
    EXPECT_TRUE(link_is("auth_failed")) << link();
    EXPECT_LT(certificate_end().ms, in_days(two_years).ms);
}

}  // namespace
}  // namespace vistter::appliance::test
