// `vistter command`: what it prints and the exit code each outcome has (rulings 4).
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "studio/studio_process.hpp"

namespace vistter::studio {
namespace {

class CommandVerbTest : public testing::Test {
  protected:
    struct Outcome {
        int exit_code = -1;
        std::vector<std::string> lines;
        std::string talk;
    };

    kit::TemporaryFolder folder;
    StudioProcess studio{folder / "studio"};
    Client ann = studio.signed_in();
    std::string device_id = pair_one();

    void SetUp() override {
        const std::string token = ann.headers.at("authorization").substr(7);
        ASSERT_TRUE(write_file(folder / "token", token + "\n", 0600).ok());
        ASSERT_TRUE(write_file(folder / "body.json",
                               R"({"stream_id":"str_main","command":"stop","parameters":{}})", 0600)
                        .ok());
    }
    std::string pair_one() const {
        const PairingDevice device{.serial = "SN-1"};
        const Reply issued = ann.post("/v1/pairing-tokens", {{"serial", device.serial}});
        return studio.client()
            .post("/v1/bootstrap/pair", device.request(issued.member("token")))
            .member("device_id");
    }
    Outcome run(std::vector<std::string> arguments) const {
        sim::ChildSettings settings;
        settings.argv = {program_path("vistter"), "command"};
        for (std::string& argument : arguments) settings.argv.push_back(std::move(argument));
        settings.log_file = (folder / "talk.log").string();
        settings.extra_environment = {
            "VISTTER_TOKEN_FILE=" + (folder / "token").string(),
            "VISTTER_STUDIO_ROOT=" + (studio.state / "root.pem").string()};
        auto child = sim::ChildProcess::start(settings);
        EXPECT_TRUE(child.ok());
        Outcome outcome;
        for (auto line = child->read_line(30'000); line; line = child->read_line(30'000)) {
            outcome.lines.push_back(*line);
        }
        outcome.exit_code = child->wait(30'000).value_or(-1);
        outcome.talk = read_file(folder / "talk.log", 65'536).value();
        return outcome;
    }
    Outcome send(std::vector<std::string> more) const {
        std::vector<std::string> arguments{"send",
                                           "--studio",
                                           studio.url,
                                           "--type",
                                           "STREAM_CONTROL",
                                           "--body",
                                           (folder / "body.json").string()};
        for (std::string& argument : more) arguments.push_back(std::move(argument));
        return run(std::move(arguments));
    }
};

TEST_F(CommandVerbTest, SendPrintsTheMessageId) {
    const Outcome sent = send({"--device", device_id, "--json"});
    ASSERT_EQ(sent.exit_code, 0) << sent.talk;
    ASSERT_EQ(sent.lines.size(), 1U);
    const std::string id(json::parse(sent.lines[0]).at("message_id").as_string());
    EXPECT_EQ(ann.get("/v1/commands/" + id).status, 200);
}

TEST_F(CommandVerbTest, WaitingForAnApplianceThatIsAwayTimesOut) {
    const Outcome waited = send({"--device", device_id, "--wait", "--timeout", "1"});
    EXPECT_EQ(waited.exit_code, 8) << waited.talk;
    const Outcome expired = send({"--device", device_id, "--wait", "--expires-in", "1"});
    EXPECT_EQ(expired.exit_code, 8) << expired.talk;
    EXPECT_NE(expired.talk.find("expired"), std::string::npos) << expired.talk;
}

TEST_F(CommandVerbTest, EveryRefusalHasItsExitCode) {
    EXPECT_EQ(send({"--device", "dev_01ARZ3NDEKTSV4RRFFQ69G5FAV"}).exit_code, 5);
    EXPECT_EQ(
        run({"watch", "--studio", studio.url, "00000000-0000-7000-8000-000000000000"}).exit_code,
        5);
    EXPECT_EQ(run({"send"}).exit_code, 2);
    EXPECT_EQ(run({"watch", "--studio", "https://127.0.0.1:1", "x"}).exit_code, 3);
    ASSERT_TRUE(write_file(folder / "body.json", R"({"stream_id":"main"})", 0600).ok());
    const Outcome invalid = send({"--device", device_id});
    EXPECT_EQ(invalid.exit_code, 1);
    EXPECT_NE(invalid.talk.find("/body/stream_id"), std::string::npos) << invalid.talk;
    ASSERT_TRUE(write_file(folder / "token", "not a token", 0600).ok());
    EXPECT_EQ(send({"--device", device_id}).exit_code, 4);
}

TEST_F(CommandVerbTest, ACommandIsTracedSentAgainAndCancelled) {
    const Reply sent = ann.post(
        "/v1/appliances/" + device_id + "/commands",
        {{"type", "STREAM_CONTROL"},
         {"body",
          {{"stream_id", "str_main"}, {"command", "stop"}, {"parameters", json::object{}}}}},
        {{"idempotency-key", "one"}});
    const std::string message_id = sent.member("message_id");
    const auto run_one = [&](const std::string& verb) {
        return run({verb, message_id, "--studio", studio.url});
    };
    EXPECT_EQ(run_one("resend").exit_code, 0);
    const Outcome cancelled = run_one("cancel");
    EXPECT_EQ(cancelled.exit_code, 0) << cancelled.talk;
    EXPECT_EQ(cancelled.lines, std::vector<std::string>{"cancelled"});
    EXPECT_NE(run_one("resend").exit_code, 0) << "it is over";
    const Outcome traced = run_one("trace");
    EXPECT_EQ(traced.exit_code, 0) << traced.talk;
    ASSERT_FALSE(traced.lines.empty());
    EXPECT_NE(traced.lines.front().find("accepted"), std::string::npos) << traced.lines.front();
    EXPECT_NE(traced.lines.back().find("cancelled"), std::string::npos) << traced.lines.back();
}

}  // namespace
}  // namespace vistter::studio
