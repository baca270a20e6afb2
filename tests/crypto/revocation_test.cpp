// Proves that a revocation list says what was revoked, of its own CA only, and can be read back.
#include "crypto/revocation.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include <memory>

#include "crypto/openssl.hpp"

namespace vistter::crypto {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

struct Ca {
    explicit Ca(const char* name)
        : root(make_root(key, name, {{at - day_ms}, {at + day_ms}}, random)) {}
    Certificate device() {
        return issue_device(key, root, PrivateKey::generate().public_key(),
                            "spiffe://vistter/t/x/d/dev_1", {{at - day_ms}, {at + day_ms}}, random);
    }
    std::int64_t at = machine_clock().wall().ms;
    SeededRandom random{11};
    PrivateKey key = PrivateKey::generate();
    Certificate root;
};

// As a broker asks OpenSSL.
int verify(const Ca& ca, const Certificate& certificate, const std::string& lists) {
    Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), ca.root.native());
    OwnedBio in = reader(lists);
    while (X509_CRL* list = PEM_read_bio_X509_CRL(in.get(), nullptr, nullptr, nullptr)) {
        X509_STORE_add_crl(store.get(), list);
        X509_CRL_free(list);
    }
    forget_errors();
    X509_STORE_set_flags(store.get(), X509_V_FLAG_CRL_CHECK);
    Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), certificate.native(), nullptr);
    X509_verify_cert(context.get());
    return X509_STORE_CTX_get_error(context.get());
}

// G1.7
TEST(Revocation, WhoeverReadsTheListRefusesWhatIsOnIt) {
    Ca ca("one");
    const Certificate good = ca.device(), bad = ca.device();
    const Validity valid{{ca.at - 3'600'000}, {ca.at + day_ms}};
    EXPECT_EQ(verify(ca, good, ""), X509_V_ERR_UNABLE_TO_GET_CRL);
    const std::string list = issue_revocations(ca.key, ca.root, {{bad}, valid});
    EXPECT_EQ(verify(ca, good, list), X509_V_OK);
    EXPECT_EQ(verify(ca, bad, list), X509_V_ERR_CERT_REVOKED);
    // A reader that knows both believes the younger one, in whichever order they came.
    const std::string younger =
        issue_revocations(ca.key, ca.root, {{good, bad}, {{valid.from.ms + 1'000}, valid.to}});
    EXPECT_EQ(verify(ca, good, list + younger), X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(verify(ca, good, younger + list), X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(verify(ca, good, issue_revocations(ca.key, ca.root, {{}, {valid.from, valid.from}})),
              X509_V_ERR_CRL_HAS_EXPIRED);
}

TEST(Revocation, AListIsReadBackAndBelongsToItsOwnCa) {
    Ca one("one"), other("other");
    const Certificate device = one.device(), foreign = other.device();
    const Validity valid{{1'700'000'000'000}, {1'800'000'000'000}};
    const std::string text = issue_revocations(other.key, other.root, {{device, foreign}, valid}) +
                             issue_revocations(one.key, one.root, {{device, foreign}, valid});
    const auto list = read_revocations(text, one.root);
    ASSERT_TRUE(list) << describe(list.error());
    EXPECT_EQ(list->made_at, valid.from);
    EXPECT_EQ(list->ends_at, valid.to);
    EXPECT_EQ(list->serials, serials_to_list({foreign, device}, one.root));
    EXPECT_EQ(list->serials.size(), 1U);
    EXPECT_EQ(read_revocations("nothing", one.root).error().code, ErrorCode::RES_NOT_FOUND);
    Ca impostor("one");
    EXPECT_FALSE(read_revocations(text, impostor.root)) << "the same name is not the same key";
}

}  // namespace
}  // namespace vistter::crypto
