// The session JWT: written and judged by Studio alone, so every claim is checked for exactly what
// Studio writes.
#include "crypto/session_token.hpp"

#include <fmt/format.h>

#include "crypto/jose_object.hpp"

namespace vistter::crypto {
namespace {

constexpr std::size_t token_limit = 4096;
constexpr std::int64_t longest_life_s = 3600;
constexpr std::size_t claim_count = 10;  // the nine claims and the object cnf itself

const std::string* text_of(const JoseObject& claims, const char* name) {
    auto found = claims.find(name);
    return found == claims.end() ? nullptr : std::get_if<std::string>(&found->second);
}

const std::int64_t* number_of(const JoseObject& claims, const char* name) {
    auto found = claims.find(name);
    return found == claims.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
}

Error refuse(const char* reason) {
    return fail(ErrorCode::SEC_UNAUTHORISED,
                fmt::format("the session token is refused: {}", reason));
}

Error out_of_time(const char* reason) {
    return fail(ErrorCode::SEC_EXPIRED,
                fmt::format("the session token is out of time: {}; fetch a new one", reason));
}

Result<SessionClaims> read_claims(std::string_view payload) {
    std::optional<JoseObject> object = read_jose_object(payload);
    if (!object) return refuse("its claims are not a plain object");
    const std::string *iss = text_of(*object, "iss"), *sub = text_of(*object, "sub"),
                      *aud = text_of(*object, "aud"), *tenant = text_of(*object, "tenant"),
                      *jti = text_of(*object, "jti"),
                      *thumbprint = text_of(*object, "cnf.x5t#S256");
    const std::int64_t *iat = number_of(*object, "iat"), *nbf = number_of(*object, "nbf"),
                       *exp = number_of(*object, "exp");
    bool complete = iss && sub && aud && tenant && jti && thumbprint && iat && nbf && exp;
    if (!complete || object->size() != claim_count) return refuse("a claim is missing or unknown");
    if (*nbf != *iat) return refuse("nbf differs from iat");
    return SessionClaims{.issuer = *iss,
                         .subject = *sub,
                         .audience = *aud,
                         .tenant = *tenant,
                         .jwt_id = *jti,
                         .issued_at = {*iat * 1000},
                         .expires_at = {*exp * 1000},
                         .certificate_thumbprint = *thumbprint};
}

}  // namespace

std::string sign_session_token(const PrivateKey& key, std::string_view kid,
                               const SessionClaims& claims) {
    std::int64_t issued = claims.issued_at.ms / 1000, expires = claims.expires_at.ms / 1000;
    std::string payload = fmt::format(
        R"({{"iss":{},"sub":{},"aud":{},"tenant":{},"jti":{},"iat":{},"nbf":{},"exp":{},"cnf":{{"x5t#S256":{}}}}})",
        jose_string(claims.issuer), jose_string(claims.subject), jose_string(claims.audience),
        jose_string(claims.tenant), jose_string(claims.jwt_id), issued, issued, expires,
        jose_string(claims.certificate_thumbprint));
    return sign_jws(key, kid, session_typ, payload);
}

Result<SessionClaims> verify_session_token(std::string_view token, const PublicKey& key,
                                           const SessionExpectation& expected) {
    Result<Jws> jws = read_jws(token, session_typ, token_limit);
    if (!jws) return refuse(jws.error().message.c_str());
    if (jws->kid != expected.kid) return refuse("it names another key");
    if (!verify_jws(*jws, key)) return refuse("its signature does not verify");
    Result<SessionClaims> claims = read_claims(jws->payload);
    if (!claims) return claims;
    if (claims->issuer != expected.issuer) return refuse("another issuer");
    if (claims->audience != session_audience) return refuse("another audience");
    if (claims->subject != expected.subject) return refuse("another device");
    if (claims->certificate_thumbprint != expected.certificate_thumbprint) {
        return refuse("it is bound to another client certificate");
    }
    std::int64_t life_s = (claims->expires_at.ms - claims->issued_at.ms) / 1000;
    if (life_s <= 0 || life_s > longest_life_s) return out_of_time("it lives longer than an hour");
    if (expected.now < claims->issued_at) return out_of_time("it begins in the future");
    if (expected.now >= claims->expires_at) return out_of_time("it has ended");
    return claims;
}

}  // namespace vistter::crypto
