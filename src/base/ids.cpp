#include "base/ids.hpp"

#include <array>

#include "base/bytes.hpp"

namespace vistter {
namespace {

std::array<std::uint8_t, 16> time_and_random(const Clock& clock, Random& random) {
    std::array<std::uint8_t, 16> raw{};
    random.fill(raw);
    auto ms = static_cast<std::uint64_t>(clock.wall().ms);
    for (int i = 0; i < 6; ++i) raw[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    return raw;
}

bool ulid_after(std::string_view prefix, std::string_view text) {
    if (text.size() != prefix.size() + 26 || !text.starts_with(prefix)) return false;
    return text.substr(prefix.size()).find_first_not_of(crockford_alphabet) ==
           std::string_view::npos;
}

}  // namespace

std::string make_uuid7(const Clock& clock, Random& random) {
    auto raw = time_and_random(clock, random);
    raw[6] = static_cast<std::uint8_t>(0x70 | (raw[6] & 0x0f));
    raw[8] = static_cast<std::uint8_t>(0x80 | (raw[8] & 0x3f));
    std::string hex = to_hex(raw);
    for (std::size_t at : {8, 13, 18, 23}) hex.insert(at, "-");
    return hex;
}

std::string make_id(std::string_view prefix, const Clock& clock, Random& random) {
    return std::string(prefix) + to_crockford(time_and_random(clock, random));
}

std::string make_nonce(Random& random) {
    std::array<std::uint8_t, 16> raw{};
    random.fill(raw);
    return to_base64url(raw);
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash != (text[i] == '-')) return false;
        if (!dash && std::string_view("0123456789abcdef").find(text[i]) == std::string_view::npos)
            return false;
    }
    return true;
}

bool is_device_id(std::string_view text) {
    return ulid_after("dev_", text);
}

bool is_session_id(std::string_view text) {
    return ulid_after("ses_", text);
}

bool is_id(std::string_view prefix, std::string_view text) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    if (text.empty() || text.size() > 60) return false;
    for (char c : text) {
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-') return false;
    }
    return true;
}

}  // namespace vistter
