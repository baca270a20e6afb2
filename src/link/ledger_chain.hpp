// The chained ledger each end keeps of one device's commands and answers (docs/decisions/0009): row
// n holds the hash of row n-1, so that no row can be taken out, put in, moved or changed without
// changing the head, which the other end has in its own ledger by HEARTBEAT.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"

namespace vistter::link {

struct LedgerRow {
    std::int64_t n = 0;  // 1.. without gaps
    WallTime at;
    std::string direction;  // "in": came from the peer, "out": said by this end
    std::string
        type;  // a command, ACK, PROGRESS (terminal), HEARTBEAT ("in" only: the peer's head)
    std::string message_id;
    std::string content;     // in: the compact JWS as it came; out: the body's JSON text
    std::string prev, hash;  // hex
};

inline constexpr std::string_view empty_ledger_head =
    "0000000000000000000000000000000000000000000000000000000000000000";

// SHA-256 over "vistter-ledger-1\n" and then, each spelt `<length in bytes>:<text>\n`: prev, n and
// `at` in milliseconds as decimals, direction, type, message_id, the hex SHA-256 of content.
std::string ledger_hash(const LedgerRow& row);
// `row` with n, prev and hash filled in as the successor of a ledger of `rows` rows with that head.
LedgerRow chain_row(LedgerRow row, std::int64_t rows, const std::string& head);

struct LedgerFault {
    std::int64_t n = 0;
    std::string reason;
};
// The first row that is out of order, does not name its predecessor or does not hash to itself.
// `first_prev`: the head before the first row given (a pruned ledger does not begin at 1).
std::optional<LedgerFault> first_fault(const std::vector<LedgerRow>& rows,
                                       const std::string& first_prev);

}  // namespace vistter::link
