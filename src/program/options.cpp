// Reading argv: every option once, every value in its bounds.
#include "program/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

namespace vistter::program {
namespace {

Error bad(std::string message) {
    return fail(ErrorCode::VAL_SCHEMA, std::move(message));
}

class Arguments {
  public:
    static Result<Arguments> read(int argc, char** argv) {
        Arguments read;
        for (int i = 1; i < argc; ++i) {
            std::string_view name = argv[i];
            if (!name.starts_with("--")) return bad(fmt::format("unexpected argument {}", name));
            if (name == "--proof-strip") {
                read.values_[std::string(name)] = "";
            } else if (i + 1 == argc) {
                return bad(fmt::format("{} wants a value", name));
            } else {
                read.values_[std::string(name)] = argv[++i];
            }
        }
        return read;
    }

    std::string text(const std::string& name, std::string otherwise = {}) {
        auto found = values_.find(name);
        if (found == values_.end()) return otherwise;
        std::string value = found->second;
        values_.erase(found);
        return value;
    }
    bool flag(const std::string& name) { return values_.erase(name) > 0; }

    // `target` keeps its value when the option is absent.
    Status number(const std::string& name, int low, int high, int& target) {
        auto found = values_.find(name);
        if (found == values_.end()) return ok();
        const std::string& value = found->second;
        auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), target);
        if (fault != std::errc{} || end != value.data() + value.size() || target < low ||
            target > high) {
            return fail(ErrorCode::VAL_RANGE,
                        fmt::format("{} wants a number from {} to {}", name, low, high));
        }
        values_.erase(found);
        return ok();
    }
    // What nobody asked for.
    std::string left_over() const {
        return values_.empty() ? std::string{} : values_.begin()->first;
    }

  private:
    std::map<std::string, std::string> values_;
};

Status parse_rate(const std::string& text, media::EncoderSettings& encoder) {
    int num = 0, den = 1;
    const char* end = text.data() + text.size();
    auto [slash, fault] = std::from_chars(text.data(), end, num);
    bool whole = fault == std::errc{} && slash == end;
    if (fault == std::errc{} && slash != end && *slash == '/') {
        auto [after, bad_den] = std::from_chars(slash + 1, end, den);
        whole = bad_den == std::errc{} && after == end;
    }
    if (!whole || num < 1 || num > 240'000 || den < 1 || den > 1001 || num / den > 120) {
        return fail(ErrorCode::VAL_RANGE, "--rate wants N or N/D frames a second, at most 120");
    }
    encoder.rate_num = num;
    encoder.rate_den = den;
    return ok();
}

Status parse_encoder(Arguments& arguments, media::EncoderSettings& encoder) {
    struct Row {
        const char* name;
        int low, high, *target;
    };
    const Row rows[] = {{"--width", 160, 4096, &encoder.width},
                        {"--height", 90, 2304, &encoder.height},
                        {"--bitrate", 100, 50'000, &encoder.video_bitrate_kbps},
                        {"--keyframe", 1, 10, &encoder.keyframe_interval_s}};
    for (const Row& row : rows) {
        if (Status read = arguments.number(row.name, row.low, row.high, *row.target); !read)
            return read;
    }
    encoder.preset = arguments.text("--preset", encoder.preset);
    static constexpr std::string_view presets[] = {"ultrafast", "superfast", "veryfast",
                                                   "faster",    "fast",      "medium"};
    if (std::find(std::begin(presets), std::end(presets), encoder.preset) == std::end(presets)) {
        return fail(ErrorCode::VAL_RANGE,
                    fmt::format("--preset {} is not one of ultrafast .. medium", encoder.preset));
    }
    if (encoder.width % 2 != 0 || encoder.height % 2 != 0) {
        return fail(ErrorCode::VAL_RANGE, "--width and --height are even");
    }
    return parse_rate(arguments.text("--rate", "30/1"), encoder);
}

}  // namespace

Result<Options> parse_options(int argc, char** argv) {
    Result<Arguments> arguments = Arguments::read(argc, argv);
    if (!arguments) return std::move(arguments).error();
    Options options;
    options.socket = arguments->text("--socket");
    options.media_socket = arguments->text("--media-socket");
    options.proof_strip = arguments->flag("--proof-strip");
    if (options.socket.empty() || options.media_socket.empty())
        return bad("--socket and --media-socket are required");
    if (Status read = parse_encoder(*arguments, options.encoder); !read)
        return std::move(read).error();
    if (Status read = arguments->number("--ready-fd", 0, 1 << 20, options.ready_fd); !read)
        return std::move(read).error();
    if (options.proof_strip && options.encoder.width % 80 != 0) {
        return fail(ErrorCode::VAL_RANGE, "--proof-strip needs a width that is a multiple of 80");
    }
    if (std::string unknown = arguments->left_over(); !unknown.empty())
        return bad(fmt::format("no option {}", unknown));
    return options;
}

std::string usage() {
    return "usage: vistter-program --socket PATH --media-socket PATH [--width W] [--height H] "
           "[--rate N/D]\n"
           "         [--bitrate KBPS] [--keyframe SECONDS] [--preset NAME] [--proof-strip] "
           "[--ready-fd N]\n";
}

}  // namespace vistter::program
