// The migrations, one after another, make exactly the schema that sql/studio/schema.sql shows.
#include "studio/adapters/schema/schema.hpp"

#include <gtest/gtest.h>

#include <regex>

#include <map>

#include "base/file.hpp"
#include "kit/temporary_folder.hpp"

namespace vistter::studio {
namespace {

// Every table and index by name, with the text that made it.
// SQL without comments, quotes and white space: ALTER TABLE leaves a text of its own.
std::string bare(const std::string& sql) {
    const std::string without_comments = std::regex_replace(sql, std::regex("--[^\n]*"), "");
    return std::regex_replace(without_comments, std::regex("[\\s\"]+"), "");
}

std::map<std::string, std::string> objects_of(store::Database& database) {
    std::map<std::string, std::string> objects;
    auto row = database.prepare(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name NOT LIKE "
        "'schema_%' AND tbl_name NOT LIKE 'sqlite_%'");
    while (row.step()) objects[row.text(0)] = bare(row.text(1));
    return objects;
}

TEST(SchemaTest, MigrationsAddUpToTheWholeSchema) {
    const kit::TemporaryFolder folder;
    const auto migrated = store::open_database(folder / "migrated.db", schema());
    ASSERT_TRUE(migrated) << describe(migrated.error());
    const auto whole = store::open_database(folder / "whole.db", {});
    ASSERT_TRUE(whole) << describe(whole.error());
    (*whole)->execute(
        read_file(std::string(VISTTER_SOURCE_DIR) + "/sql/studio/schema.sql", 1U << 20U).value());
    EXPECT_EQ(objects_of(**migrated), objects_of(**whole));
    EXPECT_GE(objects_of(**migrated).size(), 15U);
}

TEST(SchemaTest, NumbersRiseFromOneWithoutAGap) {
    int expected = 0;
    for (const store::Migration& migration : schema()) {
        EXPECT_EQ(migration.number, ++expected) << migration.name;
    }
    EXPECT_GE(expected, 2);
}

}  // namespace
}  // namespace vistter::studio
