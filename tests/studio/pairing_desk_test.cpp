// Pairing on a real database and real keys, with a clock in the test's hand (G1.4).
#include "studio/core/pairing.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "crypto/certificate.hpp"
#include "crypto/pairing_token.hpp"
#include "kit/temporary_folder.hpp"
#include "studio/adapters/authority/authority.hpp"
#include "studio/adapters/pairing/code_attempts.hpp"
#include "studio/adapters/pairing/code_store.hpp"
#include "studio/adapters/records/records.hpp"
#include "studio/adapters/registry/registry.hpp"
#include "studio/adapters/schema/schema.hpp"

namespace vistter::studio {
namespace {

class PairingDeskTest : public testing::Test {
  protected:
    kit::TemporaryFolder folder;
    ManualClock clock{WallTime{1'800'000'000'000}};
    SeededRandom random{20'261'122};
    std::unique_ptr<store::Database> database =
        std::move(store::open_database(folder / "studio.db", schema())).value();
    std::unique_ptr<StudioTrust> trust =
        std::move(open_authority({folder.path(), "test", {"127.0.0.1"}}, clock, random)).value();
    std::unique_ptr<Registry> registry = make_registry(*database, clock);
    std::unique_ptr<Records> records = make_records(*database);
    std::unique_ptr<CodeStore> codes = make_code_store(*database, random);
    std::unique_ptr<CodeAttempts> attempts = make_code_attempts(codes->salt_key(), random);
    PairingDesk desk{{*registry, *trust, *records, *records, clock, random, *codes, *attempts}};

    const Person ann{"usr_a", "test"};

    PairingRequest request(const std::string& token, const std::string& serial) const {
        PairingRequest made;
        made.secret_hex = to_hex(crypto::parse_pairing_token(token).value().secret);
        made.serial = serial;
        made.csr_tls = crypto::make_csr(crypto::PrivateKey::generate(), serial);
        made.csr_sign = crypto::make_csr(crypto::PrivateKey::generate(), serial);
        return made;
    }
    ErrorCode refusal(const PairingRequest& made) {
        const auto device = desk.redeem(made);
        return device ? ErrorCode::DEPRECATED : device.error().code;
    }
    std::vector<std::string> audit_trail() {
        std::vector<std::string> rows;
        auto row = database->prepare("SELECT action, outcome FROM audit ORDER BY n");
        while (row.step()) rows.push_back(row.text(0) + " " + row.text(1));
        return rows;
    }
};

TEST_F(PairingDeskTest, ATokenLivesExactlyItsTime) {
    const auto issued = desk.issue("SN-1", 900, ann).value();
    clock.advance_ms(900'000 - 1);
    EXPECT_TRUE(registry->grant_by_hash(issued.grant.secret_hash));
    clock.advance_ms(1);
    EXPECT_EQ(refusal(request(issued.text, "SN-1")), ErrorCode::PAIR_EXPIRED);
    EXPECT_EQ(refusal(request(issued.text, "SN-2")), ErrorCode::PAIR_INVALID)
        << "a foreign serial learns nothing";
    EXPECT_TRUE(registry->devices("test").empty());
}

TEST_F(PairingDeskTest, EveryAttemptLeavesItsRow) {
    const auto issued = desk.issue("SN-1", 900, ann).value();
    for (int n = 0; n < 5; ++n) refusal(request(issued.text, "SN-2"));
    EXPECT_EQ(audit_trail(),
              (std::vector<std::string>{
                  "pairing.issue ok", "pairing.redeem PAIR_INVALID", "pairing.redeem PAIR_INVALID",
                  "pairing.redeem PAIR_INVALID", "pairing.redeem PAIR_INVALID",
                  "pairing.redeem PAIR_INVALID", "pairing.locked 1 tokens"}));
}

TEST_F(PairingDeskTest, TheSecretItselfIsNowhereInTheDatabase) {
    const auto issued = desk.issue("SN-1", 900, ann).value();
    const std::string secret = request(issued.text, "SN-1").secret_hex;
    EXPECT_NE(issued.grant.secret_hash, issued.grant.secret_mark);
    for (const std::string& kept :
         {issued.grant.secret_hash, issued.grant.secret_mark, issued.grant.token_id}) {
        EXPECT_EQ(kept.find(secret), std::string::npos);
    }
}

TEST_F(PairingDeskTest, ABadSigningRequestDoesNotSpendTheToken) {
    const auto issued = desk.issue("SN-1", 900, ann).value();
    PairingRequest bad = request(issued.text, "SN-1");
    bad.csr_sign = "nonsense";
    EXPECT_EQ(refusal(bad), ErrorCode::VAL_SCHEMA);
    EXPECT_TRUE(desk.redeem(request(issued.text, "SN-1")).ok());
}

// The CA survives an interruption after any of its files: what is missing is made, what is there is
// kept.
TEST_F(PairingDeskTest, AnInterruptedFirstStartIsContinued) {
    const std::string root = trust->root_pem();
    const TrustBundle before = trust->trust_bundle();
    for (const char* name : {"server.pem", "server.hosts", "server.key", "spare-root.key"}) {
        std::filesystem::remove(folder / name);
        const auto again = open_authority({folder.path(), "test", {"127.0.0.1"}}, clock, random);
        ASSERT_TRUE(again) << name << ": " << describe(again.error());
        EXPECT_EQ((*again)->root_pem(), root) << name;
        EXPECT_EQ((*again)->trust_bundle().pins, before.pins) << name;
    }
}

TEST_F(PairingDeskTest, ADamagedKeyIsNeverReplaced) {
    std::filesystem::resize_file(folder / "root.key", 10);
    const auto again = open_authority({folder.path(), "test", {"127.0.0.1"}}, clock, random);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::CFG_INVALID);
    EXPECT_NE(again.error().message.find("root.key"), std::string::npos) << again.error().message;
    EXPECT_EQ(std::filesystem::file_size(folder / "root.key"), 10U);
}

TEST_F(PairingDeskTest, TheServerCertificateIsRenewedBeforeItEndsAndWhenItsNamesChange) {
    EXPECT_FALSE(trust->renew_server_certificate());
    const std::string before = trust->server_chain_pem();
    clock.advance_ms(370LL * 86'400'000);
    EXPECT_TRUE(trust->renew_server_certificate());
    EXPECT_NE(trust->server_chain_pem(), before);
    const auto renamed =
        open_authority({folder.path(), "test", {"127.0.0.1", "studio.example"}}, clock, random)
            .value()
            ->server_chain_pem();
    EXPECT_NE(renamed, trust->server_chain_pem());
}

}  // namespace
}  // namespace vistter::studio
