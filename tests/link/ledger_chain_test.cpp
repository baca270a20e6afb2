// The chained ledger: against hashes made by another program, and every single change to a row.
#include "link/ledger_chain.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "link/peer_ledger.hpp"

namespace vistter::link {
namespace {

std::vector<LedgerRow> three_rows() {
    const std::vector<LedgerRow> said = {
        {0,
         {1'795'000'000'000},
         "in",
         "DEVICE_CONFIG",
         "01932f6c-7a10-7c3e-9b51-0f2a6d8e4c11",
         "eyJ.a.b",
         "",
         ""},
        {0,
         {1'795'000'000'050},
         "out",
         "ACK",
         "01932f6c-7b02-7e44-8c20-1a9b3c5d7e9f",
         R"({"status":"completed"})",
         "",
         ""},
        {0,
         {1'795'000'008'000},
         "in",
         "HEARTBEAT",
         "01932f6c-7b02-7e44-8c20-1a9b3c5d7ea0",
         "1 " + std::string(64, '0'),
         "",
         ""},
    };
    std::vector<LedgerRow> rows;
    std::string head(empty_ledger_head);
    for (const LedgerRow& row : said) {
        rows.push_back(chain_row(row, static_cast<std::int64_t>(rows.size()), head));
        head = rows.back().hash;
    }
    return rows;
}

std::int64_t fault_of(const std::vector<LedgerRow>& rows) {
    const auto fault = first_fault(rows, std::string(empty_ledger_head));
    return fault ? fault->n : 0;
}

TEST(LedgerChain, IsTheHashAnotherProgramComputes) {  // made with Python's hashlib
    const auto rows = three_rows();
    EXPECT_EQ(rows[0].hash, "4e1085d1d80cb695518ecb6365cc792c5bb3f13c9659476315ad48bd6824e154");
    EXPECT_EQ(rows[1].hash, "f4a906cbc106ec17452b09f9d4ca450ea0f2362f6c4d87d427d220cc42828354");
    EXPECT_EQ(rows[2].hash, "78ae8970c4a8c7f410b8c8f850a275922ffe8f5f726b077e5b5351635452865e");
    EXPECT_EQ(fault_of(rows), 0);
}

TEST(LedgerChain, NamesTheFirstRowThatWasChanged) {
    const auto good = three_rows();
    const std::vector<std::function<void(LedgerRow&)>> changes = {
        [](LedgerRow& row) { row.at.ms += 1; },
        [](LedgerRow& row) { row.direction = "both"; },
        [](LedgerRow& row) { row.type = "PROGRESS"; },
        [](LedgerRow& row) { row.message_id.back() = 'e'; },
        [](LedgerRow& row) { row.content += " "; },
        [](LedgerRow& row) { row.hash.back() = row.hash.back() == '0' ? '1' : '0'; },
        [](LedgerRow& row) { row.prev.back() = row.prev.back() == '0' ? '1' : '0'; },
    };
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const auto& change : changes) {
            auto rows = good;
            change(rows[i]);
            EXPECT_EQ(fault_of(rows), static_cast<std::int64_t>(i) + 1);
        }
    }
}

TEST(LedgerChain, AChangeWithItsOwnHashMadeAnewShowsInTheNextRow) {
    auto rows = three_rows();
    rows[0].content = "something else";
    rows[0].hash = ledger_hash(rows[0]);
    EXPECT_EQ(fault_of(rows), 2);
}

TEST(LedgerChain, NamesRowsTakenOutPutInOrMoved) {
    const auto good = three_rows();
    auto rows = good;
    rows.erase(rows.begin() + 1);
    EXPECT_EQ(fault_of(rows), 3);
    rows = good;
    rows.insert(rows.begin() + 1, good[0]);
    EXPECT_EQ(fault_of(rows), 1);
    rows = good;
    std::swap(rows[1], rows[2]);
    EXPECT_EQ(fault_of(rows), 3);
    rows = good;
    rows.erase(rows.begin());
    EXPECT_EQ(fault_of(rows), 2) << "a ledger that begins at 1 has a first row";
    EXPECT_FALSE(first_fault(rows, good[0].hash).has_value()) << "a pruned one names its start";
}

TEST(PeerLedger, OnlyGrows) {
    PeerLedger peer;
    using Verdict = PeerLedger::Verdict;
    EXPECT_EQ(peer.judge(0, std::string(empty_ledger_head)), Verdict::same);
    EXPECT_EQ(peer.judge(3, "c"), Verdict::grown);
    EXPECT_EQ(peer.judge(3, "c"), Verdict::same);
    EXPECT_EQ(peer.judge(3, "d"), Verdict::rolled_back) << "rewritten";
    EXPECT_EQ(peer.judge(2, "b"), Verdict::rolled_back) << "cut";
    EXPECT_EQ(peer.judge(2, "b"), Verdict::same) << "told once";
    PeerLedger stored(7, "g");
    EXPECT_EQ(stored.judge(6, "f"), Verdict::rolled_back) << "also over a restart of ours";
}

TEST(PeerLedger, AnchorsFollowTrafficAndNotEachOther) {
    PeerLedger peer;
    EXPECT_FALSE(peer.take_anchor());
    peer.note_own_row();
    peer.note_own_row();
    EXPECT_TRUE(peer.take_anchor());
    EXPECT_TRUE(peer.take_anchor());
    EXPECT_FALSE(peer.take_anchor());
}

}  // namespace
}  // namespace vistter::link
