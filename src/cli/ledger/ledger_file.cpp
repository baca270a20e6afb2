#include "cli/ledger/ledger_file.hpp"

#include <charconv>
#include <set>

#include "contract/json.hpp"
#include "contract/json_text.hpp"
#include "crypto/jws.hpp"

namespace vistter::cli {
namespace {

namespace json = contract::json;

constexpr std::size_t max_line_bytes = 1'048'576;
constexpr std::size_t max_message_bytes = 524'288;
constexpr std::string_view anchor_type = "HEARTBEAT";

Error wrong_line(std::int64_t line, const std::string& what) {
    return fail(ErrorCode::VAL_SCHEMA, "line " + std::to_string(line) + ": " + what);
}

Result<link::LedgerRow> read_row(std::string_view text, std::int64_t line) {
    const auto value = json::parse(text, max_line_bytes);
    if (!value) return wrong_line(line, value.error().message);
    const auto* object = value->if_object();
    if (object == nullptr) return wrong_line(line, "a row is a JSON object");
    link::LedgerRow row;
    row.n = json::integer_at(*object, "n", 0);
    const auto at = json::optional_time_at(*object, "at");
    if (row.n < 1 || !at || object->size() != 8) {
        return wrong_line(line,
                          "a row has n, at, direction, type, message_id, content, prev, hash");
    }
    row.at = *at;
    row.direction = json::text_at(*object, "direction");
    row.type = json::text_at(*object, "type");
    row.message_id = json::text_at(*object, "message_id");
    row.content = json::text_at(*object, "content");
    row.prev = json::text_at(*object, "prev");
    row.hash = json::text_at(*object, "hash");
    if (row.direction != "in" && row.direction != "out")
        return wrong_line(line, "direction is in or out");
    return row;
}

// What makes the other end's row the same message.
std::string name_of(const link::LedgerRow& row) {
    return row.type + " " + row.message_id;
}

// The body a row carries: of a received message inside its signature, of a sent one as it is.
std::string body_of(const link::LedgerRow& row) {
    if (row.direction == "out") return contract::canonical_text(row.content);
    const auto message = crypto::read_jws(row.content, crypto::message_typ, max_message_bytes);
    if (!message) return {};
    const auto body = contract::text_at_pointer(message->payload, "/body");
    return body ? contract::canonical_text(*body) : std::string();
}

std::string member_of(const std::string& payload, const char* pointer) {
    const auto text = contract::text_at_pointer(payload, pointer);
    if (!text || text->size() < 2) return {};
    return std::string(text->substr(1, text->size() - 2));
}

// What an anchor, a HEARTBEAT as it came, says of the other ledger: its rows and its head.
std::optional<std::pair<std::int64_t, std::string>> anchor_of(const link::LedgerRow& row) {
    const auto message = crypto::read_jws(row.content, crypto::message_typ, max_message_bytes);
    if (!message) return std::nullopt;
    const auto text = contract::text_at_pointer(message->payload, "/body/ledger_rows");
    if (!text) return std::nullopt;
    std::int64_t rows = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), rows);
    const std::string head = member_of(message->payload, "/body/ledger_head");
    if (read.ec != std::errc() || rows < 0 || head.empty()) return std::nullopt;
    return std::pair(rows, head);
}

// An answer that its sender keeps no row of: what it answered before, said again, or the refusal of
// a message that it let nowhere near its journal.
bool is_said_in_passing(const link::LedgerRow& row) {
    if (row.type != "ACK") return false;
    const auto message = crypto::read_jws(row.content, crypto::message_typ, max_message_bytes);
    if (!message) return false;
    const std::string status = member_of(message->payload, "/body/status");
    return status == "duplicate" || status == "rejected";
}

void check_anchor(const link::LedgerRow& row, const std::vector<link::LedgerRow>& other,
                  Comparison& comparison) {
    const auto anchor = anchor_of(row);
    if (!anchor) {
        comparison.findings.push_back({row.n, "the anchor names no row and hash"});
        return;
    }
    const auto& [n, head] = *anchor;
    if (n == 0 || (!other.empty() && n < other.front().n)) return;  // pruned there
    if (other.empty() || n > other.back().n) {
        comparison.findings.push_back(
            {row.n, "the other ledger had " + std::to_string(n) + " rows here and has lost them"});
        return;
    }
    const auto& there = other[static_cast<std::size_t>(n - other.front().n)];
    if (there.hash != head) {
        comparison.findings.push_back(
            {row.n, "the other ledger's row " + std::to_string(n) + " was another one here"});
        return;
    }
    ++comparison.anchors;
}

}  // namespace

