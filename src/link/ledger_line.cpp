#include "link/ledger_line.hpp"

#include "contract/object_writer.hpp"

namespace vistter::link {

std::string ledger_line(const LedgerRow& row) {
    return contract::ObjectWriter()
        .integer("n", row.n)
        .text("at", format_rfc3339(row.at))
        .text("direction", row.direction)
        .text("type", row.type)
        .text("message_id", row.message_id)
        .text("content", row.content)
        .text("prev", row.prev)
        .text("hash", row.hash)
        .str();
}

}  // namespace vistter::link
