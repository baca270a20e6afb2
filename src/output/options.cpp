// Reading the command line and the destination's file.
#include "output/options.hpp"

#include <sys/stat.h>

#include <charconv>
#include <map>
#include <string_view>

#include "base/file.hpp"

namespace vistter::output {
namespace {

constexpr std::uint64_t largest_config = 16 * 1024;

Error bad(std::string message) {
    return fail(ErrorCode::VAL_SCHEMA, std::move(message));
}

}  // namespace

Result<Options> parse_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; i += 2) {
        std::string_view name = argv[i];
        if (i + 1 == argc) return bad(std::string(name) + " wants a value");
        std::string_view value = argv[i + 1];
        if (name == "--socket") {
            options.socket = value;
        } else if (name == "--media-socket") {
            options.media_socket = value;
        } else if (name == "--config") {
            options.config = value;
        } else if (name == "--ready-fd") {
            auto [end, fault] =
                std::from_chars(value.data(), value.data() + value.size(), options.ready_fd);
            if (fault != std::errc{} || end != value.data() + value.size() ||
                options.ready_fd < 0) {
                return bad("--ready-fd wants a descriptor number");
            }
        } else {
            return bad("unexpected argument " + std::string(name));
        }
    }
    if (options.socket.empty() || options.media_socket.empty() || options.config.empty()) {
        return bad("--socket, --media-socket and --config are required");
    }
    return options;
}

std::string usage() {
    return "usage: vistter-output --socket PATH --media-socket PATH --config FILE [--ready-fd N]\n";
}

Result<Destination> parse_destination(std::string_view text) {
    Destination destination;
    std::map<std::string, std::string*, std::less<>> keys = {
        {"stream_id", &destination.stream_id},
        {"destination_id", &destination.destination_id},
        {"kind", &destination.kind},
        {"location", &destination.location}};
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.empty()) continue;
        std::size_t equals = line.find('=');
        auto key = keys.find(line.substr(0, equals));
        if (equals == std::string_view::npos || key == keys.end()) {
            return fail(ErrorCode::CFG_INVALID,
                        "the destination's file has a line that is no known key=value");
        }
        *key->second = line.substr(equals + 1);
        keys.erase(key);
    }
    if (!keys.empty())
        return fail(ErrorCode::CFG_INVALID, "the destination's file lacks " + keys.begin()->first);
    if (destination.kind != "rtmp" && destination.kind != "file") {
        return fail(ErrorCode::CFG_INVALID, "the destination's kind must be rtmp or file");
    }
    bool is_rtmp =
        destination.location.starts_with("rtmp://") || destination.location.starts_with("rtmps://");
    if (destination.location.empty() || (destination.kind == "rtmp") != is_rtmp) {
        return fail(ErrorCode::CFG_INVALID, "the destination's location does not fit its kind");
    }
    return destination;
}

Result<Destination> read_destination(const std::filesystem::path& file) {
    struct stat facts {};
    if (::stat(file.c_str(), &facts) == 0 && (facts.st_mode & 077) != 0) {
        return fail(ErrorCode::SEC_UNAUTHORISED,
                    "the destination's file must be readable by its owner only (mode 0600)");
    }
    Result<std::string> text = read_file(file, largest_config);
    if (!text) return text.error();
    return parse_destination(*text);
}

}  // namespace vistter::output
