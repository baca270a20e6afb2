// What may be an asset.
#include "studio/core/library.hpp"

#include <algorithm>
#include <array>

namespace vistter::studio {
namespace {

using namespace std::string_view_literals;

struct Kind {
    std::string_view media_type;
    std::string_view magic;
    std::size_t offset;
};

constexpr std::array kinds = {
    Kind{"image/png", "\x89PNG\r\n\x1a\n"sv, 0},
    Kind{"image/jpeg", "\xff\xd8\xff"sv, 0},
    Kind{"image/webp", "WEBP"sv, 8},
    Kind{"video/mp4", "ftyp"sv, 4},
    Kind{"audio/wav", "WAVE"sv, 8},
    Kind{"font/ttf", "\0\1\0\0"sv, 0},
    Kind{"font/otf", "OTTO"sv, 0},
    Kind{"font/woff2", "wOF2"sv, 0},
};

const Kind* kind_of(std::string_view media_type) {
    const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) {
        return kind.media_type == media_type;
    });
    return found == kinds.end() ? nullptr : &*found;
}

}  // namespace

bool is_asset_type(std::string_view media_type) {
    return kind_of(media_type) != nullptr;
}

bool looks_like(std::string_view media_type, std::string_view bytes) {
    const Kind* kind = kind_of(media_type);
    return kind && bytes.size() >= kind->offset + kind->magic.size() &&
           bytes.substr(kind->offset, kind->magic.size()) == kind->magic;
}

std::string asset_id_of(std::string_view sha256_hex) {
    return "ast_" + std::string(sha256_hex.substr(0, 32));
}

}  // namespace vistter::studio
