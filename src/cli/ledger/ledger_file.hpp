// Ledger files as people hand them over, and what can be proven from one or two of them without
// any server: the chain, the anchors each end keeps of the other, signatures, and that nothing came
// from nowhere (docs/decisions/0009).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "link/ledger_chain.hpp"

namespace vistter::cli {

// One row a line (link/ledger_line.hpp); empty lines are passed over. VAL_JSON or VAL_SCHEMA with
// the line's number for anything else.
Result<std::vector<link::LedgerRow>> read_ledger(std::string_view text);

// kid -> public key PEM, from {"keys":[{"kid","pem"}]} or a trust bundle's {"studio_keys":[...]}.
Result<std::map<std::string, std::string>> read_keys(std::string_view text);

struct LedgerFinding {
    std::int64_t row = 0;
    std::string reason;
};

// The chain alone: the first bad row, or nothing.
std::vector<LedgerFinding> chain_findings(const std::vector<link::LedgerRow>& rows);
// Every "in" row holds a message that was signed by a key of `keys` and says what the row says.
std::vector<LedgerFinding> signature_findings(const std::vector<link::LedgerRow>& rows,
                                              const std::map<std::string, std::string>& keys);
struct Comparison {
    std::vector<LedgerFinding> findings;  // rows of the first ledger that the second contradicts
    std::int64_t anchors = 0;             // heads of the second that the first holds and were found
    std::int64_t matched = 0;             // messages both have
    std::int64_t on_the_way = 0;          // said by the first, not (yet) in the second
};
// What `rows` says about `other`, the ledger of the other end.
Comparison compare(const std::vector<link::LedgerRow>& rows,
                   const std::vector<link::LedgerRow>& other);

}  // namespace vistter::cli
