// Compact JWS: taken apart strictly before any key is looked up, verified over the bytes as they
// came.
#include "crypto/jws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "crypto/jose_object.hpp"
#include "crypto/p256.hpp"

namespace vistter::crypto {
namespace {

constexpr std::size_t header_limit = 1024;
constexpr std::size_t kid_limit = 128;
constexpr std::size_t signature_size = 64;

bool is_kid(std::string_view text) {
    return !text.empty() && text.size() <= kid_limit && std::ranges::all_of(text, [](char c) {
        return c > 0x20 && c < 0x7f && c != '"' && c != '\\';
    });
}

Error refuse(std::string reason) {
    return fail(ErrorCode::SEC_UNAUTHORISED, std::move(reason));
}

struct Parts {
    std::string_view header, payload, signature;
};

std::optional<Parts> split(std::string_view compact) {
    std::size_t first = compact.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    std::size_t second = compact.find('.', first + 1);
    if (second == std::string_view::npos ||
        compact.find('.', second + 1) != std::string_view::npos) {
        return std::nullopt;
    }
    return Parts{compact.substr(0, first), compact.substr(first + 1, second - first - 1),
                 compact.substr(second + 1)};
}

const std::string* string_member(const JoseObject& object, const char* name) {
    auto found = object.find(name);
    return found == object.end() ? nullptr : std::get_if<std::string>(&found->second);
}

Status read_header(std::string_view encoded, std::string_view expected_typ, Jws& out) {
    if (encoded.size() > header_limit) return refuse("the JWS header is too long");
    std::optional<Bytes> bytes = from_base64url(encoded);
    if (!bytes) return refuse("the JWS header is not strict base64url");
    std::optional<JoseObject> header = read_jose_object(as_text(*bytes));
    if (!header) return refuse("the JWS header is not a plain object");
    const std::string* alg = string_member(*header, "alg");
    const std::string* kid = string_member(*header, "kid");
    const std::string* typ = string_member(*header, "typ");
    if (header->size() != 3 || alg == nullptr || kid == nullptr || typ == nullptr) {
        return refuse("the JWS header has other members than alg, kid, typ");
    }
    if (*alg != "ES256") return refuse("the JWS algorithm is not ES256");
    if (*typ != expected_typ) return refuse("the JWS is of another type");
    if (!is_kid(*kid)) return refuse("the JWS key id is malformed");
    out.kid = *kid;
    out.typ = *typ;
    return ok();
}

}  // namespace

std::string sign_jws(const PrivateKey& key, std::string_view kid, std::string_view typ,
                     std::string_view payload) {
    if (!is_kid(kid)) throw std::invalid_argument("a key id that no reader would take");
    std::string header =
        fmt::format(R"({{"alg":"ES256","kid":{},"typ":{}}})", jose_string(kid), jose_string(typ));
    std::string text = to_base64url(as_bytes(header)) + "." + to_base64url(as_bytes(payload));
    std::string signature = to_base64url(sign_p256(key, text));
    return text + "." + signature;
}

Result<Jws> read_jws(std::string_view compact, std::string_view expected_typ, std::size_t limit) {
    if (compact.size() > limit) {
        return fail(ErrorCode::VAL_TOO_BIG,
                    fmt::format("a message of {} bytes, {} allowed", compact.size(), limit));
    }
    std::optional<Parts> parts = split(compact);
    if (!parts) return refuse("not three parts joined by dots");
    Jws jws;
    if (Status header = read_header(parts->header, expected_typ, jws); !header)
        return header.error();
    std::optional<Bytes> signature = from_base64url(parts->signature);
    if (!signature || signature->size() != signature_size)
        return refuse("the signature is not 64 strict bytes");
    std::optional<Bytes> payload = from_base64url(parts->payload);
    if (!payload) return refuse("the payload is not strict base64url");
    jws.payload = as_text(*payload);
    jws.signing_input = compact.substr(0, parts->header.size() + 1 + parts->payload.size());
    jws.signature = std::move(*signature);
    return jws;
}

bool verify_jws(const Jws& jws, const PublicKey& key) {
    return verify_p256(key, jws.signing_input, jws.signature);
}

}  // namespace vistter::crypto
