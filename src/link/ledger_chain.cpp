#include "link/ledger_chain.hpp"

namespace vistter::link {

std::string ledger_hash(const LedgerRow& row) {
    std::string text = "vistter-ledger-1\n";
    for (const std::string& part :
         {row.prev, std::to_string(row.n), std::to_string(row.at.ms), row.direction, row.type,
          row.message_id, crypto::sha256_hex(row.content)}) {
        text += std::to_string(part.size());
        text += ':';
        text += part;
        text += '\n';
    }
    return crypto::sha256_hex(text);
}

LedgerRow chain_row(LedgerRow row, std::int64_t rows, const std::string& head) {
    row.n = rows + 1;
    row.prev = head;
    row.hash = ledger_hash(row);
    return row;
}

std::optional<LedgerFault> first_fault(const std::vector<LedgerRow>& rows,
                                       const std::string& first_prev) {
    std::string head = first_prev;
    std::int64_t expected = rows.empty() ? 0 : rows.front().n;
    if (!rows.empty() && first_prev == empty_ledger_head) expected = 1;
    for (const LedgerRow& row : rows) {
        if (row.n != expected)
            return LedgerFault{row.n, "row " + std::to_string(expected) + " is missing"};
        if (row.prev != head) return LedgerFault{row.n, "the row does not name the row before it"};
        if (ledger_hash(row) != row.hash)
            return LedgerFault{row.n, "the row does not hash to what it says: it was changed"};
        head = row.hash;
        ++expected;
    }
    return std::nullopt;
}

}  // namespace vistter::link
