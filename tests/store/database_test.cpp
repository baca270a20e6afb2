// Proves what a journal needs of the store: typed values survive, transactions are whole, a full
// disk is a named error.
#include "store/database.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <limits>
#include <stdexcept>

#include "kit/temporary_folder.hpp"

namespace vistter::store {
namespace {

class DatabaseTest : public ::testing::Test {
  protected:
    std::unique_ptr<Database> open(const std::string& name = "test.db") {
        auto opened = open_database(folder_ / name,
                                    {{1, "first", "CREATE TABLE t (id INTEGER PRIMARY KEY, v)"}});
        EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : describe(opened.error()));
        return std::move(opened).value();
    }
    static std::int64_t count(Database& database) {
        Statement rows = database.prepare("SELECT count(*) FROM t");
        EXPECT_TRUE(rows.step());
        return rows.integer(0);
    }
    static std::string pragma(Database& database, const std::string& name) {
        Statement row = database.prepare("PRAGMA " + name);
        EXPECT_TRUE(row.step());
        return row.text(0);
    }

    kit::TemporaryFolder folder_;
};

TEST_F(DatabaseTest, OpensWithTheDurabilityAJournalNeeds) {
    auto database = open();
    EXPECT_EQ(pragma(*database, "journal_mode"), "wal");
    EXPECT_EQ(pragma(*database, "synchronous"), "2");  // FULL
    EXPECT_EQ(pragma(*database, "foreign_keys"), "1");
    EXPECT_EQ(pragma(*database, "busy_timeout"), "5000");
}

TEST_F(DatabaseTest, FilesAreReadableByTheOwnerAlone) {
    auto database = open();
    database->execute("INSERT INTO t (v) VALUES (1)");
    for (const char* name : {"test.db", "test.db-wal", "test.db-shm"}) {
        struct stat about {};
        ASSERT_EQ(::stat((folder_ / name).c_str(), &about), 0) << name;
        EXPECT_EQ(about.st_mode & 0777, 0600u) << name;
    }
}

// What a commit wrote is in the files when it returns, however large it was (G5.2).
TEST_F(DatabaseTest, AnotherConnectionSeesACommitOfAnySize) {
    auto database = open();
    auto other = open();
    std::int64_t rows = 0;
    for (const int more : {1, 40, 400, 20'000}) {
        database->transaction([&] {
            auto write = database->prepare("INSERT INTO t (v) VALUES (?)");
            for (int i = 0; i < more; ++i) write.bind(std::string(100, 'x')).run();
        });
        rows += more;
        EXPECT_EQ(count(*other), rows);
    }
    EXPECT_EQ(pragma(*other, "quick_check"), "ok");
}

// Larger than the page cache: SQLite writes before the commit and reads its own pages back.
TEST_F(DatabaseTest, ATransactionThatSpillsIsWholeOrNothing) {
    auto database = open();
    database->execute("PRAGMA cache_size=10");
    const auto write = [&](int rows) {
        database->transaction([&] {
            for (int i = 0; i < rows; ++i)
                database->prepare("INSERT INTO t (v) VALUES (?)").bind(std::string(900, 'x')).run();
            database->execute("UPDATE t SET v = v || 'y' WHERE id % 7 = 0");
            if (count(*database) > 3'000) throw std::runtime_error("changed my mind");
        });
    };
    write(2'000);
    EXPECT_THROW(write(2'000), std::runtime_error);
    database->transaction([&] { database->execute("DELETE FROM t WHERE id % 2 = 0"); });
    auto other = open();
    EXPECT_EQ(count(*other), 1'000);
    EXPECT_EQ(pragma(*other, "quick_check"), "ok");
}

TEST_F(DatabaseTest, ValuesComeBackAsTheyWent) {
    auto database = open();
    const std::string with_zero("a\0b", 3);
    auto write = database->prepare("INSERT INTO t (v) VALUES (?)");
    write.bind(std::numeric_limits<std::int64_t>::min()).run();
    write.bind(5'000'000'000).run();
    write.bind(0).run();
    write.bind(with_zero).run();
    write.bind(std::string_view()).run();
    write.bind(std::optional<std::string>()).run();
    write.bind(std::optional<std::int64_t>(7)).run();
    write.bind_real(0.1).run();
    auto rows = database->prepare("SELECT v FROM t ORDER BY id");
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.integer(0), std::numeric_limits<std::int64_t>::min());
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.integer(0), 5'000'000'000);
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.optional_integer(0), 0);
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.text(0), with_zero);
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.optional_text(0), "");
    ASSERT_TRUE(rows.step());
    EXPECT_TRUE(rows.is_null(0));
    EXPECT_EQ(rows.optional_text(0), std::nullopt);
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.integer(0), 7);
    ASSERT_TRUE(rows.step());
    EXPECT_EQ(rows.real(0), 0.1);
    EXPECT_FALSE(rows.step());
}

TEST_F(DatabaseTest, OneTextMayBeInUseTwiceAtOnce) {
    auto database = open();
    database->execute("INSERT INTO t (v) VALUES (1), (2)");
    int pairs = 0;
    auto outer = database->prepare("SELECT v FROM t ORDER BY v");
    while (outer.step()) {
        auto inner = database->prepare("SELECT v FROM t ORDER BY v");
        while (inner.step()) ++pairs;
    }
    EXPECT_EQ(pairs, 4);
}

TEST_F(DatabaseTest, ACachedStatementForgetsItsLastValues) {
    auto database = open();
    database->prepare("INSERT INTO t (v) VALUES (?)").bind("secret").run();
    database->prepare("INSERT INTO t (v) VALUES (?)")
        .run();  // nothing bound: NULL, not the value before
    auto row = database->prepare("SELECT v FROM t WHERE id = 2");
    ASSERT_TRUE(row.step());
    EXPECT_TRUE(row.is_null(0));
}

TEST_F(DatabaseTest, ATransactionThatThrowsLeavesNothing) {
    auto database = open();
    EXPECT_THROW(database->transaction([&] {
        database->execute("INSERT INTO t (v) VALUES (1)");
        throw std::runtime_error("changed my mind");
    }),
                 std::runtime_error);
    EXPECT_EQ(count(*database), 0);
    database->transaction([&] { database->execute("INSERT INTO t (v) VALUES (2)"); });
    EXPECT_EQ(count(*database), 1);
    EXPECT_EQ(database->changes(), 1);
    EXPECT_EQ(database->last_insert_id(), 1);
}

TEST_F(DatabaseTest, AnInnerTransactionJoinsTheOuter) {
    auto database = open();
    EXPECT_THROW(database->transaction([&] {
        database->transaction([&] { database->execute("INSERT INTO t (v) VALUES (1)"); });
        throw std::runtime_error("outer fails after inner ended");
    }),
                 std::runtime_error);
    EXPECT_EQ(count(*database), 0);
}

TEST_F(DatabaseTest, ASwallowedInnerFailureStillKeepsTheWholeFromCommitting) {
    auto database = open();
    EXPECT_THROW(database->transaction([&] {
        database->execute("INSERT INTO t (v) VALUES (1)");
        try {
            database->transaction([] { throw std::runtime_error("half done"); });
        } catch (const std::runtime_error&) {
        }
    }),
                 StorageFailure);
    EXPECT_EQ(count(*database), 0);
}

TEST_F(DatabaseTest, AFullDiskIsNamedAndLosesNothing) {
    auto database = open();
    database->prepare("INSERT INTO t (v) VALUES (?)").bind("kept").run();
    std::string pages = pragma(*database, "page_count");
    pragma(*database, "max_page_count=" + std::to_string(std::stoi(pages) + 2));
    std::string big(4'000, 'x');
    try {
        database->transaction([&] {
            for (int i = 0; i < 50; ++i)
                database->prepare("INSERT INTO t (v) VALUES (?)").bind(big).run();
        });
        FAIL() << "a transaction larger than the disk was committed";
    } catch (const StorageFailure& failure) {
        EXPECT_EQ(failure.error().code, ErrorCode::LIM_STORAGE);
        EXPECT_NE(std::string(failure.what()).find("test.db"), std::string::npos) << failure.what();
    }
    EXPECT_EQ(count(*database), 1);
    pragma(*database, "max_page_count=100000");
    database->transaction(
        [&] { database->prepare("INSERT INTO t (v) VALUES (?)").bind(big).run(); });
    EXPECT_EQ(count(*database), 2);
}

TEST_F(DatabaseTest, AReaderSeesOnlyWhatWasCommitted) {
    auto writer = open();
    auto other = open();
    writer->transaction([&] {
        writer->execute("INSERT INTO t (v) VALUES (1)");
        EXPECT_EQ(count(*other), 0);
    });
    EXPECT_EQ(count(*other), 1);
}

TEST_F(DatabaseTest, ABrokenConstraintIsAFailureThatRollsBack) {
    auto database = open();
    EXPECT_THROW(database->transaction([&] {
        database->execute("INSERT INTO t (id, v) VALUES (1, 1)");
        database->execute("INSERT INTO t (id, v) VALUES (1, 2)");
    }),
                 StorageFailure);
    EXPECT_EQ(count(*database), 0);
}

TEST_F(DatabaseTest, ADamagedFileIsRefusedByName) {
    std::ofstream(folder_ / "test.db") << std::string(8'192, 'z');
    auto opened = open_database(folder_ / "test.db", {});
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::SYS_STORAGE);
    EXPECT_NE(opened.error().message.find("test.db"), std::string::npos) << opened.error().message;
}

TEST_F(DatabaseTest, AFolderThatDoesNotExistIsRefusedByName) {
    auto opened = open_database(folder_ / "missing/test.db", {});
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::SYS_STORAGE);
}

}  // namespace
}  // namespace vistter::store
