// The channel's small parts: which numbers a RECEIPT may name, and one commit for many.
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "kit/temporary_folder.hpp"
#include "studio/adapters/channel/commit_group.hpp"
#include "studio/adapters/channel/seq_gaps.hpp"

namespace vistter::studio {
namespace {

TEST(SeqGaps, OnlyWhatIsHeldIsAcknowledged) {
    SeqGaps gaps;
    for (const std::int64_t seq : {1, 2, 5}) ASSERT_TRUE(gaps.came(seq));
    gaps.held(1);
    gaps.held(5);
    EXPECT_EQ(gaps.account().up_to_seq, 5);
    EXPECT_EQ(gaps.account().missing, (std::vector<std::int64_t>{2, 3, 4}));
    EXPECT_EQ(gaps.whole_up_to(), 1);
    ASSERT_TRUE(gaps.came(4));
    gaps.held(4);
    gaps.proven(5, {2});
    EXPECT_EQ(gaps.account().missing, std::vector<std::int64_t>{2}) << "2 is still being stored";
    gaps.held(2);
    EXPECT_EQ(gaps.whole_up_to(), 5);
}

TEST(SeqGaps, ALeapBeyondTheWindowIsRefused) {
    SeqGaps gaps;
    ASSERT_TRUE(gaps.came(1));
    EXPECT_FALSE(gaps.came(1'000'000'000'000));
    EXPECT_TRUE(gaps.came(1'025));
}

TEST(SeqGaps, AReceiptNamesNoMoreThanItCan) {
    SeqGaps gaps;
    for (std::int64_t seq = 1'024; seq <= 4 * 1'024; seq += 1'024) {
        ASSERT_TRUE(gaps.came(seq));
        gaps.held(seq);
    }
    const auto account = gaps.account();
    EXPECT_EQ(account.missing.size(), 1'024U);
    EXPECT_EQ(account.up_to_seq, 1'025) << "what is not listed is not acknowledged either";
}

class CommitGroupTest : public ::testing::Test {
  protected:
    CommitGroupTest() { database->execute("CREATE TABLE t (n INTEGER) STRICT"); }
    CommitGroup::Work insert(int n, bool fails_once = false, bool fails_always = false) {
        return {[=, this](bool again) {
                    ++writes;
                    if (fails_always || (fails_once && !again)) throw std::logic_error("a bug");
                    database->prepare("INSERT INTO t VALUES (?)").bind(n).run();
                },
                [=, this](bool durable) {
                    if (durable) stored.push_back(n);
                    if (++ended == expected) loop.stop();
                }};
    }
    void run(int works) {
        expected = works;
        loop.run();
    }
    kit::TemporaryFolder folder;
    async::Loop loop;
    std::unique_ptr<store::Database> database =
        std::move(*store::open_database(folder / "t.db", {}));
    CommitGroup group{loop, *database};
    std::vector<int> stored;
    int writes = 0, ended = 0, expected = 0;
};

TEST_F(CommitGroupTest, ManyWorksEndTogetherAndInOrder) {
    for (int n = 0; n < 20; ++n) group.add(insert(n));
    run(20);
    EXPECT_EQ(stored.size(), 20U);
    EXPECT_TRUE(std::is_sorted(stored.begin(), stored.end()));
    EXPECT_EQ(writes, 20);
}

TEST_F(CommitGroupTest, OneThatThrowsIsTriedAgainAndThenGivenUpWithoutTheOthers) {
    group.add(insert(1));
    group.add(insert(2, true));
    group.add(insert(3, false, true));
    group.add(insert(4));
    run(4);
    EXPECT_EQ(stored, (std::vector<int>{1, 2, 4}));
    auto rows = database->prepare("SELECT COUNT(*) FROM t");
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.integer(0), 3);
}

TEST_F(CommitGroupTest, AContinuationThatThrowsLeavesTheOthersAlone) {
    group.add({[](bool) {}, [](bool) { throw std::logic_error("a bug"); }});
    group.add(insert(1));
    run(1);
    EXPECT_EQ(stored, std::vector<int>{1});
}

TEST_F(CommitGroupTest, StorageThatFailsFailsAll) {
    group.add(insert(1));
    group.add({[this](bool) { database->prepare("INSERT INTO nowhere VALUES (1)").run(); },
               [this](bool durable) {
                   EXPECT_FALSE(durable);
                   if (++ended == expected) loop.stop();
               }});
    run(2);
    EXPECT_TRUE(stored.empty());
}

}  // namespace
}  // namespace vistter::studio
