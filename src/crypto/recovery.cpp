// Writing and judging the one plain object a request for recovery is.
#include "crypto/recovery.hpp"

#include <fmt/format.h>

#include "crypto/jose_object.hpp"

namespace vistter::crypto {
namespace {

constexpr std::size_t nonce_size = 22;

Error refuse(const char* reason) {
    return fail(ErrorCode::SEC_UNAUTHORISED,
                fmt::format("the request for recovery is refused: {}", reason));
}

}  // namespace

std::string sign_recovery(const PrivateKey& signing_key, std::string_view kid,
                          const RecoveryRequest& request) {
    // PEM has line ends, which our JOSE objects do not carry: the request travels in base64url.
    const std::string payload = fmt::format(
        R"({{"device_id":{},"csr_tls":{},"nonce":{},"timestamp":{}}})",
        jose_string(request.device_id), jose_string(to_base64url(as_bytes(request.csr_tls))),
        jose_string(request.nonce), request.timestamp.ms);
    return sign_jws(signing_key, kid, recovery_typ, payload);
}

Result<Jws> read_recovery(std::string_view compact) {
    return read_jws(compact, recovery_typ, recovery_limit);
}

Result<RecoveryRequest> verify_recovery(const Jws& jws, const PublicKey& key) {
    if (jws.typ != recovery_typ || !verify_jws(jws, key))
        return refuse("its signature does not verify");
    const auto members = read_jose_object(jws.payload);
    if (!members || members->size() != 4) return refuse("a member is missing or unknown");
    const auto text = [&](const char* name) {
        const auto found = members->find(name);
        const auto* value =
            found == members->end() ? nullptr : std::get_if<std::string>(&found->second);
        return value == nullptr ? std::string() : *value;
    };
    const auto at = members->find("timestamp");
    const auto* timestamp = at == members->end() ? nullptr : std::get_if<std::int64_t>(&at->second);
    const auto csr = from_base64url(text("csr_tls"));
    if (timestamp == nullptr || !csr || csr->empty() || text("nonce").size() != nonce_size)
        return refuse("a member is malformed");
    RecoveryRequest request{
        text("device_id"), std::string(as_text(*csr)), text("nonce"), {*timestamp}};
    if (request.device_id.empty() || !jws.kid.starts_with(request.device_id + "#"))
        return refuse("it names another device than its key");
    return request;
}

}  // namespace vistter::crypto
