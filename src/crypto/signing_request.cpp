// PKCS #10 requests: what a device asks a certificate with.
#include <openssl/pem.h>

#include "crypto/certificate.hpp"
#include "crypto/openssl.hpp"
#include "crypto/p256.hpp"

namespace vistter::crypto {
namespace {

using OwnedRequest = Owned<X509_REQ, X509_REQ_free>;

constexpr std::size_t request_limit = 16'384;
constexpr std::size_t challenge_limit = 255;  // RFC 2985: pkcs-9-ub-challengePassword

// Nothing when the attribute is absent; also refused: several of them, or several values in one.
std::optional<std::string> challenge_of(X509_REQ* request) {
    const int at = X509_REQ_get_attr_by_NID(request, NID_pkcs9_challengePassword, -1);
    if (at < 0) return std::string();
    if (X509_REQ_get_attr_by_NID(request, NID_pkcs9_challengePassword, at) >= 0)
        return std::nullopt;
    X509_ATTRIBUTE* attribute = X509_REQ_get_attr(request, at);
    if (X509_ATTRIBUTE_count(attribute) != 1) return std::nullopt;
    const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(attribute, 0);
    if (value->type != V_ASN1_PRINTABLESTRING && value->type != V_ASN1_UTF8STRING)
        return std::nullopt;
    const ASN1_STRING* text = value->value.asn1_string;
    return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                       static_cast<std::size_t>(ASN1_STRING_length(text)));
}

}  // namespace

std::string make_csr(const PrivateKey& key, std::string_view common_name,
                     std::string_view challenge) {
    OwnedRequest request(X509_REQ_new());
    must(request != nullptr, "make a request");
    must(X509_REQ_set_version(request.get(), 0), "set the version");
    put_common_name(X509_REQ_get_subject_name(request.get()), common_name);
    must(X509_REQ_set_pubkey(request.get(), key.native()), "set the key");
    if (!challenge.empty()) {
        must(X509_REQ_add1_attr_by_NID(request.get(), NID_pkcs9_challengePassword, MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(challenge.data()),
                                       static_cast<int>(challenge.size())),
             "set the challenge");
    }
    must(X509_REQ_sign(request.get(), key.native(), EVP_sha256()) > 0, "sign a request");
    OwnedBio bio = writer();
    must(PEM_write_bio_X509_REQ(bio.get(), request.get()), "write a request");
    return written(bio.get());
}

Result<SigningRequest> read_csr(std::string_view pem) {
    if (pem.size() > request_limit)
        return fail(ErrorCode::VAL_TOO_BIG, "a signing request of more than 16 KiB");
    OwnedBio bio = reader(pem);
    OwnedRequest request(PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
    if (!request) return crypto_error(ErrorCode::SEC_UNAUTHORISED, "not a signing request in PEM");
    EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
    if (!is_p256(key))
        return fail(ErrorCode::SEC_UNAUTHORISED, "a signing request without a P-256 key");
    bool proven = X509_REQ_verify(request.get(), key) == 1;
    forget_errors();
    if (!proven)
        return fail(ErrorCode::SEC_UNAUTHORISED, "the signing request does not prove its key");
    std::optional<std::string> challenge = challenge_of(request.get());
    if (!challenge || challenge->size() > challenge_limit)
        return fail(ErrorCode::SEC_UNAUTHORISED, "the signing request's challenge is malformed");
    std::shared_ptr<evp_pkey_st> shared(X509_REQ_get_pubkey(request.get()),
                                        EVP_PKEY_free);  // the class's handle
    return SigningRequest{PublicKey(std::move(shared)), std::move(*challenge)};
}

}  // namespace vistter::crypto
