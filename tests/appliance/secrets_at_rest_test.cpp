// Secrets on disk: nothing readable in the state folder, good across restarts and renewals of the
// sealing key, gone with the pairing (contract B.8; G5.3, G5.7).
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "appliance/adapters/secrets/secrets.hpp"
#include "appliance/adapters/store/stores.hpp"
#include "appliance/credential_bench.hpp"
#include "kit/swtpm.hpp"

namespace vistter::appliance::test {
namespace {

constexpr const char* canary = "canary-91c2d7";

struct SecretsBench : CredentialBench {
    std::unique_ptr<store::Database> database =
        store::open_database(folder.path() / "appliance.db", appliance_migrations()).value();
    std::vector<SealingKey> keys;
    std::unique_ptr<SecretPort> make(crypto::KeyHome home = crypto::KeyHome::file) {
        return make_secrets(*database, random, {folder.path(), home, [this] { return keys; }});
    }
    SealingKey renew(int number) {
        SealingKey key{device + "#" + std::to_string(number),
                       crypto::PrivateKey::generate().to_pem()};
        keys.insert(keys.begin(), key);
        if (keys.size() > 2) keys.pop_back();
        return key;
    }
    std::string sealed_to(const SealingKey& key) {
        const auto own = crypto::PrivateKey::from_pem(key.pem).value();
        return crypto::seal(own.public_key(), key.kid, canary, random);
    }
    // Whether any file of the state folder says the secret.
    bool is_said_on_disk() const {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            std::stringstream content;
            content << file.rdbuf();
            if (content.str().find(canary) != std::string::npos) return true;
        }
        return false;
    }
};

TEST(SecretsAtRest, TheFormerSealingKeyStillOpensAndAnOlderOneIsNamed) {
    SecretsBench bench;
    const auto secrets = bench.make();
    EXPECT_NE(secrets->open("a.b").error().message, "");
    const auto first = bench.renew(2), second = bench.renew(3);
    EXPECT_EQ(secrets->open(bench.sealed_to(second)).value(), canary);
    EXPECT_EQ(secrets->open(bench.sealed_to(first)).value(), canary) << "the overlap";
    bench.renew(4);
    const auto refused = secrets->open(bench.sealed_to(first));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::SEC_BAD_SEAL);
    EXPECT_NE(refused.error().message.find(first.kid), std::string::npos) << "whose it was";
    EXPECT_NE(refused.error().message.find("#4"), std::string::npos) << "whose it may be";
}

TEST(SecretsAtRest, WhatIsKeptOutlivesEverySealingKeyAndSaysNothing) {
    SecretsBench bench;
    bench.renew(2);
    bench.make()->keep("destination:dst_a", canary);
    bench.renew(3);
    bench.renew(4);
    const auto again = bench.make();
    EXPECT_TRUE(again->has("destination:dst_a"));
    EXPECT_EQ(again->find("destination:dst_a").value(), canary);
    EXPECT_EQ(again->find("destination:dst_b").error().code, ErrorCode::RES_NOT_FOUND);
    bench.database->execute("PRAGMA wal_checkpoint(TRUNCATE)");
    EXPECT_FALSE(bench.is_said_on_disk());
    const auto file = secrets_key_file(bench.folder.path());
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    again->forget("destination:dst_a");
    EXPECT_FALSE(again->has("destination:dst_a"));
}

TEST(SecretsAtRest, WithoutItsKeyTheDatabaseIsWorthNothingAndANewSecretMendsIt) {
    SecretsBench bench;
    bench.make()->keep("camera:cam_a", canary);
    std::filesystem::remove(secrets_key_file(bench.folder.path()));
    const auto stolen = bench.make();
    EXPECT_EQ(stolen->find("camera:cam_a").error().code, ErrorCode::SEC_BAD_SEAL);
    stolen->keep("camera:cam_a", canary);
    EXPECT_EQ(bench.make()->find("camera:cam_a").value(), canary);
}

TEST(SecretsAtRest, AKeyThatCannotBeReadIsNeverReplaced) {
    SecretsBench bench;
    bench.make()->keep("camera:cam_a", canary);
    const auto file = secrets_key_file(bench.folder.path());
    ASSERT_TRUE(write_file(file, "no key", 0600).ok());
    const auto broken = bench.make();
    EXPECT_EQ(broken->find("camera:cam_a").error().code, ErrorCode::SEC_BAD_SEAL);
    EXPECT_THROW(broken->keep("camera:cam_b", canary), store::StorageFailure);
    EXPECT_EQ(read_file(file, 64).value(), "no key");
}

// While a command is decided, a secret is part of the journal's transaction.
TEST(SecretsAtRest, ARolledBackCommandKeepsNone) {
    SecretsBench bench;
    const auto secrets = bench.make();
    EXPECT_ANY_THROW(bench.database->transaction([&] {
        secrets->keep("camera:cam_a", canary);
        throw std::runtime_error("the journal's disk is full");
    }));
    EXPECT_FALSE(secrets->has("camera:cam_a"));
}

}  // namespace
}  // namespace vistter::appliance::test
