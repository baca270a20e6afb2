// `vistter enrol`, `pair`, `doctor` and `unpair` against both real processes: what an installer
// does with fifty boxes, and what it says when something is wrong.
#include <gtest/gtest.h>

#include "appliance/local_process.hpp"
#include "base/file.hpp"
#include "studio/studio_process.hpp"

namespace vistter::appliance::test {
namespace {

class PairingVerbTest : public ::testing::Test {
  protected:
    struct Outcome {
        int exit_code = -1;
        std::string out, talk;
    };

    PairingVerbTest()
        : studio(folder.path() / "studio", {}),
          ann(studio.signed_in()),
          appliance(folder.path() / "state", {"--picture", "off", "--allow-loopback"}) {
        appliance.sign_in();
        const std::string bearer = ann.headers.at("authorization").substr(7);
        EXPECT_TRUE(write_file(folder / "bearer", bearer + "\n", 0600).ok());
        EXPECT_TRUE(write_file(folder / "password", std::string(password) + "\n", 0600).ok());
    }
    Outcome run(std::vector<std::string> arguments) {
        sim::ChildSettings settings;
        settings.argv = {program_path("vistter")};
        for (std::string& argument : arguments) settings.argv.push_back(std::move(argument));
        settings.log_file = (folder / "talk.log").string();
        settings.extra_environment = {
            "VISTTER_TOKEN_FILE=" + (folder / "bearer").string(),
            "VISTTER_STUDIO_ROOT=" + (studio.state / "root.pem").string()};
        auto child = sim::ChildProcess::start(settings);
        EXPECT_TRUE(child.ok());
        Outcome outcome;
        for (auto line = child->read_line(60'000); line; line = child->read_line(60'000))
            outcome.out += *line + "\n";
        outcome.exit_code = child->wait(30'000).value_or(-1);
        outcome.talk = read_file(folder / "talk.log", 65'536).value();
        return outcome;
    }
    Outcome at_the_box(const std::string& verb, const std::vector<std::string>& more) {
        std::vector<std::string> all{verb, "--appliance", appliance.url, "--password-file",
                                     (folder / "password").string()};
        all.insert(all.end(), more.begin(), more.end());
        return run(std::move(all));
    }

    kit::TemporaryFolder folder;
    studio::StudioProcess studio;
    studio::Client ann;
    LocalProcess appliance;
};

TEST_F(PairingVerbTest, FromAnEnrolmentFileToADoctorsVisitAndBack) {
    const auto file = (folder / "enrolment.json").string();
    const Outcome made =
        run({"enrol", "--studio", studio.url, "BOX-1", "TEST-0001", "--file", file});
    ASSERT_EQ(made.exit_code, 0) << made.talk;
    const Outcome paired = at_the_box("pair", {"--enrolment", file, "--json"});
    ASSERT_EQ(paired.exit_code, 0) << paired.talk;
    EXPECT_NE(paired.out.find("\"device_id\":\"dev_"), std::string::npos) << paired.out;
    const Outcome visit = at_the_box("doctor", {"--state", folder.path().string()});
    EXPECT_NE(visit.out.find("ok    pin"), std::string::npos) << visit.out;
    EXPECT_NE(visit.out.find("ok    token"), std::string::npos) << visit.out;
    EXPECT_EQ(at_the_box("unpair", {}).exit_code, 0);
    const Outcome twice = at_the_box("unpair", {});
    EXPECT_EQ(twice.exit_code, 6) << twice.talk;
    const Outcome used = at_the_box("pair", {"--enrolment", file});
    EXPECT_EQ(used.exit_code, 4) << used.talk;
    EXPECT_NE(used.talk.find("failed    token"), std::string::npos) << used.talk;
    EXPECT_NE(used.talk.find("Let Studio make a new token"), std::string::npos) << used.talk;
}

TEST_F(PairingVerbTest, OneSerialIsShownAsCodeTokenAndPicture) {
    const Outcome shown = run({"enrol", "--studio", studio.url, "TEST-0001"});
    ASSERT_EQ(shown.exit_code, 0) << shown.talk;
    for (const char* part : {"Code    ", "Token   ", "\u2588", "TEST-0001"})
        EXPECT_NE(shown.out.find(part), std::string::npos) << part;
    const std::string code = shown.out.substr(shown.out.find("Code    ") + 8, 9);
    ASSERT_TRUE(write_file(folder / "code", code + "\n", 0600).ok());
    const auto code_file = (folder / "code").string();
    const auto port = std::to_string(sim::free_port().value());
    const Outcome nobody =
        at_the_box("pair", {"--studio", "https://127.0.0.1:" + port, "--token-file", code_file});
    EXPECT_EQ(nobody.exit_code, 3) << nobody.talk;
    EXPECT_NE(nobody.talk.find("failed    tcp"), std::string::npos) << nobody.talk;
    const Outcome paired = at_the_box("pair", {"--studio", studio.url, "--token-file", code_file});
    EXPECT_EQ(paired.exit_code, 0) << paired.talk;
}

}  // namespace
}  // namespace vistter::appliance::test
