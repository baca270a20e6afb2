// A row of the chained ledger as one line of a ledger file: a JSON object with exactly the members
// n, at (RFC 3339), direction, type, message_id, content, prev and hash. What Studio and the
// appliance export and `vistter ledger verify` reads.
#pragma once

#include <string>

#include "link/ledger_chain.hpp"

namespace vistter::link {

// Without the line's end.
std::string ledger_line(const LedgerRow& row);

}  // namespace vistter::link
