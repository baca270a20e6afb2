// Studio's small CA at work: root, server and device certificates.
#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <array>

#include "crypto/certificate.hpp"
#include "crypto/openssl.hpp"
#include "crypto/p256.hpp"

namespace vistter::crypto {
namespace {

using Names = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;

constexpr long version_3 = 2;  // X.509 counts versions from 0

// 16 random bytes as a positive number: 126 bits nobody can foresee (CA/Browser Forum asks for 64).
void set_random_serial(X509* x509, Random& random) {
    std::array<std::uint8_t, 16> bytes{};
    random.fill(bytes);
    bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x3f) | 0x40);
    Owned<BIGNUM, BN_free> number(BN_bin2bn(bytes.data(), bytes.size(), nullptr));
    must(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x509)) != nullptr,
         "set a serial number");
}

void set_validity(X509* x509, Validity validity) {
    must(ASN1_TIME_set(X509_getm_notBefore(x509), validity.from.ms / 1000) != nullptr,
         "set not before");
    must(ASN1_TIME_set(X509_getm_notAfter(x509), validity.to.ms / 1000) != nullptr,
         "set not after");
}

// `value` is one of our own constants: OpenSSL's extension syntax never sees foreign text.
void add_extension(X509* x509, X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, x509, nullptr, nullptr, 0);
    Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    must(extension && X509_add_ext(x509, extension.get(), -1) == 1, "add an extension");
}

void add_name(GENERAL_NAMES* names, int type, ASN1_STRING* value) {
    GENERAL_NAME* name = GENERAL_NAME_new();
    must(name != nullptr, "alternative name");
    GENERAL_NAME_set0_value(name, type, value);
    must(sk_GENERAL_NAME_push(names, name) > 0, "alternative name");
}

ASN1_STRING* string_of(int type, const void* data, std::size_t size) {
    ASN1_STRING* text = ASN1_STRING_type_new(type);
    must(text != nullptr && ASN1_STRING_set(text, data, static_cast<int>(size)) == 1,
         "alternative name");
    return text;
}

void add_host(GENERAL_NAMES* names, const std::string& host) {
    unsigned char address[16];
    if (::inet_pton(AF_INET, host.c_str(), address) == 1) {
        add_name(names, GEN_IPADD, string_of(V_ASN1_OCTET_STRING, address, 4));
    } else if (::inet_pton(AF_INET6, host.c_str(), address) == 1) {
        add_name(names, GEN_IPADD, string_of(V_ASN1_OCTET_STRING, address, 16));
    } else {
        add_name(names, GEN_DNS, string_of(V_ASN1_IA5STRING, host.data(), host.size()));
    }
}

OwnedX509 start(std::string_view common_name, const PublicKey& subject, Validity validity,
                Random& random) {
    OwnedX509 x509(X509_new());
    must(x509 != nullptr, "make a certificate");
    must(X509_set_version(x509.get(), version_3), "set the version");
    set_random_serial(x509.get(), random);
    set_validity(x509.get(), validity);
    put_common_name(X509_get_subject_name(x509.get()), common_name);
    must(X509_set_pubkey(x509.get(), subject.native()), "set the key");
    return x509;
}

Certificate finish(OwnedX509 x509, const PrivateKey& key) {
    must(X509_sign(x509.get(), key.native(), EVP_sha256()) > 0, "sign a certificate");
    return Certificate(
        std::shared_ptr<x509_st>(x509.release(), X509_free));  // shared: the class's handle
}

Certificate issue_leaf(OwnedX509 x509, const PrivateKey& ca_key, const Certificate& ca,
                       const char* usage, const Names& names) {
    must(X509_set_issuer_name(x509.get(), X509_get_subject_name(ca.native())), "set the issuer");
    add_extension(x509.get(), ca.native(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(x509.get(), ca.native(), NID_key_usage, "critical,digitalSignature");
    add_extension(x509.get(), ca.native(), NID_ext_key_usage, usage);
    add_extension(x509.get(), ca.native(), NID_subject_key_identifier, "hash");
    add_extension(x509.get(), ca.native(), NID_authority_key_identifier, "keyid:always");
    must(X509_add1_ext_i2d(x509.get(), NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT),
         "add the names");
    return finish(std::move(x509), ca_key);
}

}  // namespace

Certificate make_root(const PrivateKey& key, std::string_view common_name, Validity validity,
                      Random& random) {
    OwnedX509 x509 = start(common_name, key.public_key(), validity, random);
    must(X509_set_issuer_name(x509.get(), X509_get_subject_name(x509.get())), "set the issuer");
    add_extension(x509.get(), x509.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(x509.get(), x509.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(x509.get(), x509.get(), NID_subject_key_identifier, "hash");
    add_extension(x509.get(), x509.get(), NID_authority_key_identifier, "keyid:always");
    return finish(std::move(x509), key);
}

Certificate issue_server(const PrivateKey& ca_key, const Certificate& ca, const PublicKey& subject,
                         const std::vector<std::string>& hosts, Validity validity, Random& random) {
    Names names(GENERAL_NAMES_new());
    must(names != nullptr, "alternative names");
    for (const std::string& host : hosts) add_host(names.get(), host);
    return issue_leaf(start("Vistter Studio", subject, validity, random), ca_key, ca, "serverAuth",
                      names);
}

Certificate issue_device(const PrivateKey& ca_key, const Certificate& ca, const PublicKey& subject,
                         std::string_view spiffe_uri, Validity validity, Random& random) {
    Names names(GENERAL_NAMES_new());
    must(names != nullptr, "alternative names");
    add_name(names.get(), GEN_URI,
             string_of(V_ASN1_IA5STRING, spiffe_uri.data(), spiffe_uri.size()));
    const std::string_view device_id = spiffe_uri.substr(spiffe_uri.rfind('/') + 1);
    const std::string_view name = device_id.empty() ? "unnamed" : device_id.substr(0, 64);
    return issue_leaf(start(name, subject, validity, random), ca_key, ca, "clientAuth", names);
}

}  // namespace vistter::crypto
