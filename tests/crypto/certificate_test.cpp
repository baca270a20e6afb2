// Proves what Studio's CA writes and what a receiver reads out of it: names, usage, serials,
// requests, refusals.
#include "crypto/certificate.hpp"

#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include <set>

#include "base/random.hpp"

namespace vistter::crypto {
namespace {

constexpr WallTime start{1'764'000'000'000};
constexpr Validity year{start, {start.ms + 365ll * 86'400'000}};
constexpr const char* device_id = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC";

class CertificateTest : public ::testing::Test {
  protected:
    Certificate device(std::string_view uri) {
        return issue_device(root_key_, root_, PrivateKey::generate().public_key(), uri, year,
                            random_);
    }
    bool has_usage(const Certificate& certificate, int purpose) {
        return X509_check_purpose(certificate.native(), purpose, 0) == 1;
    }
    static bool names_host(const Certificate& certificate, const char* host) {
        return X509_check_host(certificate.native(), host, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                               nullptr) == 1;
    }
    static bool names_address(const Certificate& certificate, const char* address) {
        return X509_check_ip_asc(certificate.native(), address, 0) == 1;
    }

    SeededRandom random_{11};
    PrivateKey root_key_ = PrivateKey::generate();
    Certificate root_ = make_root(root_key_, "Vistter sandbox root", year, random_);
};

TEST_F(CertificateTest, TheRootSignsItselfAndIsAnAuthority) {
    EXPECT_TRUE(root_.issued_by(root_));
    EXPECT_EQ(X509_check_ca(root_.native()), 1);
    EXPECT_EQ(X509_get_pathlen(root_.native()), 0);
    EXPECT_EQ(X509_get_key_usage(root_.native()),
              static_cast<unsigned>(KU_KEY_CERT_SIGN | KU_CRL_SIGN));
    EXPECT_EQ(root_.not_before(), year.from);
    EXPECT_EQ(root_.not_after(), year.to);
}

TEST_F(CertificateTest, AServerIsNamedByDnsAndAddressAndMayOnlyServe) {
    Certificate server = issue_server(root_key_, root_, PrivateKey::generate().public_key(),
                                      {"studio.example", "127.0.0.1", "::1"}, year, random_);
    EXPECT_TRUE(server.issued_by(root_));
    EXPECT_TRUE(names_host(server, "studio.example"));
    EXPECT_FALSE(names_host(server, "other.example"));
    EXPECT_FALSE(names_host(server, "127.0.0.1"));
    EXPECT_TRUE(names_address(server, "127.0.0.1"));
    EXPECT_TRUE(names_address(server, "::1"));
    EXPECT_FALSE(names_address(server, "127.0.0.2"));
    EXPECT_TRUE(has_usage(server, X509_PURPOSE_SSL_SERVER));
    EXPECT_FALSE(has_usage(server, X509_PURPOSE_SSL_CLIENT));
    EXPECT_EQ(X509_check_ca(server.native()), 0);
}

TEST_F(CertificateTest, AHostNameCannotSmuggleASecondName) {
    Certificate server = issue_server(root_key_, root_, PrivateKey::generate().public_key(),
                                      {"a.example,DNS:evil.example"}, year, random_);
    EXPECT_FALSE(names_host(server, "evil.example"));
    EXPECT_FALSE(names_host(server, "a.example"));
}

TEST_F(CertificateTest, ADeviceIsNamedByExactlyOneUri) {
    Certificate device_certificate = device(device_uri("sandbox", device_id));
    EXPECT_EQ(device_certificate.uri_names(),
              std::vector<std::string>{std::string("spiffe://vistter/t/sandbox/d/") + device_id});
    EXPECT_TRUE(has_usage(device_certificate, X509_PURPOSE_SSL_CLIENT));
    EXPECT_FALSE(has_usage(device_certificate, X509_PURPOSE_SSL_SERVER));
    char common_name[80] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(device_certificate.native()), NID_commonName,
                              common_name, sizeof common_name);
    EXPECT_STREQ(common_name, device_id) << "what a broker knows the appliance by";
    Result<DeviceName> name = device_of(device_certificate);
    ASSERT_TRUE(name.ok());
    EXPECT_EQ(name->tenant, "sandbox");
    EXPECT_EQ(name->device_id, device_id);
}

// G1.7: a certificate that names no appliance, or more than one, opens nothing.
TEST_F(CertificateTest, RefusesEveryOtherName) {
    const std::string id = device_id;
    const std::string bad[] = {
        "",
        "spiffe://vistter/t/sandbox/d/",
        "spiffe://vistter/t//d/" + id,
        "spiffe://vistter/t/sandbox/d/" + id + "/x",
        "spiffe://vistter/t/sandbox/d/" + id + " ",
        "spiffe://vistter/t/sandbox/d/dev_01j9z6v7q8m4k2r5t3w1x0yabc",
        "spiffe://vistter/t/sand/box/d/" + id,
        "spiffe://vistter/t/sand%20box/d/" + id,
        "spiffe://other/t/sandbox/d/" + id,
        "SPIFFE://vistter/t/sandbox/d/" + id,
        "https://vistter/t/sandbox/d/" + id,
        "spiffe://vistter/d/" + id + "/t/sandbox",
        std::string("spiffe://vistter/t/a\0b/d/", 25) + id,
    };
    for (const std::string& uri : bad) {
        Result<DeviceName> name = device_of(device(uri));
        EXPECT_FALSE(name.ok()) << uri;
        if (!name.ok()) {
            EXPECT_EQ(name.error().code, ErrorCode::SEC_UNAUTHORISED) << uri;
        }
    }
}

// A certificate written by hand, for names that our own CA never puts together.
Certificate with_names(const PrivateKey& ca_key, const Certificate& ca, const char* common_name,
                       const std::vector<std::string>& uris) {
    PrivateKey key = PrivateKey::generate();
    X509* x509 = X509_new();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 7);
    ASN1_TIME_set(X509_getm_notBefore(x509), start.ms / 1000);
    ASN1_TIME_set(X509_getm_notAfter(x509), year.to.ms / 1000);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(ca.native()));
    X509_set_pubkey(x509, key.public_key().native());
    if (!uris.empty()) {
        std::string value;
        for (const std::string& uri : uris) value += (value.empty() ? "URI:" : ",URI:") + uri;
        X509_EXTENSION* names =
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, value.c_str());
        X509_add_ext(x509, names, -1);
        X509_EXTENSION_free(names);
    }
    X509_sign(x509, ca_key.native(), EVP_sha256());
    return Certificate(std::shared_ptr<x509_st>(x509, X509_free));
}

