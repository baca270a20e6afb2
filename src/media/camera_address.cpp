// What stands between :// and @.
#include "media/camera_address.hpp"

#include <cctype>

namespace vistter::media {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const int letter = std::tolower(static_cast<unsigned char>(c));
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool encoded = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                             hex_value(text[i + 2]) >= 0;
        out.push_back(encoded
                          ? static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]))
                          : text[i]);
        if (encoded) i += 2;
    }
    return out;
}

}  // namespace

CameraAddress split_login(std::string_view url) {
    const std::size_t mark = url.find("://");
    if (mark == std::string_view::npos) return {std::string(url), {}, {}};
    const std::size_t start = mark + 3;
    const std::string_view authority = url.substr(start, url.find('/', start) - start);
    const std::size_t at = authority.rfind('@');
    if (at == std::string_view::npos) return {std::string(url), {}, {}};
    const std::string_view login = authority.substr(0, at);
    const std::size_t colon = login.find(':');
    const std::string_view password =
        colon == std::string_view::npos ? std::string_view() : login.substr(colon + 1);
    return {std::string(url.substr(0, start)) + std::string(url.substr(start + at + 1)),
            decoded(login.substr(0, colon)), decoded(password)};
}

}  // namespace vistter::media
