// JWS, session JWT, pairing token and signed address: what is let in is exactly what was signed.
#include "base/random.hpp"
#include "crypto/certificate.hpp"
#include "crypto/pairing_token.hpp"
#include "crypto/recovery.hpp"
#include "crypto/session_token.hpp"
#include "crypto/signed_url.hpp"
#include "fuzz/target.hpp"
#include "fuzz/targets/fixed_key.hpp"

namespace vistter::fuzz {
namespace {

constexpr std::size_t limit = 262'144;
const WallTime now{1'795'000'000'000};
const Bytes url_key(32, 7);

crypto::SessionClaims claims() {
    crypto::SessionClaims claims;
    claims.issuer = "studio:test";
    claims.subject = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC";
    claims.tenant = "test";
    claims.jwt_id = "01932f6c-7a10-7c3e-9b51-0f2a6d8e4c11";
    claims.issued_at = now;
    claims.expires_at = {now.ms + 3'600'000};
    claims.certificate_thumbprint = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
    return claims;
}

}  // namespace

void jws(std::string_view input) {
    const auto read = crypto::read_jws(input, crypto::message_typ, limit);
    if (!read) {
        must(!read.error().message.empty(), "a refusal has a reason");
        return;
    }
    must(read->signature.size() == 64, "a signature is 64 bytes");
    must(read->signing_input + "." + to_base64url(read->signature) == input,
         "nothing of the token is left unread, and it has one spelling");
    (void)crypto::verify_jws(*read, fixed_key().public_key());
}

std::vector<std::string> jws_examples() {
    return {
        crypto::sign_jws(fixed_key(), "dev_1#1", crypto::message_typ, "{}"),
        crypto::sign_jws(fixed_key(), "studio:test#1", crypto::message_typ, std::string(300, 'x'))};
}

void session_token(std::string_view input) {
    const crypto::SessionExpectation expected{
        "studio:test", claims().subject, claims().certificate_thumbprint, "studio:test#1", now};
    const auto read = crypto::verify_session_token(input, fixed_key().public_key(), expected);
    if (!read) return;
    must(read->subject == expected.subject && read->issuer == expected.issuer &&
             read->expires_at > now &&
             read->certificate_thumbprint == expected.certificate_thumbprint,
         "a token that is let in says what is expected");
}

void recovery_request(std::string_view input) {
    const auto read = crypto::read_recovery(input);
    if (!read) return;
    const auto request = crypto::verify_recovery(*read, fixed_key().public_key());
    if (!request) return;
    must(read->kid.starts_with(request->device_id), "a request is for the device that signed it");
}

std::vector<std::string> recovery_request_examples() {
    crypto::RecoveryRequest request;
    request.device_id = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC";
    request.csr_tls = "-----BEGIN CERTIFICATE REQUEST-----";
    request.nonce = "k3Zc1mQh0b2yV7dQe9uJ5w";
    request.timestamp = now;
    return {crypto::sign_recovery(fixed_key(), request.device_id + "#1", request)};
}

std::vector<std::string> session_token_examples() {
    return {crypto::sign_session_token(fixed_key(), "studio:test#1", claims())};
}

void pairing_token(std::string_view input) {
    const auto read = crypto::parse_pairing_token(input);
    if (!read) return;
    const auto again = crypto::parse_pairing_token(crypto::format_pairing_token(*read));
    must(again.ok() && *again == *read, "a token reads back as itself");
    (void)crypto::pin_matches(*read, fixed_key().public_key());
}

std::vector<std::string> pairing_token_examples() {
    SeededRandom random(1);
    const auto token = crypto::make_pairing_token(fixed_key().public_key(), random);
    return {crypto::format_pairing_token(token)};
}

// PATH?QUERY
void signed_url(std::string_view input) {
    const std::size_t mark = std::min(input.find('?'), input.size());
    const std::string_view path = input.substr(0, mark);
    const std::string_view query = mark < input.size() ? input.substr(mark + 1) : "";
    const auto read = crypto::read_signed_url(url_key, path, query, now);
    if (!read) return;
    must(crypto::sign_url_path(url_key, path, read->audience, read->expires) == input,
         "an address has one spelling");
    must(read->expires > now, "an address ends");
}

std::vector<std::string> signed_url_examples() {
    return {crypto::sign_url_path(url_key, "/assets/0a", "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC",
                                  {now.ms + 60'000})};
}

}  // namespace vistter::fuzz
