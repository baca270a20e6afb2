// A database file with damaged pages, or none at all: moved aside, taken over as far as it can be
// read, and never in the way of the show (drills: a corrupted journal).
#include "appliance/adapters/store/salvage.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "kit/temporary_folder.hpp"

namespace vistter {
namespace {

const std::vector<store::Migration> schema = {
    {1, "two",
     "CREATE TABLE config (k TEXT PRIMARY KEY, v TEXT) STRICT;"
     "CREATE TABLE bulk (n INTEGER PRIMARY KEY, v TEXT) STRICT;"}};

class Salvage : public ::testing::Test {
  protected:
    void SetUp() override {
        auto database = *store::open_database(path, schema);
        database->execute("INSERT INTO config VALUES ('name', 'Stage left')");
        database->transaction([&] {
            for (int i = 0; i < 2'000; ++i) {
                auto insert = database->prepare("INSERT INTO bulk VALUES (?, ?)");
                insert.bind(i).bind(std::string(400, 'x')).run();
            }
        });
        database->execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    void overwrite(std::streamoff at, std::size_t bytes) {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(at);
        file << std::string(bytes, '\x55');
    }
    static std::int64_t rows(store::Database& database, const std::string& table) {
        auto statement = database.prepare("SELECT COUNT(*) FROM " + table);
        return statement.step() ? statement.integer(0) : -1;
    }
    kit::TemporaryFolder folder;
    std::filesystem::path path = folder / "appliance.db";
};

TEST_F(Salvage, AWholeFileIsJustOpened) {
    const auto salvaged = appliance::open_or_replace(path, schema, machine_clock());
    ASSERT_TRUE(static_cast<bool>(salvaged));
    EXPECT_TRUE(salvaged->aside.empty());
    EXPECT_EQ(rows(*salvaged->database, "bulk"), 2'000);
}

TEST_F(Salvage, DamagedPagesCostTheirTableOnly) {
    overwrite(static_cast<std::streamoff>(std::filesystem::file_size(path) / 2), 64 * 1'024);
    ASSERT_FALSE(static_cast<bool>(store::open_database(path, schema)));
    const auto salvaged = appliance::open_or_replace(path, schema, machine_clock());
    ASSERT_TRUE(static_cast<bool>(salvaged));
    EXPECT_TRUE(std::filesystem::exists(salvaged->aside)) << "kept for whoever wants to look";
    EXPECT_EQ(salvaged->lost, std::vector<std::string>{"bulk"});
    EXPECT_EQ(rows(*salvaged->database, "config"), 1);
    EXPECT_EQ(rows(*salvaged->database, "bulk"), 0);
    salvaged->database->execute("INSERT INTO bulk VALUES (1, 'again')");
    EXPECT_FALSE(store::is_damaged(path));
}

TEST_F(Salvage, TheNewestThreeDamagedFilesAreKept) {
    ManualClock clock{WallTime{1'800'000'000'000}};
    std::vector<std::filesystem::path> asides;
    for (int n = 0; n < 5; ++n) {
        overwrite(0, 4'096);
        auto salvaged = appliance::open_or_replace(path, schema, clock);
        ASSERT_TRUE(static_cast<bool>(salvaged));
        asides.push_back(salvaged->aside);
        salvaged->database.reset();
        clock.advance_ms(3'600'000);
    }
    for (std::size_t n = 0; n < asides.size(); ++n)
        EXPECT_EQ(std::filesystem::exists(asides[n]), n >= 2) << asides[n];
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(Salvage, AFileThatIsNoDatabaseIsReplaced) {
    overwrite(0, 4'096);
    const auto salvaged = appliance::open_or_replace(path, schema, machine_clock());
    ASSERT_TRUE(static_cast<bool>(salvaged));
    EXPECT_EQ(salvaged->lost.size(), 2U);
    EXPECT_EQ(rows(*salvaged->database, "config"), 0);
}

TEST_F(Salvage, AFileOfANewerProgramIsLeftAlone) {
    auto newer = schema;
    newer.push_back({2, "later", "CREATE TABLE later (n INTEGER) STRICT;"});
    ASSERT_TRUE(static_cast<bool>(store::open_database(path, newer)));
    EXPECT_FALSE(static_cast<bool>(appliance::open_or_replace(path, schema, machine_clock())));
    EXPECT_TRUE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace vistter
