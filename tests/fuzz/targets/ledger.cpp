// Ledger files and the key files beside them, as somebody hands them to `vistter ledger verify`.
#include "cli/ledger/ledger_file.hpp"
#include "crypto/jws.hpp"
#include "fuzz/target.hpp"
#include "fuzz/targets/fixed_key.hpp"
#include "link/ledger_line.hpp"

namespace vistter::fuzz {
namespace {

std::vector<link::LedgerRow> example_rows() {
    const std::string id = "01932f6c-7a10-7c3e-9b51-0f2a6d8e4c11";
    const std::string message = crypto::sign_jws(
        fixed_key(), "studio:test#1", crypto::message_typ,
        R"({"message_id":")" + id + R"(","type":"CAMERA_ACTION","body":{"action":"list"}})");
    std::vector<link::LedgerRow> rows;
    std::string head(link::empty_ledger_head);
    const auto add = [&](const char* direction, const char* type, const std::string& content) {
        link::LedgerRow row;
        row.at = {1'795'000'000'000};
        row.direction = direction;
        row.type = type;
        row.message_id = id;
        row.content = content;
        rows.push_back(link::chain_row(std::move(row), std::ssize(rows), head));
        head = rows.back().hash;
    };
    add("in", "CAMERA_ACTION", message);
    add("out", "ACK", R"({"status":"completed"})");
    add("in", "HEARTBEAT", "1 " + rows.front().hash);
    return rows;
}

std::string file_of(const std::vector<link::LedgerRow>& rows) {
    std::string text;
    for (const auto& row : rows) text += link::ledger_line(row) + "\n";
    return text;
}

}  // namespace

void ledger_file(std::string_view input) {
    (void)cli::read_keys(input);
    const auto rows = cli::read_ledger(input);
    if (!rows) {
        must(!rows.error().message.empty(), "a refusal has a reason");
        return;
    }
    const auto again = cli::read_ledger(file_of(*rows));
    must(again.ok() && file_of(*again) == file_of(*rows), "a ledger reads back as itself");
    const auto chain = cli::chain_findings(*rows);
    must(chain.size() <= 1, "the first bad row is named");
    const std::map<std::string, std::string> keys{
        {"studio:test#1", fixed_key().public_key().to_pem()}};
    (void)cli::signature_findings(*rows, keys);
    // Anchors point into the other ledger by number, so only a chain that holds is compared.
    if (chain.empty()) {
        const cli::Comparison compared = cli::compare(*rows, *rows);
        must(compared.matched + compared.on_the_way + compared.anchors +
                     std::ssize(compared.findings) <=
                 std::ssize(*rows),
             "each row is judged once");
    }
}

std::vector<std::string> ledger_file_examples() {
    auto rows = example_rows();
    const std::string whole = file_of(rows);
    rows.erase(rows.begin());
    return {whole, file_of(rows), "\n \r\n" + whole,
            R"({"keys":[{"kid":"studio:test#1","pem":"x"}]})",
            R"({"studio_keys":[{"kid":"studio:test#1","pem":"x"}],"roots":[]})"};
}

}  // namespace vistter::fuzz
