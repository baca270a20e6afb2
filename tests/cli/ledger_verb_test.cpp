// `vistter ledger verify` as an auditor meets it: two ends' ledgers as files, and every way to
// change one of them.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "cli/verb.hpp"
#include "contract/object_writer.hpp"
#include "crypto/jws.hpp"
#include "kit/temporary_folder.hpp"
#include "link/ledger_line.hpp"
#include "sim/kit/child_process.hpp"

namespace vistter::cli {
namespace {

using Rows = std::vector<link::LedgerRow>;

constexpr const char* studio_kid = "studio:test#1";
const std::string device_kid = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC#1";

std::string id_of(int n) {
    return "01932f6c-7a10-7c3e-9b51-0f2a6d8e4c" + std::to_string(10 + n);
}

// A conversation of three commands with their answers, as both ends would have kept it.
class LedgerVerb : public ::testing::Test {
  protected:
    LedgerVerb() {
        for (int i = 0; i < 3; ++i) {
            say(studio_, device_, studio_key_, studio_kid, "DEVICE_CONFIG", id_of(i),
                R"({"config_patch":{"device":{"name":"a"}}})");
            say(device_, studio_, device_key_, device_kid, "ACK", id_of(10 + i),
                R"({"status":"completed"})");
            anchor(studio_, device_, studio_key_, studio_kid);
            anchor(device_, studio_, device_key_, device_kid);
        }
        keys_ = write("keys.json", R"({"keys":[)" + key_entry(studio_kid, studio_key_) + "," +
                                       key_entry(device_kid, device_key_) + "]}");
    }

