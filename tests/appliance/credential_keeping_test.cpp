// The identity's two slots on real files: what is renewed is kept whole, what does not fit is not
// taken, and a cut anywhere leaves one identity (acceptance G1.6, G5.3).
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "appliance/adapters/identity/known_time.hpp"
#include "appliance/credential_bench.hpp"
#include "kit/cut_short.hpp"
#include "kit/swtpm.hpp"

namespace vistter::appliance::test {
namespace {

class CredentialKeepingTest : public ::testing::Test {
  protected:
    CredentialKeepingTest() : before(bench.identity()) {
        auto keeper = bench.keeper();
        EXPECT_TRUE(keeper.replace(before).ok());
    }
    // Makes a request and Studio's answer to it, with the key kept beside the identity.
    contract::CredentialRefresh asked(IdentityKeeper& keeper) {
        return bench.certificate_for(keeper.request("client_cert", "challenge").value(),
                                     bench.device);
    }
    std::string kept_certificate() { return bench.keeper().current()->granted.client_certificate; }
    CredentialBench bench;
    Identity before;
};

TEST_F(CredentialKeepingTest, ACertificateIsRenewedInTwoSteps) {
    auto keeper = bench.keeper();
    const auto result = keeper.request("client_cert", "Qm9vB1c8Tz0aXy4LwNn2eg").value();
    const auto request = crypto::read_csr(CredentialBench::csr_in(result));
    ASSERT_TRUE(request.ok());
    EXPECT_EQ(request->challenge, "Qm9vB1c8Tz0aXy4LwNn2eg");
    const auto bundle = bench.certificate_for(result, bench.device);
    EXPECT_TRUE(keeper.judge(bundle).ok());
    EXPECT_FALSE(keeper.is_current(bundle));
    ASSERT_TRUE(keeper.stage(bundle).ok());
    EXPECT_EQ(kept_certificate(), before.granted.client_certificate) << "not proven yet";
    ASSERT_TRUE(keeper.promote().ok());
    EXPECT_TRUE(keeper.is_current(bundle));
    const auto after = bench.keeper().current();
    EXPECT_EQ(after->granted.client_certificate, bundle.certificate);
    EXPECT_EQ(crypto::PrivateKey::from_pem(after->tls_key_pem)->public_key().spki_sha256(),
              request->key.spki_sha256());
    EXPECT_EQ(after->signing_key_pem, before.signing_key_pem);
    EXPECT_EQ(keeper.promote().error().code, ErrorCode::RES_NOT_FOUND);
}

TEST_F(CredentialKeepingTest, WhatIsNotProvenIsDropped) {
    auto keeper = bench.keeper();
    ASSERT_TRUE(keeper.stage(asked(keeper)).ok());
    keeper.drop();
    EXPECT_FALSE(keeper.next());
    EXPECT_EQ(keeper.promote().error().code, ErrorCode::RES_NOT_FOUND);
    EXPECT_EQ(kept_certificate(), before.granted.client_certificate);
}

TEST_F(CredentialKeepingTest, ACertificateThatDoesNotFitIsRefused) {
    auto keeper = bench.keeper();
    auto bundle = asked(keeper);
    const auto refused = [&](const contract::CredentialRefresh& bad) {
        const Status judged = keeper.judge(bad);
        EXPECT_FALSE(keeper.stage(bad).ok());
        EXPECT_FALSE(keeper.next());
        return judged ? ErrorCode::SYS_INTERNAL : judged.error().code;
    };
    const auto good = bundle;
    const auto key = crypto::Certificate::from_pem(good.certificate)->public_key();
    bundle.certificate = bench.certify(crypto::PrivateKey::generate().public_key(), bench.device);
    EXPECT_EQ(refused(bundle), ErrorCode::SEC_UNAUTHORISED) << "another key";
    bundle.certificate = bench.certify(key, "dev_01J9Z6V7Q8M4K2R5T3W1X0YABD");
    EXPECT_EQ(refused(bundle), ErrorCode::SEC_UNAUTHORISED) << "another device";
    bundle.certificate = bench.certify(key, bench.device, -1);
    EXPECT_EQ(refused(bundle), ErrorCode::SEC_UNAUTHORISED) << "over already";
    bundle.certificate = bench.root.to_pem();
    EXPECT_EQ(refused(bundle), ErrorCode::SEC_UNAUTHORISED) << "a root";
    bundle.certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    EXPECT_EQ(refused(bundle), ErrorCode::SEC_UNAUTHORISED) << "none at all";
    CredentialBench other;
    bundle.certificate = other.certify(key, bench.device);
    EXPECT_EQ(refused(bundle), ErrorCode::SEC_UNAUTHORISED) << "another root";
    EXPECT_TRUE(keeper.judge(good).ok());
}

TEST_F(CredentialKeepingTest, ABundleWithoutARequestIsRefused) {
    auto keeper = bench.keeper();
    for (const char* credential : {"client_cert", "signing_key", "sealing_key"})
        EXPECT_EQ(keeper.judge(bench.bundle(credential)).error().code, ErrorCode::STA_TRANSITION);
}

TEST_F(CredentialKeepingTest, SigningAndSealingKeysAreRenewed) {
    auto keeper = bench.keeper();
    for (const char* credential : {"signing_key", "sealing_key"}) {
        const auto result = keeper.request(credential, "c").value();
        EXPECT_NE(result.find(credential == std::string("sealing_key") ? "\"kty\"" : "BEGIN"),
                  std::string::npos);
        auto bundle = bench.bundle(credential);
        bundle.kid = "dev_other#3";
        EXPECT_EQ(keeper.judge(bundle).error().code, ErrorCode::SEC_UNAUTHORISED);
        const PairAnswer& now = keeper.current()->granted;
        bundle.kid = credential == std::string("sealing_key") ? now.signing_kid : now.sealing_kid;
        EXPECT_EQ(keeper.judge(bundle).error().code, ErrorCode::VAL_DUPLICATE_ID);
        bundle.kid = bench.device + (credential == std::string("sealing_key") ? "#4" : "#3");
        ASSERT_TRUE(keeper.stage(bundle).ok());
        ASSERT_TRUE(keeper.promote().ok());
        EXPECT_TRUE(keeper.is_current(bundle));
    }
    const auto after = bench.keeper().current();
    EXPECT_EQ(after->granted.signing_kid, bench.device + "#3");
    EXPECT_NE(after->signing_key_pem, before.signing_key_pem);
    EXPECT_EQ(after->granted.sealing_kid, bench.device + "#4");
    EXPECT_EQ(after->former_sealing_kid, before.granted.sealing_kid);
    EXPECT_EQ(after->former_sealing_key_pem, before.sealing_key_pem) << "what was sealed to it";
}

// G5.2: the pin set holds two or more, and only roots that are pinned.
TEST_F(CredentialKeepingTest, ATrustBundleIsTakenOnlyWhole) {
    auto keeper = bench.keeper();
    auto bundle = bench.bundle("trust_bundle");
    CredentialBench other;
    const auto both = [&] {
        auto trust = bench.trust();
        trust.roots.push_back(other.root.to_pem());
        trust.pins.push_back(to_hex(other.root.public_key().spki_sha256()));
        return trust;
    };
    std::vector<contract::TrustBundle> bad(7, both());
    bad[0].pins.resize(1);
    bad[1].pins.back() = std::string(64, 'b');
    bad[2].pins.back() = "abc";
    bad[3].roots.clear();
    bad[4].roots.back() = before.granted.client_certificate;
    bad[5].studio_keys.clear();
    bad[6].studio_keys[0].kid = bench.device + "#1";
    for (std::size_t i = 0; i < bad.size(); ++i) {
        bundle.trust = bad[i];
        EXPECT_EQ(keeper.judge(bundle).error().code, ErrorCode::SEC_PIN) << i;
    }
    bundle.trust = both();
    ASSERT_TRUE(keeper.stage(bundle).ok());
    ASSERT_TRUE(keeper.promote().ok());
    EXPECT_EQ(bench.keeper().current()->granted.trust, *bundle.trust);
}

TEST_F(CredentialKeepingTest, ARevocationIsRememberedAndWithdrawn) {
    auto keeper = bench.keeper();
    ASSERT_TRUE(keeper.mark_revoked(true).ok());
    EXPECT_TRUE(bench.keeper().current()->revoked);
    ASSERT_TRUE(keeper.mark_revoked(false).ok());
    EXPECT_FALSE(bench.keeper().current()->revoked);
}

// G1.6: private keys 0600, folders 0700, and nothing left of them after unpairing.
TEST_F(CredentialKeepingTest, NobodyElseReadsAKeyAndUnpairingLeavesNone) {
    auto keeper = bench.keeper();
    ASSERT_TRUE(keeper.stage(asked(keeper)).ok());
    int files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(bench.folder.path())) {
        struct stat facts {};
        ASSERT_EQ(::lstat(entry.path().c_str(), &facts), 0);
        if (S_ISREG(facts.st_mode)) {
            EXPECT_EQ(facts.st_mode & 0777, 0600U) << entry.path();
            ++files;
        }
        if (S_ISDIR(facts.st_mode)) {
            EXPECT_EQ(facts.st_mode & 0777, 0700U) << entry.path();
        }
    }
    EXPECT_GT(files, 12) << "two identities and a key that waits";
    ASSERT_TRUE(keeper.forget().ok());
    EXPECT_TRUE(std::filesystem::is_empty(bench.folder.path()));
    EXPECT_FALSE(bench.keeper().current());
}

// G5.3: cut at every system call of a renewal, and again of what follows it: one of the two works.
TEST_F(CredentialKeepingTest, ACutAnywhereLeavesOneWholeIdentity) {
    int old_ones = 0, new_ones = 0, call = 0;
    for (bool finished = false; !finished; ++call) {
        auto keeper = bench.keeper();
        ASSERT_TRUE(keeper.replace(before).ok());
        const auto bundle = asked(keeper);
        const kit::Cut cut = kit::cut_short(call, [&] {
            if (!keeper.stage(bundle) || !keeper.promote()) ::_exit(1);
        });
        ASSERT_NE(cut, kit::Cut::impossible) << "this machine allows no tracing";
        finished = cut == kit::Cut::finished;
        auto after = bench.keeper();  // throws when nothing whole is left
        ASSERT_TRUE(after.current()) << call;
        const bool renewed = after.is_current(bundle);
        ASSERT_TRUE(renewed || after.current()->granted.client_certificate ==
                                   before.granted.client_certificate)
            << call;
        ASSERT_TRUE(works(*after.current())) << call;
        ++(renewed ? new_ones : old_ones);
        EXPECT_FALSE(new_ones > 0 && !renewed) << "it never goes back: " << call;
    }
    EXPECT_GT(old_ones, 50);
    EXPECT_GT(new_ones, 1);
}

// The same for pairing over an identity, and for unpairing.
TEST_F(CredentialKeepingTest, ACutInPairingAgainOrUnpairingLeavesOneOrNone) {
    const Identity next = bench.identity();
    for (const bool unpair : {false, true}) {
        int call = 0;
        for (bool finished = false; !finished; ++call) {
            auto keeper = bench.keeper();
            ASSERT_TRUE(keeper.replace(before).ok());
            const kit::Cut cut = kit::cut_short(call, [&] {
                if (unpair ? !keeper.forget() : !keeper.replace(next)) ::_exit(1);
            });
            ASSERT_NE(cut, kit::Cut::impossible) << "this machine allows no tracing";
            finished = cut == kit::Cut::finished;
            const auto after = bench.keeper();
            ASSERT_TRUE(after.current() || unpair) << call;
            if (!after.current()) continue;
            ASSERT_TRUE(works(*after.current())) << call;
            const std::string& kid = after.current()->signing_key_pem;
            ASSERT_TRUE(kid == before.signing_key_pem || kid == next.signing_key_pem) << call;
        }
        EXPECT_GT(call, unpair ? 10 : 50);
    }
}

// Drills "disk pulled": with the keys in a TPM no private key lies on the disk.
TEST_F(CredentialKeepingTest, InATpmNoKeyLiesOnTheDisk) {
    ASSERT_TRUE(kit::SoftwareTpm::of_this_process())
        << "swtpm and tpm2-openssl are missing (packages.txt)";
    const auto identity = bench.identity();
    auto keeper = bench.keeper(crypto::KeyHome::tpm);
    ASSERT_TRUE(keeper.replace(identity).ok());
    const auto bundle = asked(keeper);
    ASSERT_TRUE(keeper.request("signing_key", "c").ok());
    ASSERT_TRUE(keeper.stage(bundle).ok());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(bench.folder.path())) {
        if (!entry.is_regular_file()) continue;
        const std::string text = read_file(entry.path(), 65'536).value();
        EXPECT_EQ(text.find("BEGIN PRIVATE KEY"), std::string::npos) << entry.path();
    }
    ASSERT_TRUE(keeper.promote().ok());
    const auto again = bench.keeper(crypto::KeyHome::tpm).current();
    EXPECT_EQ(again->signing_key_pem, identity.signing_key_pem);
    EXPECT_EQ(again->sealing_key_pem, identity.sealing_key_pem);
    EXPECT_TRUE(again->tls_key_pem.starts_with("-----BEGIN TSS2 PRIVATE KEY-----"));
    EXPECT_TRUE(works(*again));
}

// B.6: a board without a clock boots in 1970, and judges certificates at the last time it knew.
TEST(KnownTime, IsNeverBeforeWhatIsKnown) {
    kit::TemporaryFolder folder;
    ManualClock clock(WallTime{0});
    KnownTime fresh(folder.path(), clock);
    EXPECT_GE(fresh.now(), parse_rfc3339("2026-11-22T00:00:00.000Z").value());
    clock.step_wall_ms(1'900'000'000'000);
    fresh.note();
    EXPECT_EQ(fresh.now(), clock.wall());
    clock.step_wall_ms(1'800'000);
    fresh.note();  // within the hour: the disk is spared
    clock.step_wall_ms(-1'900'001'000'000);
    EXPECT_EQ(KnownTime(folder.path(), clock).now(), WallTime{1'900'000'000'000});
    ASSERT_TRUE(write_file(folder.path() / "known-time", "garbage", 0600).ok());
    EXPECT_LT(KnownTime(folder.path(), clock).now(), WallTime{1'900'000'000'000});
}

}  // namespace
}  // namespace vistter::appliance::test
