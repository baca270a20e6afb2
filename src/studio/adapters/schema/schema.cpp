// The embedded files NNNN_name.sql as migrations.
#include "studio/adapters/schema/schema.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace vistter::studio {

std::vector<std::pair<std::string_view, std::string_view>>
embedded_migrations();  // cmake/embed.cmake

std::vector<store::Migration> schema() {
    std::vector<store::Migration> migrations;
    for (const auto& [file, sql] : embedded_migrations()) {
        int number = 0;
        std::from_chars(file.data(), file.data() + file.size(), number);
        migrations.push_back({.number = number, .name = file, .sql = sql});
    }
    std::sort(migrations.begin(), migrations.end(),
              [](const auto& one, const auto& other) { return one.number < other.number; });
    return migrations;
}

}  // namespace vistter::studio
