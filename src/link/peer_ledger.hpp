// What one end knows of the other's ledger from its HEARTBEATs: that it only ever grows, and when a
// head of it is worth a row of our own (docs/decisions/0009).
#pragma once

#include <cstdint>
#include <string>

#include "link/ledger_chain.hpp"

namespace vistter::link {

class PeerLedger {
  public:
    enum class Verdict { same, grown, rolled_back };

    // From what was stored: the last head of the peer that was anchored.
    PeerLedger(std::int64_t rows, std::string head) : rows_(rows), head_(std::move(head)) {}
    PeerLedger() : PeerLedger(0, std::string(empty_ledger_head)) {}

    // A HEARTBEAT named this many rows and this head. A peer that went back is believed from then
    // on, so that it is reported once.
    Verdict judge(std::int64_t rows, const std::string& head) {
        if (rows == rows_ && head == head_) return Verdict::same;
        const bool back = rows <= rows_;
        rows_ = rows;
        head_ = head;
        return back ? Verdict::rolled_back : Verdict::grown;
    }
    // Our own ledger got a row that is no anchor. Two anchors follow at most: the first may have
    // left before the peer wrote the answer. (Anchors that asked for anchors would never end.)
    void note_own_row() { due_ = 2; }
    // Whether a grown head is to be written into our ledger now.
    bool take_anchor() {
        if (due_ == 0) return false;
        --due_;
        return true;
    }
    std::int64_t rows() const { return rows_; }
    const std::string& head() const { return head_; }

  private:
    std::int64_t rows_;
    std::string head_;
    int due_ = 0;
};

}  // namespace vistter::link
