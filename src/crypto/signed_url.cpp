// Expiring asset addresses. The query's form is fixed, so that there is one spelling of every
// signed address.
#include "crypto/signed_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "crypto/digest.hpp"

namespace vistter::crypto {
namespace {

bool is_audience(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '_' || c == '-';
    });
}

Digest seal(ByteView key, std::string_view path, std::int64_t expires_ms,
            std::string_view audience) {
    return hmac_sha256(key, as_bytes(fmt::format("{}\n{}\n{}", path, expires_ms, audience)));
}

// Takes "<name>=<value>" off the front, up to the next '&' or the end.
std::optional<std::string_view> take_member(std::string_view& query, std::string_view name) {
    if (!query.starts_with(name)) return std::nullopt;
    query.remove_prefix(name.size());
    std::size_t end = std::min(query.find('&'), query.size());
    std::string_view value = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    return value;
}

std::optional<std::int64_t> read_ms(std::string_view text) {
    std::int64_t value = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    if (fmt::format("{}", value) != text) return std::nullopt;
    return value;
}

Error altered() {
    return fail(ErrorCode::SEC_UNAUTHORISED, "the signed address does not verify");
}

}  // namespace

std::string sign_url_path(ByteView key, std::string_view path, std::string_view audience,
                          WallTime expires) {
    if (!is_audience(audience))
        throw std::invalid_argument("an audience that would need escaping in a query");
    return fmt::format("{}?a={}&e={}&s={}", path, audience, expires.ms,
                       to_base64url(seal(key, path, expires.ms, audience)));
}

Result<SignedUrl> read_signed_url(ByteView key, std::string_view path, std::string_view query,
                                  WallTime now) {
    auto audience = take_member(query, "a=");
    auto expires_text = take_member(query, "e=");
    auto seal_text = take_member(query, "s=");
    if (!audience || !expires_text || !seal_text || !query.empty() || !is_audience(*audience))
        return altered();
    auto expires = read_ms(*expires_text);
    auto given = from_base64url(*seal_text);
    if (!expires || !given) return altered();
    if (!equal_constant_time(*given, seal(key, path, *expires, *audience))) return altered();
    if (now.ms >= *expires) {
        return fail(ErrorCode::AST_EXPIRED_URL,
                    "the signed address has expired; ask for a new one");
    }
    return SignedUrl{std::string(*audience), WallTime{*expires}};
}

Status verify_url_path(ByteView key, std::string_view path, std::string_view query, WallTime now) {
    Result<SignedUrl> read = read_signed_url(key, path, query, now);
    if (!read) return read.error();
    return ok();
}

}  // namespace vistter::crypto
