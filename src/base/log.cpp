#include "base/log.hpp"

#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

namespace vistter::log {
namespace {

constexpr std::size_t kept_lines = 1'000;

// Shared: the logger keeps its sinks so.
const std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt>& newest() {
    static const auto lines = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(kept_lines);
    return lines;
}

spdlog::logger& logger() {
    static spdlog::logger instance = [] {
        spdlog::logger made("vistter",
                            {std::make_shared<spdlog::sinks::stderr_sink_mt>(), newest()});
        made.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %n %l %v", spdlog::pattern_time_type::utc);
        made.flush_on(spdlog::level::debug);
        return made;
    }();
    return instance;
}

spdlog::level::level_enum native(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warning:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

std::string one_line(std::string_view text) {
    std::string line;
    line.reserve(text.size());
    for (char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            line += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            line.push_back(c);
        }
    }
    return line;
}

}  // namespace

void open(std::string_view process, Level lowest) {
    logger().set_pattern(fmt::format("%Y-%m-%dT%H:%M:%S.%eZ {} %l %v", process),
                         spdlog::pattern_time_type::utc);
    logger().set_level(native(lowest));
}

std::vector<std::string> recent() {
    return newest()->last_formatted();
}

void write(Level level, std::string_view text) {
    logger().log(native(level), "{}", one_line(text));
}

}  // namespace vistter::log
