// `vistter contract ...` as a person or a script meets it: the real program, its lines and its exit
// codes.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "cli/verb.hpp"
#include "crypto/jws.hpp"
#include "kit/temporary_folder.hpp"
#include "sim/kit/child_process.hpp"

namespace vistter::cli {
namespace {

constexpr std::int64_t deadline_ms = 30'000;

struct Outcome {
    int exit_code = -1;
    std::vector<std::string> lines;
};

class ContractVerbs : public ::testing::Test {
  protected:
    Outcome run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(),
                         {std::string(VISTTER_BIN_DIR) + "/vistter", "contract"});
        Outcome outcome;
        auto child = sim::ChildProcess::start({.argv = arguments,
                                               .log_file = (folder_ / "errors").string(),
                                               .extra_environment = {}});
        if (!child) return outcome;
        for (auto line = child->read_line(deadline_ms); line.ok();
             line = child->read_line(deadline_ms)) {
            outcome.lines.push_back(*line);
        }
        outcome.exit_code = child->wait(deadline_ms).value_or(-1);
        return outcome;
    }
    std::string write(const std::string& name, const std::string& text) {
        const std::string path = (folder_ / name).string();
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
    static std::string sample(const std::string& path) {
        return std::string(VISTTER_SOURCE_DIR) + "/contract/samples/" + path;
    }

    kit::TemporaryFolder folder_;
};

TEST_F(ContractVerbs, validate_accepts_valid_files) {
    const Outcome outcome = run({"validate", sample("protocol/ack/valid/accepted.json"),
                                 sample("ocl/document/valid/minimal.json")});
    EXPECT_EQ(outcome.exit_code, exit_ok);
    ASSERT_EQ(outcome.lines.size(), 2u);
    EXPECT_TRUE(outcome.lines[0].ends_with("accepted.json: valid"));
}

TEST_F(ContractVerbs, validate_prints_code_and_pointer_a_line) {
    const std::string file = sample("ocl/document/invalid/keys_out_of_order.json");
    const Outcome outcome = run({"validate", file});
    EXPECT_EQ(outcome.exit_code, exit_failed);
    ASSERT_EQ(outcome.lines.size(), 1u);
    EXPECT_EQ(outcome.lines[0].find(
                  file + ": OCL_KEY_ORDER /scenes/0/layers/0/tracks/0/keyframes/1/t_ms "),
              0u);
}

TEST_F(ContractVerbs, validate_answers_json_for_scripts) {
    const Outcome outcome = run({"validate", "--json", sample("protocol/ack/valid/accepted.json"),
                                 sample("protocol/ack/invalid/status_unknown.json")});
    EXPECT_EQ(outcome.exit_code, exit_failed);
    ASSERT_EQ(outcome.lines.size(), 1u);
    const auto files = boost::json::parse(outcome.lines[0]).as_object().at("files").as_array();
    ASSERT_EQ(files.size(), 2u);
    EXPECT_TRUE(files[0].as_object().at("valid").as_bool());
    const auto& finding = files[1].as_object().at("findings").as_array().at(0).as_object();
    EXPECT_EQ(finding.at("code").as_string(), "VAL_ENUM");
    EXPECT_EQ(finding.at("pointer").as_string(), "/body/status");
}

TEST_F(ContractVerbs, wrong_use_and_missing_files_have_exit_codes_of_their_own) {
    EXPECT_EQ(run({"validate"}).exit_code, exit_usage);
    EXPECT_EQ(run({"guess", "x"}).exit_code, exit_usage);
    EXPECT_EQ(run({"validate", (folder_ / "none.json").string()}).exit_code, exit_not_found);
}

TEST_F(ContractVerbs, decode_shows_a_captured_message) {
    const auto key = crypto::PrivateKey::generate();
    const std::string payload = R"({"type":"GOODBYE","n":[1,2]})";
    const std::string file =
        write("captured", crypto::sign_jws(key, "dev_a#1", crypto::message_typ, payload) + "\n");
    const Outcome outcome = run({"decode", file, "--json"});
    EXPECT_EQ(outcome.exit_code, exit_ok);
    ASSERT_EQ(outcome.lines.size(), 1u);
    const auto shown = boost::json::parse(outcome.lines[0]).as_object();
    EXPECT_EQ(shown.at("header").as_object().at("kid").as_string(), "dev_a#1");
    EXPECT_EQ(boost::json::serialize(shown.at("payload")), payload);
    EXPECT_EQ(run({"decode", write("other", "not a message")}).exit_code, exit_not_authorised);
}

TEST_F(ContractVerbs, verify_accepts_the_senders_key_only) {
    const auto key = crypto::PrivateKey::generate();
    const auto other = crypto::PrivateKey::generate();
    std::string message = crypto::sign_jws(key, "dev_a#1", crypto::message_typ, "{}");
    const std::string good = write("good.pem", key.public_key().to_pem());
    const std::string wrong = write("wrong.pem", other.public_key().to_pem());
    EXPECT_EQ(run({"verify", write("m", message), "--key", good}).exit_code, exit_ok);
    EXPECT_EQ(run({"verify", write("m", message), "--key", wrong}).exit_code, exit_failed);
    const std::size_t payload = message.find('.') + 1;
    message[payload] = message[payload] == 'e' ? 'f' : 'e';  // one altered bit in the payload
    EXPECT_EQ(run({"verify", write("m", message), "--key", good}).exit_code, exit_failed);
}

}  // namespace
}  // namespace vistter::cli
