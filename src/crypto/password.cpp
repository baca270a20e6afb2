// scrypt with the cost beside the hash, so that a later, higher cost still reads the old entries.
#include "crypto/password.hpp"

#include <openssl/evp.h>

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"

namespace vistter::crypto {
namespace {

struct Cost {
    std::uint64_t n = 32'768, r = 8, p = 1;  // 32 MiB, about 0.1 s
};
constexpr std::uint64_t memory_limit = 256ull << 20;
constexpr std::size_t salt_size = 16;

std::optional<Digest> derive(std::string_view password, ByteView salt, const Cost& cost) {
    Digest key{};
    int made = EVP_PBE_scrypt(password.data(), password.size(), salt.data(), salt.size(), cost.n,
                              cost.r, cost.p, memory_limit, key.data(), key.size());
    forget_errors();
    if (made != 1) return std::nullopt;
    return key;
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    for (;;) {
        std::size_t end = text.find('$');
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

// 0 when it is not a number of at most seven digits; scrypt refuses 0.
std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc() && end == text.data() + text.size() && text.size() <= 7 ? value
                                                                                         : 0;
}

}  // namespace

std::string hash_password(std::string_view password, Random& random) {
    std::array<std::uint8_t, salt_size> salt{};
    random.fill(salt);
    Cost cost;
    std::optional<Digest> key = derive(password, salt, cost);
    must(key.has_value(), "scrypt");
    return fmt::format("scrypt${}${}${}${}${}", cost.n, cost.r, cost.p, to_base64url(salt),
                       to_base64url(*key));
}

bool check_password(std::string_view password, std::string_view stored) {
    std::vector<std::string_view> parts = split(stored);
    if (parts.size() != 6 || parts[0] != "scrypt") return false;
    std::optional<Bytes> salt = from_base64url(parts[4]), hash = from_base64url(parts[5]);
    if (!salt || !hash) return false;
    std::optional<Digest> key =
        derive(password, *salt, {number(parts[1]), number(parts[2]), number(parts[3])});
    return key && equal_constant_time(*key, *hash);
}

std::string make_setup_code(Random& random) {
    std::string code;
    for (int i = 0; i < 10; ++i) {
        if (i == 5) code.push_back('-');
        code.push_back(crockford_alphabet[random.below(crockford_alphabet.size())]);
    }
    return code;
}

}  // namespace vistter::crypto
