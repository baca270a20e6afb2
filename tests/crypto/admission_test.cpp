// Proves that a request for admission stands for one device, one certificate and one connection.
#include "crypto/admission.hpp"

#include <gtest/gtest.h>

#include "crypto/recovery.hpp"
#include "crypto/session_token.hpp"

namespace vistter::crypto {
namespace {

constexpr const char* device = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC";
const std::string kid = std::string(device) + "#1";

AdmissionRequest request() {
    return {device, std::string(43, 'p'), "studio:main", Bytes(32, 0x5a)};
}

// G1.5: a session is bound to the certificate, whichever door it was asked for at.
TEST(Admission, ComesBackWhole) {
    const PrivateKey key = PrivateKey::generate();
    const auto jws = read_admission(sign_admission(key, kid, request()));
    ASSERT_TRUE(jws.ok());
    EXPECT_EQ(jws->kid, kid);
    const auto read = verify_admission(*jws, key.public_key());
    ASSERT_TRUE(read.ok()) << describe(read.error());
    EXPECT_EQ(read->device_id, device);
    EXPECT_EQ(read->certificate_thumbprint, request().certificate_thumbprint);
    EXPECT_EQ(read->audience, "studio:main");
    EXPECT_EQ(read->tls_exporter, request().tls_exporter);
}

TEST(Admission, TheAudienceIsAStudioWhateverKeyItUses) {
    EXPECT_EQ(audience_of("studio:main#1"), "studio:main");
    EXPECT_EQ(audience_of("studio:main#12"), "studio:main");
}

TEST(Admission, RefusesOtherKeysOtherDevicesAndOtherKindsOfText) {
    const PrivateKey key = PrivateKey::generate();
    const auto jws = read_admission(sign_admission(key, kid, request()));
    EXPECT_FALSE(verify_admission(*jws, PrivateKey::generate().public_key()).ok());
    const auto foreign = read_admission(sign_admission(key, "dev_other#1", request()));
    EXPECT_FALSE(verify_admission(*foreign, key.public_key()).ok());
    for (const std::string_view typ : {message_typ, session_typ, recovery_typ})
        EXPECT_FALSE(read_admission(sign_jws(key, kid, typ, "{}")).ok()) << typ;
    AdmissionRequest unbound = request(), nameless = request(), unfit = request();
    unbound.tls_exporter.clear();
    nameless.audience.clear();
    unfit.certificate_thumbprint = "p";
    for (const AdmissionRequest& bad : {unbound, nameless, unfit}) {
        const auto read = read_admission(sign_admission(key, kid, bad));
        EXPECT_FALSE(verify_admission(*read, key.public_key()).ok());
    }
    for (const char* payload : {"", "{}", R"({"device_id":"x"})", "[]"}) {
        const auto bad = read_admission(sign_jws(key, kid, admission_typ, payload));
        EXPECT_FALSE(verify_admission(*bad, key.public_key()).ok()) << payload;
    }
    EXPECT_EQ(read_admission(std::string(3'000, 'x')).error().code, ErrorCode::VAL_TOO_BIG);
}

}  // namespace
}  // namespace vistter::crypto
