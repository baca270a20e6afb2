// Reading certificates: PEM and DER, names, validity, thumbprint, and the device a client
// certificate stands for.
#include "crypto/certificate.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include "base/ids.hpp"
#include "crypto/openssl.hpp"
#include "crypto/p256.hpp"

namespace vistter::crypto {
namespace {

constexpr std::size_t pem_limit = 262'144;
constexpr std::string_view uri_start = "spiffe://vistter/t/";
constexpr std::string_view uri_middle = "/d/";

WallTime to_wall(const ASN1_TIME* time) {
    std::tm parts{};
    must(ASN1_TIME_to_tm(time, &parts), "read a certificate's time");
    return {std::int64_t{timegm(&parts)} * 1000};
}

Result<Certificate> checked(X509* x509) {
    OwnedX509 owned(x509);
    if (!is_p256(X509_get0_pubkey(x509)))
        return fail(ErrorCode::SEC_UNAUTHORISED, "a certificate without a P-256 key");
    return Certificate(
        std::shared_ptr<x509_st>(owned.release(), X509_free));  // shared: the class's handle
}

bool is_tenant(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

}  // namespace

Result<Certificate> Certificate::from_pem(std::string_view pem) {
    if (pem.size() > pem_limit)
        return fail(ErrorCode::VAL_TOO_BIG, "a certificate of more than 256 KiB");
    OwnedBio bio = reader(pem);
    X509* x509 = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr);
    if (x509 == nullptr)
        return crypto_error(ErrorCode::SEC_UNAUTHORISED, "not a certificate in PEM");
    return checked(x509);
}

Result<Certificate> Certificate::from_der(ByteView der) {
    const unsigned char* at = der.data();
    X509* x509 = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
    if (x509 == nullptr)
        return crypto_error(ErrorCode::SEC_UNAUTHORISED, "not a certificate in DER");
    if (at != der.data() + der.size()) {
        X509_free(x509);
        return fail(ErrorCode::SEC_UNAUTHORISED, "bytes after the certificate");
    }
    return checked(x509);
}

Result<std::vector<Certificate>> Certificate::chain_from_pem(std::string_view pem) {
    if (pem.size() > pem_limit)
        return fail(ErrorCode::VAL_TOO_BIG, "a certificate chain of more than 256 KiB");
    std::vector<Certificate> chain;
    OwnedBio bio = reader(pem);
    while (X509* x509 = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
        Result<Certificate> next = checked(x509);
        if (!next) return next.error();
        chain.push_back(std::move(*next));
    }
    forget_errors();  // the end of the text is reported as an error
    if (chain.empty()) return fail(ErrorCode::SEC_UNAUTHORISED, "no certificate in PEM");
    return chain;
}

std::string Certificate::to_pem() const {
    OwnedBio bio = writer();
    must(PEM_write_bio_X509(bio.get(), x509_.get()), "write a certificate");
    return written(bio.get());
}

Bytes Certificate::to_der() const {
    unsigned char* der = nullptr;
    int size = i2d_X509(x509_.get(), &der);
    must(size > 0, "encode a certificate");
    Bytes bytes(der, der + size);
    OPENSSL_free(der);
    return bytes;
}

PublicKey Certificate::public_key() const {
    return PublicKey(std::shared_ptr<evp_pkey_st>(X509_get_pubkey(x509_.get()),
                                                  EVP_PKEY_free));  // shared: a handle
}

std::string Certificate::thumbprint() const {
    return to_base64url(sha256(to_der()));
}

std::vector<std::string> Certificate::uri_names() const {
    std::vector<std::string> uris;
    Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(x509_.get(), NID_subject_alt_name, nullptr, nullptr)));
    if (!names) return uris;
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_URI) continue;
        const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
        uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                          static_cast<std::size_t>(ASN1_STRING_length(uri)));
    }
    return uris;
}

WallTime Certificate::not_before() const {
    return to_wall(X509_get0_notBefore(x509_.get()));
}
WallTime Certificate::not_after() const {
    return to_wall(X509_get0_notAfter(x509_.get()));
}

bool Certificate::issued_by(const Certificate& issuer) const {
    bool good = X509_verify(x509_.get(), X509_get0_pubkey(issuer.native())) == 1;
    forget_errors();
    return good;
}

std::string device_uri(std::string_view tenant, std::string_view device_id) {
    std::string uri(uri_start);
    uri += tenant;
    uri += uri_middle;
    uri += device_id;
    return uri;
}

Result<DeviceName> device_of(const Certificate& certificate) {
    std::vector<std::string> uris = certificate.uri_names();
    if (uris.size() != 1)
        return fail(ErrorCode::SEC_UNAUTHORISED, "the certificate does not name exactly one URI");
    std::string_view uri = uris.front();
    Error unknown = fail(ErrorCode::SEC_UNAUTHORISED, "the certificate does not name an appliance");
    if (!uri.starts_with(uri_start)) return unknown;
    uri.remove_prefix(uri_start.size());
    std::size_t middle = uri.find(uri_middle);
    if (middle == std::string_view::npos) return unknown;
    std::string_view tenant = uri.substr(0, middle),
                     device_id = uri.substr(middle + uri_middle.size());
    if (!is_tenant(tenant) || !is_device_id(device_id)) return unknown;
    return DeviceName{std::string(tenant), std::string(device_id)};
}

}  // namespace vistter::crypto
