// The session JWT Studio issues over mutual TLS and the appliance shows in HELLO (contract B.3, RFC
// 7519, RFC 8705).
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "crypto/jws.hpp"

namespace vistter::crypto {

// Its own type, so that a message can never be shown as a token nor a token as a message (RFC 8725
// section 3.11).
inline constexpr std::string_view session_typ = "vistter-session+jwt";
inline constexpr std::string_view session_audience = "vistter-channel";

struct SessionClaims {
    std::string issuer;   // iss: Studio's environment
    std::string subject;  // sub: device_id
    std::string audience{session_audience};
    std::string tenant;
    std::string jwt_id;   // jti
    WallTime issued_at;   // iat = nbf, whole seconds
    WallTime expires_at;  // exp, at most an hour after iat
    std::string
        certificate_thumbprint;  // cnf.x5t#S256: base64url SHA-256 of the client certificate's DER
};

std::string sign_session_token(const PrivateKey& key, std::string_view kid,
                               const SessionClaims& claims);

struct SessionExpectation {
    std::string issuer, subject, certificate_thumbprint;
    std::string kid;
    WallTime now;
};

// Errors: SEC_UNAUTHORISED (signature, kid, iss, sub, aud, cnf), SEC_EXPIRED (exp, nbf, longer than
// an hour).
Result<SessionClaims> verify_session_token(std::string_view token, const PublicKey& key,
                                           const SessionExpectation& expected);

}  // namespace vistter::crypto
