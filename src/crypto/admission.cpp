// Writing and judging the one plain object a request for admission is.
#include "crypto/admission.hpp"

#include <fmt/format.h>

#include "crypto/jose_object.hpp"

namespace vistter::crypto {
namespace {

constexpr std::size_t least_exporter = 32, thumbprint_size = 43;

Error refuse(const char* reason) {
    return fail(ErrorCode::SEC_UNAUTHORISED,
                fmt::format("the request for a session is refused: {}", reason));
}

}  // namespace

std::string audience_of(std::string_view studio_kid) {
    return std::string(studio_kid.substr(0, studio_kid.rfind('#')));
}

std::string sign_admission(const PrivateKey& signing_key, std::string_view kid,
                           const AdmissionRequest& request) {
    const std::string payload =
        fmt::format(R"({{"device_id":{},"x5t#S256":{},"aud":{},"tls_exporter":{}}})",
                    jose_string(request.device_id), jose_string(request.certificate_thumbprint),
                    jose_string(request.audience), jose_string(to_base64url(request.tls_exporter)));
    return sign_jws(signing_key, kid, admission_typ, payload);
}

Result<Jws> read_admission(std::string_view compact) {
    return read_jws(compact, admission_typ, admission_limit);
}

Result<AdmissionRequest> verify_admission(const Jws& jws, const PublicKey& key) {
    if (jws.typ != admission_typ || !verify_jws(jws, key))
        return refuse("its signature does not verify");
    const auto members = read_jose_object(jws.payload);
    if (!members || members->size() != 4) return refuse("a member is missing or unknown");
    const auto text = [&](const char* name) {
        const auto found = members->find(name);
        const auto* value =
            found == members->end() ? nullptr : std::get_if<std::string>(&found->second);
        return value == nullptr ? std::string() : *value;
    };
    const auto exporter = from_base64url(text("tls_exporter"));
    AdmissionRequest request{text("device_id"), text("x5t#S256"), text("aud"),
                             exporter ? *exporter : Bytes()};
    if (request.tls_exporter.size() < least_exporter || request.audience.empty() ||
        request.certificate_thumbprint.size() != thumbprint_size)
        return refuse("a member is malformed");
    if (request.device_id.empty() || !jws.kid.starts_with(request.device_id + "#"))
        return refuse("it names another device than its key");
    return request;
}

}  // namespace vistter::crypto