TEST_F(CertificateTest, RefusesTwoUrisAndACommonNameAlone) {
    std::string first = device_uri("sandbox", device_id);
    EXPECT_TRUE(device_of(with_names(root_key_, root_, "x", {first})).ok());
    EXPECT_FALSE(device_of(with_names(root_key_, root_, "x", {first, first})).ok());
    EXPECT_FALSE(device_of(with_names(root_key_, root_, "x", {first, "https://example.org"})).ok());
    EXPECT_FALSE(device_of(with_names(root_key_, root_, device_id, {})).ok());
    EXPECT_FALSE(device_of(root_).ok());
}

TEST_F(CertificateTest, AnotherAuthorityOfTheSameNameDidNotIssueIt) {
    PrivateKey other_key = PrivateKey::generate();
    Certificate other = make_root(other_key, "Vistter sandbox root", year, random_);
    Certificate device_certificate = device(device_uri("sandbox", device_id));
    EXPECT_TRUE(device_certificate.issued_by(root_));
    EXPECT_FALSE(device_certificate.issued_by(other));
    EXPECT_NE(other.public_key().spki_sha256(), root_.public_key().spki_sha256());
}

TEST_F(CertificateTest, SerialNumbersAreLongPositiveAndNeverTheSame) {
    std::set<std::string> seen;
    for (int i = 0; i < 200; ++i) {
        Certificate certificate = device(device_uri("sandbox", device_id));
        BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate.native()), nullptr);
        EXPECT_EQ(BN_num_bytes(number), 16);
        EXPECT_FALSE(BN_is_negative(number));
        char* text = BN_bn2hex(number);
        seen.insert(text);
        OPENSSL_free(text);
        BN_free(number);
    }
    EXPECT_EQ(seen.size(), 200u);
}

