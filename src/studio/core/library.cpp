// What may be an asset, and which part of it a Range header asks for.
#include "studio/core/library.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace vistter::studio {
namespace {

using namespace std::string_view_literals;

struct Kind {
    std::string_view media_type;
    std::string_view magic;
    std::size_t offset;
};

constexpr std::array kinds = {
    Kind{"image/png", "\x89PNG\r\n\x1a\n"sv, 0}, Kind{"image/jpeg", "\xff\xd8\xff"sv, 0},
    Kind{"image/webp", "WEBP"sv, 8},             Kind{"video/mp4", "ftyp"sv, 4},
    Kind{"audio/wav", "WAVE"sv, 8},              Kind{"font/ttf", "\0\1\0\0"sv, 0},
    Kind{"font/otf", "OTTO"sv, 0},               Kind{"font/woff2", "wOF2"sv, 0},
};

const Kind* kind_of(std::string_view media_type) {
    const auto found = std::find_if(kinds.begin(), kinds.end(),
                                    [&](const Kind& kind) { return kind.media_type == media_type; });
    return found == kinds.end() ? nullptr : &*found;
}

std::optional<std::int64_t> read_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

}  // namespace

bool is_asset_type(std::string_view media_type) { return kind_of(media_type) != nullptr; }

bool looks_like(std::string_view media_type, std::string_view bytes) {
    const Kind* kind = kind_of(media_type);
    return kind && bytes.size() >= kind->offset + kind->magic.size() &&
           bytes.substr(kind->offset, kind->magic.size()) == kind->magic;
}

std::string asset_id_of(std::string_view sha256_hex) { return "ast_" + std::string(sha256_hex.substr(0, 32)); }

RangeKind read_range(std::string_view header, std::int64_t size, ByteRange& range) {
    range = {0, size};
    constexpr std::string_view unit = "bytes=";
    if (!header.starts_with(unit)) return RangeKind::whole;
    header.remove_prefix(unit.size());
    const auto dash = header.find('-');
    if (dash == std::string_view::npos || header.find(',') != std::string_view::npos) return RangeKind::whole;
    const auto first = read_number(header.substr(0, dash));
    const auto last = read_number(header.substr(dash + 1));
    const bool open_end = dash + 1 == header.size();
    if (first && (last || open_end)) {
        if (last && *last < *first) return RangeKind::whole;
        if (*first >= size) return RangeKind::unsatisfiable;
        const std::int64_t end = last ? std::min(*last, size - 1) : size - 1;
        range = {*first, end - *first + 1};
        return RangeKind::part;
    }
    if (dash == 0 && last) {  // the last n bytes
        if (*last == 0 || size == 0) return RangeKind::unsatisfiable;
        const std::int64_t length = std::min(*last, size);
        range = {size - length, length};
        return RangeKind::part;
    }
    return RangeKind::whole;
}

}  // namespace vistter::studio