    static void add(Rows& rows, link::LedgerRow row) {
        rows.push_back(link::chain_row(
            std::move(row), static_cast<std::int64_t>(rows.size()),
            rows.empty() ? std::string(link::empty_ledger_head) : rows.back().hash));
    }
    static void say(Rows& from, Rows& to, const crypto::PrivateKey& key, std::string_view kid,
                    const std::string& type, const std::string& id, const std::string& body) {
        const std::string payload = contract::ObjectWriter()
                                        .text("message_id", id)
                                        .text("type", type)
                                        .raw("body", body)
                                        .str();
        add(from, {0, {1'795'000'000'000}, "out", type, id, body, "", ""});
        add(to, {0,
                 {1'795'000'000'020},
                 "in",
                 type,
                 id,
                 crypto::sign_jws(key, kid, crypto::message_typ, payload),
                 "",
                 ""});
    }
    // `to` hears from `from` how far it is.
    static void anchor(const Rows& from, Rows& to, const crypto::PrivateKey& key,
                       std::string_view kid) {
        Rows heard = from;
        say(heard, to, key, kid, "HEARTBEAT", id_of(80),
            contract::ObjectWriter()
                .integer("ledger_rows", std::ssize(from))
                .text("ledger_head", from.back().hash)
                .str());
    }
    static std::string key_entry(std::string_view kid, const crypto::PrivateKey& key) {
        return contract::ObjectWriter()
            .text("kid", kid)
            .text("pem", key.public_key().to_pem())
            .str();
    }
    std::string write(const std::string& name, const std::string& text) {
        const std::string path = (folder_ / name).string();
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
    std::string write(const std::string& name, const Rows& rows) {
        std::string text;
        for (const auto& row : rows) text += link::ledger_line(row) + "\n";
        return write(name, text);
    }
    struct Outcome {
        int exit_code = -1;
        std::string text;
    };
    Outcome verify(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(),
                         {std::string(VISTTER_BIN_DIR) + "/vistter", "ledger", "verify"});
        Outcome outcome;
        auto child = sim::ChildProcess::start({.argv = arguments,
                                               .log_file = (folder_ / "errors").string(),
                                               .extra_environment = {}});
        if (!child) return outcome;
        for (auto line = child->read_line(30'000); line.ok(); line = child->read_line(30'000))
            outcome.text += *line + "\n";
        outcome.exit_code = child->wait(30'000).value_or(-1);
        return outcome;
    }
    Outcome verify_both(const Rows& device, const Rows& studio) {
        return verify(
            {write("device", device), "--with", write("studio", studio), "--keys", keys_});
    }
    // The rows after a change, chained anew: what a forger with the database in his hands does.
    static Rows chained_again(Rows rows) {
        Rows again;
        for (auto& row : rows) add(again, std::move(row));
        return again;
    }

    kit::TemporaryFolder folder_;
    const crypto::PrivateKey studio_key_ = crypto::PrivateKey::generate();
    const crypto::PrivateKey device_key_ = crypto::PrivateKey::generate();
    Rows studio_, device_;
    std::string keys_;
};

TEST_F(LedgerVerb, ProvesTwoWholeLedgers) {
    const auto outcome = verify_both(device_, studio_);
    EXPECT_EQ(outcome.exit_code, exit_ok) << outcome.text;
    EXPECT_NE(outcome.text.find("9 rows, whole"), std::string::npos) << outcome.text;
    EXPECT_NE(outcome.text.find("6 messages agree, 3 anchors hold"), std::string::npos)
        << outcome.text;
}

// What an appliance answers a second time, or to a message it refuses at the door, it keeps no row
// of; anything else that the sender does not have came from nowhere.
TEST_F(LedgerVerb, OnlyAnAnswerSaidInPassingMayBeMissingAtItsSender) {
    for (const char* status : {"duplicate", "rejected", "completed"}) {
        Rows device = device_, studio = studio_;
        say(device, studio, device_key_, device_kid, "ACK", id_of(50),
            std::string(R"({"status":")") + status + "\"}");
        device.pop_back();
        const auto outcome = verify_both(device, studio);
        const bool kept = std::string(status) == "completed";
        EXPECT_EQ(outcome.exit_code, kept ? exit_failed : exit_ok) << status << outcome.text;
    }
}

// Every byte of every row counts: the first bad row is named.
TEST_F(LedgerVerb, NamesTheFirstChangedRow) {
    const std::vector<std::function<void(link::LedgerRow&)>> changes = {
        [](auto& row) { row.at.ms += 1; },
        [](auto& row) { row.direction = row.direction == "in" ? "out" : "in"; },
        [](auto& row) { row.type = "PROGRESS"; },
        [](auto& row) { row.message_id.back() = row.message_id.back() == 'a' ? 'b' : 'a'; },
        [](auto& row) { row.content += " "; },
        [](auto& row) { row.hash[5] = row.hash[5] == 'a' ? 'b' : 'a'; },
        [](auto& row) { row.prev[5] = row.prev[5] == 'a' ? 'b' : 'a'; }};
    for (std::size_t i = 0; i < changes.size(); ++i) {
        Rows rows = device_;
        const std::size_t at = (i * 5) % rows.size();
        changes[i](rows[at]);
        const auto outcome = verify({write("changed", rows)});
        EXPECT_EQ(outcome.exit_code, exit_failed);
        const std::string named = ": row " + std::to_string(at + 1) + ": ";
        // A changed hash may show at the row itself only.
        EXPECT_NE(outcome.text.find(named), std::string::npos) << i << ": " << outcome.text;
    }
}

TEST_F(LedgerVerb, NamesARowThatIsGoneOrMoved) {
    Rows gone = device_;
    gone.erase(gone.begin() + 4);
    EXPECT_NE(verify({write("gone", gone)}).text.find("row 6: row 5 is missing"),
              std::string::npos);
    Rows moved = device_;
    std::swap(moved[2], moved[3]);
    EXPECT_EQ(verify({write("moved", moved)}).exit_code, exit_failed);
}

// Whoever owns one database can chain it anew, but not the other end's anchors.
TEST_F(LedgerVerb, AnchorsOfTheOtherEndSeeALedgerThatWasChainedAnew) {
    Rows shorter(device_.begin(), device_.end() - 4);
    auto outcome = verify_both(shorter, studio_);
    EXPECT_EQ(outcome.exit_code, exit_failed);
    EXPECT_NE(outcome.text.find("has lost them"), std::string::npos) << outcome.text;
    Rows altered = device_;
    altered[1].content = R"({"status":"rejected"})";
    outcome = verify_both(chained_again(altered), studio_);
    EXPECT_EQ(outcome.exit_code, exit_failed) << outcome.text;
}

TEST_F(LedgerVerb, SeesAMessageThatNobodySentOrSigned) {
    Rows rows = device_;
    rows.resize(1);
    const crypto::PrivateKey stranger = crypto::PrivateKey::generate();
    Rows nobody;
    say(nobody, rows, stranger, studio_kid, "DEVICE_CONFIG", id_of(50), "{}");
    auto outcome = verify({write("forged", rows), "--keys", keys_});
    EXPECT_EQ(outcome.exit_code, exit_failed);
    EXPECT_NE(outcome.text.find("row 2: the signature does not verify"), std::string::npos)
        << outcome.text;
    outcome = verify({write("forged", rows), "--with", write("studio", studio_)});
    EXPECT_NE(outcome.text.find("row 2: the other ledger never sent this message"),
              std::string::npos)
        << outcome.text;
}

TEST_F(LedgerVerb, SaysWhatItCannotRead) {
    EXPECT_EQ(verify({(folder_ / "nothing").string()}).exit_code, exit_not_found);
    EXPECT_NE(verify({write("text", std::string("no ledger\n"))}).exit_code, exit_ok);
}

}  // namespace
}  // namespace vistter::cli
