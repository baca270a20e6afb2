// Proves that a request for recovery stands for one device and one key, and can be nothing else.
#include "crypto/recovery.hpp"

#include <gtest/gtest.h>

#include "crypto/certificate.hpp"
#include "crypto/session_token.hpp"

namespace vistter::crypto {
namespace {

constexpr const char* device = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC";
const std::string kid = std::string(device) + "#1";

RecoveryRequest request() {
    return {device,
            make_csr(PrivateKey::generate(), device),
            "Qm9vB1c8Tz0aXy4LwNn2eg",
            {1'764'000'000'123}};
}

// G5.3: the recovery path's proof is the old signing key.
TEST(Recovery, ComesBackWhole) {
    const PrivateKey key = PrivateKey::generate();
    const RecoveryRequest sent = request();
    const auto jws = read_recovery(sign_recovery(key, kid, sent));
    ASSERT_TRUE(jws.ok());
    EXPECT_EQ(jws->kid, kid);
    const auto read = verify_recovery(*jws, key.public_key());
    ASSERT_TRUE(read.ok()) << describe(read.error());
    EXPECT_EQ(read->device_id, sent.device_id);
    EXPECT_EQ(read->csr_tls, sent.csr_tls);
    EXPECT_EQ(read->nonce, sent.nonce);
    EXPECT_EQ(read->timestamp, sent.timestamp);
}

TEST(Recovery, RefusesOtherKeysOtherDevicesAndOtherKindsOfText) {
    const PrivateKey key = PrivateKey::generate();
    const auto jws = read_recovery(sign_recovery(key, kid, request()));
    EXPECT_FALSE(verify_recovery(*jws, PrivateKey::generate().public_key()).ok());
    const auto foreign = read_recovery(sign_recovery(key, "dev_other#1", request()));
    EXPECT_FALSE(verify_recovery(*foreign, key.public_key()).ok());
    for (const std::string_view typ : {message_typ, session_typ})
        EXPECT_FALSE(read_recovery(sign_jws(key, kid, typ, "{}")).ok()) << typ;
    for (const char* payload :
         {"", "{}", R"({"device_id":"x"})",
          R"({"device_id":"d","csr_tls":"QQ","nonce":"short","timestamp":1})",
          R"({"device_id":"d","csr_tls":"QQ","nonce":"Qm9vB1c8Tz0aXy4LwNn2eg","timestamp":"1"})"}) {
        const auto bad = read_recovery(sign_jws(key, kid, recovery_typ, payload));
        EXPECT_FALSE(verify_recovery(*bad, key.public_key()).ok()) << payload;
    }
    EXPECT_EQ(read_recovery(std::string(9'000, 'x')).error().code, ErrorCode::VAL_TOO_BIG);
}

}  // namespace
}  // namespace vistter::crypto
