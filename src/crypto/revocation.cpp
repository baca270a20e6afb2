// Lists as OpenSSL makes and reads them.
#include "crypto/revocation.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include "crypto/openssl.hpp"

namespace vistter::crypto {
namespace {

using OwnedList = Owned<X509_CRL, X509_CRL_free>;
using OwnedTime = Owned<ASN1_TIME, ASN1_TIME_free>;

constexpr long version_2 = 1;  // lists count versions from 0 too

OwnedTime time_of(WallTime at) {
    OwnedTime time(ASN1_TIME_set(nullptr, at.ms / 1000));
    must(time != nullptr, "a time");
    return time;
}

WallTime wall_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return {static_cast<std::int64_t>(::timegm(&parts)) * 1000};
}

std::string hex_of(const ASN1_INTEGER* serial) {
    Owned<BIGNUM, BN_free> number(ASN1_INTEGER_to_BN(serial, nullptr));
    must(number != nullptr, "read a serial number");
    char* text = BN_bn2hex(number.get());
    must(text != nullptr, "read a serial number");
    std::string hex(text);
    OPENSSL_free(text);
    return hex;
}

// By name and key identifier, not by signature: whoever asks has issued them.
bool names_issuer(const Certificate& certificate, const Certificate& ca) {
    return X509_check_issued(ca.native(), certificate.native()) == X509_V_OK;
}

void add_entry(X509_CRL* list, const Certificate& certificate, WallTime at) {
    Owned<X509_REVOKED, X509_REVOKED_free> entry(X509_REVOKED_new());
    must(entry != nullptr, "list a certificate");
    must(X509_REVOKED_set_serialNumber(entry.get(), X509_get_serialNumber(certificate.native())),
         "list a certificate");
    must(X509_REVOKED_set_revocationDate(entry.get(), time_of(at).get()), "list a certificate");
    must(X509_CRL_add0_revoked(list, entry.release()), "list a certificate");
}

// Which key signed, and a number that grows: the time of its making.
void add_extensions(X509_CRL* list, const Certificate& ca, WallTime made_at) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, ca.native(), nullptr, nullptr, list, 0);
    Owned<X509_EXTENSION, X509_EXTENSION_free> signer(
        X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always"));
    must(signer && X509_CRL_add_ext(list, signer.get(), -1) == 1, "name the list's signer");
    Owned<ASN1_INTEGER, ASN1_INTEGER_free> number(ASN1_INTEGER_new());
    must(number && ASN1_INTEGER_set_int64(number.get(), made_at.ms / 1000) == 1, "number the list");
    must(X509_CRL_add1_ext_i2d(list, NID_crl_number, number.get(), 0, X509V3_ADD_DEFAULT),
         "number the list");
}

RevocationList contents(X509_CRL* list) {
    RevocationList read;
    read.made_at = wall_of(X509_CRL_get0_lastUpdate(list));
    read.ends_at = wall_of(X509_CRL_get0_nextUpdate(list));
    STACK_OF(X509_REVOKED)* entries = X509_CRL_get_REVOKED(list);
    for (int i = 0; i < sk_X509_REVOKED_num(entries); ++i)
        read.serials.push_back(
            hex_of(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(entries, i))));
    std::ranges::sort(read.serials);
    return read;
}

}  // namespace

std::vector<std::string> serials_to_list(const std::vector<Certificate>& revoked,
                                         const Certificate& ca) {
    std::vector<std::string> serials;
    for (const Certificate& each : revoked) {
        if (names_issuer(each, ca)) serials.push_back(hex_of(X509_get_serialNumber(each.native())));
    }
    std::ranges::sort(serials);
    return serials;
}

std::string issue_revocations(const PrivateKey& ca_key, const Certificate& ca,
                              const RevocationOrder& order) {
    OwnedList list(X509_CRL_new());
    must(list != nullptr, "make a revocation list");
    must(X509_CRL_set_version(list.get(), version_2), "set the version");
    must(X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(ca.native())),
         "set the issuer");
    must(X509_CRL_set1_lastUpdate(list.get(), time_of(order.validity.from).get()), "set its time");
    must(X509_CRL_set1_nextUpdate(list.get(), time_of(order.validity.to).get()), "set its end");
    for (const Certificate& each : order.revoked) {
        if (names_issuer(each, ca)) add_entry(list.get(), each, order.validity.from);
    }
    must(X509_CRL_sort(list.get()), "sort the list");
    add_extensions(list.get(), ca, order.validity.from);
    must(X509_CRL_sign(list.get(), ca_key.native(), EVP_sha256()) > 0, "sign the list");
    OwnedBio out = writer();
    must(PEM_write_bio_X509_CRL(out.get(), list.get()), "write the list");
    return written(out.get());
}

Result<RevocationList> read_revocations(std::string_view pem, const Certificate& ca) {
    OwnedBio in = reader(pem);
    for (;;) {
        OwnedList list(PEM_read_bio_X509_CRL(in.get(), nullptr, nullptr, nullptr));
        if (!list) break;
        const bool signed_by_ca =
            X509_CRL_verify(list.get(), ca.public_key().native()) == 1 &&
            X509_NAME_cmp(X509_CRL_get_issuer(list.get()), X509_get_subject_name(ca.native())) == 0;
        forget_errors();
        if (signed_by_ca) return contents(list.get());
    }
    forget_errors();
    return fail(ErrorCode::RES_NOT_FOUND, "there is no revocation list of this CA");
}

}  // namespace vistter::crypto