TEST_F(CertificateTest, PemAndDerComeBackTheSame) {
    Certificate certificate = device(device_uri("sandbox", device_id));
    Result<Certificate> from_pem = Certificate::from_pem(certificate.to_pem());
    Result<Certificate> from_der = Certificate::from_der(certificate.to_der());
    ASSERT_TRUE(from_pem.ok() && from_der.ok());
    EXPECT_EQ(from_pem->thumbprint(), certificate.thumbprint());
    EXPECT_EQ(from_der->thumbprint(), certificate.thumbprint());
    EXPECT_EQ(certificate.thumbprint().size(), 43u);
    Result<std::vector<Certificate>> chain =
        Certificate::chain_from_pem(certificate.to_pem() + root_.to_pem());
    ASSERT_TRUE(chain.ok());
    ASSERT_EQ(chain->size(), 2u);
    EXPECT_EQ((*chain)[1].thumbprint(), root_.thumbprint());
}

TEST_F(CertificateTest, RefusesTruncatedLengthenedAndForeignBytes) {
    Bytes der = root_.to_der();
    EXPECT_FALSE(Certificate::from_der(ByteView(der).first(der.size() - 1)).ok());
    Bytes longer = der;
    longer.push_back(0);
    EXPECT_FALSE(Certificate::from_der(longer).ok());
    EXPECT_FALSE(Certificate::from_der({}).ok());
    EXPECT_FALSE(Certificate::from_pem("").ok());
    EXPECT_FALSE(
        Certificate::from_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
            .ok());
    EXPECT_FALSE(Certificate::chain_from_pem("no certificate here").ok());
}

TEST_F(CertificateTest, ARequestProvesItsKey) {
    PrivateKey key = PrivateKey::generate();
    std::string pem = make_csr(key, "SANDBOX-0001");
    Result<SigningRequest> read = read_csr(pem);
    ASSERT_TRUE(read.ok()) << describe(read.error());
    EXPECT_EQ(read->key.spki_sha256(), key.public_key().spki_sha256());
}

// G5.3: a request answers one command and no other.
TEST_F(CertificateTest, ARequestCarriesTheChallengeOfItsCommand) {
    const PrivateKey key = PrivateKey::generate();
    EXPECT_EQ(read_csr(make_csr(key, "x"))->challenge, "");
    EXPECT_EQ(read_csr(make_csr(key, "x", "Qm9vB1c8Tz0aXy4LwNn2eg"))->challenge,
              "Qm9vB1c8Tz0aXy4LwNn2eg");
    EXPECT_EQ(read_csr(make_csr(key, "x", "a_b-c"))->challenge, "a_b-c");
}

TEST_F(CertificateTest, ARequestAlteredAnywhereIsRefused) {
    std::string pem = make_csr(PrivateKey::generate(), "SANDBOX-0001", "challenge");
    const std::string head = "-----BEGIN CERTIFICATE REQUEST-----\n";
    std::size_t begin = head.size(), end = pem.find("\n-----END");
    int accepted = 0;
    for (std::size_t at = begin; at < end; ++at) {
        if (pem[at] == '\n' || pem[at] == '=') continue;
        std::string altered = pem;
        altered[at] = altered[at] == 'A' ? 'B' : 'A';
        if (read_csr(altered).ok()) ++accepted;
    }
    // Only the spare bits of the last base64 symbol may change without changing a byte.
    EXPECT_LE(accepted, 1);
    EXPECT_FALSE(read_csr("").ok());
    EXPECT_FALSE(read_csr(root_.to_pem()).ok());
    EXPECT_EQ(read_csr(std::string(20'000, 'x')).error().code, ErrorCode::VAL_TOO_BIG);
}

}  // namespace
}  // namespace vistter::crypto