Result<std::vector<link::LedgerRow>> read_ledger(std::string_view text) {
    std::vector<link::LedgerRow> rows;
    std::int64_t number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.find_first_not_of(" \t\r") == line.npos) continue;
        auto row = read_row(line, number);
        if (!row) return row.error();
        rows.push_back(std::move(*row));
    }
    return rows;
}

Result<std::map<std::string, std::string>> read_keys(std::string_view text) {
    const auto value = json::parse(text, max_line_bytes);
    if (!value) return value.error();
    const auto* object = value->if_object();
    if (object == nullptr) return fail(ErrorCode::VAL_SCHEMA, "A key file is a JSON object.");
    std::map<std::string, std::string> keys;
    for (const char* member : {"keys", "studio_keys"}) {
        for (const auto& entry : json::array_at(*object, member)) {
            if (const auto* key = entry.if_object())
                keys[json::text_at(*key, "kid")] = json::text_at(*key, "pem");
        }
    }
    if (keys.empty()) return fail(ErrorCode::VAL_SCHEMA, "The key file names no key.");
    return keys;
}

std::vector<LedgerFinding> chain_findings(const std::vector<link::LedgerRow>& rows) {
    if (rows.empty()) return {};
    // A ledger that was pruned does not begin at 1: its first row is taken at its word.
    const std::string before =
        rows.front().n == 1 ? std::string(link::empty_ledger_head) : rows.front().prev;
    const auto fault = link::first_fault(rows, before);
    if (!fault) return {};
    return {{fault->n, fault->reason}};
}

std::vector<LedgerFinding> signature_findings(const std::vector<link::LedgerRow>& rows,
                                              const std::map<std::string, std::string>& keys) {
    std::vector<LedgerFinding> findings;
    for (const auto& row : rows) {
        if (row.direction != "in") continue;
        const auto message = crypto::read_jws(row.content, crypto::message_typ, max_message_bytes);
        if (!message) {
            findings.push_back({row.n, "the row holds no signed message"});
            continue;
        }
        const auto known = keys.find(message->kid);
        const auto key =
            known == keys.end()
                ? Result<crypto::PublicKey>(fail(ErrorCode::SEC_UNAUTHORISED, "unknown"))
                : crypto::PublicKey::from_pem(known->second);
        if (!key) {
            findings.push_back({row.n, "signed with " + message->kid + ", which is not given"});
        } else if (!crypto::verify_jws(*message, *key)) {
            findings.push_back({row.n, "the signature does not verify with " + message->kid});
        } else if (member_of(message->payload, "/message_id") != row.message_id ||
                   member_of(message->payload, "/type") != row.type) {
            findings.push_back({row.n, "the message is another than the row says"});
        }
    }
    return findings;
}

Comparison compare(const std::vector<link::LedgerRow>& rows,
                   const std::vector<link::LedgerRow>& other) {
    Comparison comparison;
    std::map<std::string, const link::LedgerRow*> sent_there;
    std::set<std::string> received_there;
    for (const auto& row : other) {
        if (row.direction == "out") sent_there[name_of(row)] = &row;
        if (row.direction == "in") received_there.insert(name_of(row));
    }
    const bool whole = other.empty() || other.front().n == 1;
    for (const auto& row : rows) {
        if (row.type == anchor_type) {
            check_anchor(row, other, comparison);
        } else if (row.direction == "out") {
            if (received_there.contains(name_of(row))) {
                ++comparison.matched;
            } else {
                ++comparison.on_the_way;
            }
        } else if (const auto there = sent_there.find(name_of(row)); there == sent_there.end()) {
            if (whole && !is_said_in_passing(row))
                comparison.findings.push_back({row.n, "the other ledger never sent this message"});
        } else if (body_of(row) != body_of(*there->second)) {
            comparison.findings.push_back({row.n, "the other ledger sent another body"});
        } else {
            ++comparison.matched;
        }
    }
    return comparison;
}

}  // namespace vistter::cli
