// Proves that migrations run once, in order, frozen, and that a database from a newer program is
// refused.
#include <gtest/gtest.h>

#include "kit/temporary_folder.hpp"
#include "store/database.hpp"

namespace vistter::store {
namespace {

constexpr Migration first{1, "first", "CREATE TABLE a (v INTEGER); INSERT INTO a VALUES (1);"};
constexpr Migration second{2, "second",
                           "ALTER TABLE a ADD COLUMN w INTEGER; INSERT INTO a VALUES (2, 2);"};
constexpr Migration broken{2, "broken",
                           "INSERT INTO a VALUES (9); INSERT INTO nowhere VALUES (1);"};
constexpr Migration altered{1, "first", "CREATE TABLE a (v INTEGER); INSERT INTO a VALUES (100);"};

class MigrateTest : public ::testing::Test {
  protected:
    Result<std::unique_ptr<Database>> open(const std::vector<Migration>& migrations) {
        return open_database(folder_ / "m.db", migrations);
    }
    std::int64_t rows(Database& database) {
        auto count = database.prepare("SELECT count(*) FROM a");
        EXPECT_TRUE(count.step());
        return count.integer(0);
    }
    kit::TemporaryFolder folder_;
};

TEST_F(MigrateTest, RunsEachOnce) {
    EXPECT_EQ(rows(**open({first})), 1);
    EXPECT_EQ(rows(**open({first, second})), 2);
    EXPECT_EQ(rows(**open({first, second})), 2);
}

TEST_F(MigrateTest, RefusesADatabaseNewerThanTheProgram) {
    ASSERT_TRUE(open({first, second}).ok());
    auto old_program = open({first});
    ASSERT_FALSE(old_program.ok());
    EXPECT_EQ(old_program.error().code, ErrorCode::SYS_STORAGE);
    EXPECT_NE(old_program.error().message.find("newer"), std::string::npos)
        << old_program.error().message;
}

TEST_F(MigrateTest, RefusesATextChangedAfterItWasApplied) {
    ASSERT_TRUE(open({first}).ok());
    auto changed = open({altered});
    ASSERT_FALSE(changed.ok());
    EXPECT_NE(changed.error().message.find("migration 1"), std::string::npos)
        << changed.error().message;
}

TEST_F(MigrateTest, ABrokenMigrationLeavesTheOldSchema) {
    ASSERT_TRUE(open({first}).ok());
    ASSERT_FALSE(open({first, broken}).ok());
    EXPECT_EQ(rows(**open({first})), 1);
    EXPECT_EQ(rows(**open({first, second})), 2);
}

TEST_F(MigrateTest, RefusesANumberSlippedInBelowAnAppliedOne) {
    constexpr Migration third{3, "third", "CREATE TABLE c (v)"};
    ASSERT_TRUE(open({first, third}).ok());
    EXPECT_FALSE(open({first, second, third}).ok());
}

TEST_F(MigrateTest, RefusesNumbersOutOfOrder) {
    EXPECT_FALSE(open({second, first}).ok());
}

}  // namespace
}  // namespace vistter::store
