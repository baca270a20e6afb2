// One logger for a process, to standard error. Secrets are never passed to it.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vistter::log {

enum class Level { debug, info, warning, error };

// Sets the process's name in each line and the lowest level shown. Call once, at start.
void open(std::string_view process, Level lowest);
// Writes one line; control characters in `text` are escaped so that a record stays one line.
// Thread-safe.
void write(Level level, std::string_view text);

// The newest lines, oldest first, as written; at most 1,000. Thread-safe.
std::vector<std::string> recent();

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace vistter::log
