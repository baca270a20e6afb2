// Renewal, revocation and the way home on a real database, real keys and the real ledger, with a
// clock in the test's hand (G5.3, G1.6).
#include "studio/core/trust_desk.hpp"

#include <gtest/gtest.h>

#include "async/loop.hpp"
#include "base/file.hpp"
#include "contract/object_writer.hpp"
#include "crypto/admission.hpp"
#include "crypto/certificate.hpp"
#include "crypto/recovery.hpp"
#include "crypto/revocation.hpp"
#include "kit/temporary_folder.hpp"
#include "studio/adapters/authority/authority.hpp"
#include "studio/adapters/channel/channel.hpp"
#include "studio/adapters/projection/projection.hpp"
#include "studio/adapters/records/records.hpp"
#include "studio/adapters/registry/registry.hpp"
#include "studio/adapters/registry/rotation_store.hpp"
#include "studio/adapters/schema/schema.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
const contract::Actor ann{"user", "usr_ann", "admin"};
const std::string box = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC";
const std::string other_box = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABD";

// What an appliance keeps.
struct Keys {
    crypto::PrivateKey tls = crypto::PrivateKey::generate();
    crypto::PrivateKey signing = crypto::PrivateKey::generate();
};

class TrustDeskTest : public testing::Test {
  protected:
    TrustDeskTest() {
        start_studio();
        pair(box, keys);
    }

    void start_studio() {
        desk.reset();
        channel.reset();
        trust = std::move(open_authority({folder.path(), "test", {"127.0.0.1"}}, clock, random))
                    .value();
        ChannelOptions options;
        options.issuer = "test";
        options.keys.message = {{"studio:test#1", crypto::PrivateKey::generate().to_pem()}};
        options.keys.token = options.keys.message;
        channel = make_channel(loop, *database, *registry, *projection, clock, random, options);
        desk = std::make_unique<TrustDesk>(TrustDesk::Parts{
            *registry, *rotations, *trust, *channel, *records, *records, clock, random,
            [this](const std::string& device_id) { changed.push_back(device_id); },
            [this](StudioKeyKind kind) { new_keys.push_back(kind); }});
        desk->start();
    }

    void pair(const std::string& device_id, const Keys& with) {
        Device device;
        device.device_id = device_id;
        device.tenant = "test";
        device.serial = "SN-" + device_id;
        device.paired_at = clock.wall();
        const auto made = trust->certify("test", device_id, with.tls.public_key().to_pem());
        device.certificate_pem = made.pem;
        device.certificate_thumbprint = made.thumbprint;
        device.certificate_ends = made.not_after;
        device.signing_key_pem = with.signing.public_key().to_pem();
        device.key_number = registry->next_number(device_id, CredentialKind::signing_key);
        device.studio_kid = trust->standing().studio_kid;
        device.trust_mark = trust->standing().trust_mark;
        registry->put_device(device);
    }

    Rotation latest() { return rotations->list(box, 1).at(0); }
    Device device() { return registry->find_device(box).value(); }
    std::vector<std::string> thumbprints() {
        return registry->device(box).value().certificate_thumbprints;
    }
    // What Studio ordered last: the command with the whole body.
    contract::CredentialRefresh ordered() {
        contract::Envelope envelope;
        envelope.type = contract::MessageType::CREDENTIAL_REFRESH;
        envelope.body = channel->find(latest().command_id).value().body;
        const auto parsed = contract::parse_body(envelope);
        EXPECT_TRUE(parsed) << (parsed ? "" : describe(parsed.error()));
        return std::get<contract::CredentialRefresh>(parsed->body);
    }
    void answer_csr(const std::string& csr) {
        contract::Ack ack;
        ack.message_id = latest().command_id;
        ack.status = "completed";
        ack.result.text = contract::ObjectWriter().text("csr", csr).str();
        desk->on_ack(box, ack);
        desk->advance(box);
    }
    void progress(const std::string& state) {
        contract::Progress progress;
        progress.message_id = latest().command_id;
        progress.state = state;
        desk->on_progress(box, progress);
        desk->advance(box);
    }
    // The whole renewal of one credential, as a good appliance does it.
    void renew(const std::string& credential, const crypto::PrivateKey& next) {
        ASSERT_TRUE(desk->rotate(box, credential, default_overlap_s, ann));
        answer_csr(crypto::make_csr(next, box, ordered().challenge));
        progress("succeeded");
        ASSERT_EQ(latest().step, RotationStep::done) << latest().reason;
    }
    std::string recovery(const crypto::PrivateKey& signing, const std::string& kid,
                         const crypto::PrivateKey& tls) {
        crypto::RecoveryRequest request;
        request.device_id = kid.substr(0, kid.find('#'));
        request.csr_tls = crypto::make_csr(tls, box);
        request.nonce = "k3Zc1mQh0b2yV7dQe9uJ5w";
        request.timestamp = clock.wall();
        return crypto::sign_recovery(signing, kid, request);
    }

    kit::TemporaryFolder folder;
    ManualClock clock{WallTime{1'800'000'000'000}};
    SeededRandom random{20'261'122};
    async::Loop loop;
    std::unique_ptr<store::Database> database =
        std::move(store::open_database(folder / "studio.db", schema())).value();
    std::unique_ptr<Registry> registry = make_registry(*database, clock);
    std::unique_ptr<RotationStore> rotations = make_rotation_store(*database);
    std::unique_ptr<Records> records = make_records(*database);
    std::unique_ptr<TelemetryProjection> projection = make_projection(*database, clock);
    std::unique_ptr<StudioTrust> trust;
    std::unique_ptr<Channel> channel;
    std::unique_ptr<TrustDesk> desk;
    std::vector<std::string> changed;
    std::vector<StudioKeyKind> new_keys;
    Keys keys;
};

// G5.3
TEST_F(TrustDeskTest, ANewCertificateIsAcceptedBesideTheOldOneUntilItIsProven) {
    const std::string before = device().certificate_thumbprint;
    const auto next = crypto::PrivateKey::generate();
    ASSERT_TRUE(desk->rotate(box, "client_cert", default_overlap_s, ann));
    EXPECT_EQ(ordered().method, "csr");
    EXPECT_EQ(ordered().challenge.size(), 22U);
    answer_csr(crypto::make_csr(next, box, ordered().challenge));
    ASSERT_EQ(latest().step, RotationStep::proving) << latest().reason;
    EXPECT_EQ(ordered().method, "bundle");
    const auto issued = crypto::Certificate::from_pem(ordered().certificate).value();
    EXPECT_EQ(issued.public_key().spki_sha256(), next.public_key().spki_sha256());
    EXPECT_EQ(thumbprints().size(), 2U) << "both, until the new one has been seen";
    EXPECT_EQ(device().certificate_thumbprint, before);
    EXPECT_EQ(changed, std::vector<std::string>{box}) << "an open session hears of the new key";

    registry->proven(box, issued.thumbprint(), "");
    EXPECT_EQ(device().certificate_thumbprint, issued.thumbprint());
    progress("succeeded");
    EXPECT_EQ(latest().step, RotationStep::done);
    EXPECT_EQ(thumbprints().size(), 2U) << "the former one for the overlap";
    clock.advance_ms(default_overlap_s * 1'000);
    EXPECT_EQ(thumbprints(), std::vector<std::string>{issued.thumbprint()});
}

// G5.3
TEST_F(TrustDeskTest, ANewSigningKeyGetsANumberNeverUsedBefore) {
    renew("signing_key", crypto::PrivateKey::generate());
    EXPECT_EQ(signing_kid(device()), box + "#2");
    ASSERT_TRUE(desk->rotate(box, "signing_key", default_overlap_s, ann));
    answer_csr(crypto::make_csr(crypto::PrivateKey::generate(), box, ordered().challenge));
    EXPECT_EQ(ordered().kid, box + "#3");
    progress("rolled_back");
    EXPECT_EQ(latest().step, RotationStep::failed);
    EXPECT_EQ(signing_kid(device()), box + "#2");
    renew("signing_key", crypto::PrivateKey::generate());
    EXPECT_EQ(signing_kid(device()), box + "#4") << "number 3 was somebody once";
}

TEST_F(TrustDeskTest, ASealingKeyComesAsJwk) {
    ASSERT_TRUE(desk->rotate(box, "sealing_key", default_overlap_s, ann));
    const auto key = crypto::PrivateKey::generate().public_key();
    contract::Ack ack;
    ack.message_id = latest().command_id;
    ack.status = "completed";
    ack.result.text = R"({"jwk":)" + key.to_jwk() + "}";
    desk->on_ack(box, ack);
    desk->advance(box);
    EXPECT_EQ(ordered().kid, box + "#2") << "number 1 is its signing key";
    progress("succeeded");
    EXPECT_EQ(device().sealing_jwk, key.to_jwk());
}

// G5.3: Studio is killed after each step; what comes next goes on from the database.
TEST_F(TrustDeskTest, ARenewalGoesOnAfterARestartAtAnyStep) {
    const auto next = crypto::PrivateKey::generate();
    ASSERT_TRUE(desk->rotate(box, "client_cert", default_overlap_s, ann));
    start_studio();
    contract::Ack ack;
    ack.message_id = latest().command_id;
    ack.status = "completed";
    ack.result.text = contract::ObjectWriter()
                          .text("csr", crypto::make_csr(next, box, ordered().challenge))
                          .str();
    desk->on_ack(box, ack);
    EXPECT_EQ(latest().step, RotationStep::answered);
    start_studio();
    EXPECT_EQ(latest().step, RotationStep::proving) << "the request was durable: it is issued now";
    start_studio();
    progress("succeeded");
    EXPECT_EQ(latest().step, RotationStep::done);
    EXPECT_EQ(thumbprints().size(), 2U);
    desk->on_ack(box, ack);
    EXPECT_EQ(registry->credentials(box, CredentialKind::client_cert).size(), 2U)
        << "an answer that comes again makes nothing";
}

// G5.3
TEST_F(TrustDeskTest, ADeviceThatWentBackKeepsWhatItHad) {
    const std::string before = device().certificate_thumbprint;
    ASSERT_TRUE(desk->rotate(box, "client_cert", default_overlap_s, ann));
    answer_csr(crypto::make_csr(crypto::PrivateKey::generate(), box, ordered().challenge));
    const auto issued = crypto::Certificate::from_pem(ordered().certificate).value();
    registry->proven(box, issued.thumbprint(), "");
    progress("rolled_back");
    EXPECT_EQ(device().certificate_thumbprint, before);
    EXPECT_EQ(thumbprints(), std::vector<std::string>{before});
}

TEST_F(TrustDeskTest, ARequestThatProvesNothingNewIsRefused) {
    const auto refused = [&](const std::string& csr) {
        EXPECT_TRUE(desk->rotate(box, "client_cert", default_overlap_s, ann));
        answer_csr(csr.empty() ? crypto::make_csr(keys.tls, box, ordered().challenge) : csr);
        EXPECT_EQ(latest().step, RotationStep::failed);
        EXPECT_FALSE(latest().reason.empty());
        EXPECT_EQ(thumbprints().size(), 1U);
    };
    refused(crypto::make_csr(crypto::PrivateKey::generate(), box, "another-challenge"));
    refused("-----BEGIN CERTIFICATE REQUEST-----\nnonsense\n");
    refused("");  // the key it has already
}

TEST_F(TrustDeskTest, OneRenewalOfACredentialAtATime) {
    ASSERT_TRUE(desk->rotate(box, "client_cert", default_overlap_s, ann));
    EXPECT_EQ(desk->rotate(box, "client_cert", default_overlap_s, ann).error().code,
              ErrorCode::STA_IN_USE);
    EXPECT_TRUE(desk->rotate(box, "signing_key", default_overlap_s, ann));
    EXPECT_EQ(desk->rotate(box, "password", default_overlap_s, ann).error().code,
              ErrorCode::VAL_ENUM);
    EXPECT_EQ(desk->rotate(box, "client_cert", 60, ann).error().code, ErrorCode::VAL_RANGE);
    EXPECT_EQ(desk->rotate("dev_nobody", "client_cert", default_overlap_s, ann).error().code,
              ErrorCode::RES_NOT_FOUND);
}

// G5.3: thirty days before it ends.
TEST_F(TrustDeskTest, ACertificateIsRenewedBeforeItEnds) {
    clock.advance_ms(369 * day_ms);
    desk->tick();
    EXPECT_TRUE(rotations->open(box).empty());
    clock.advance_ms(2 * day_ms);
    desk->tick();
    desk->tick();
    ASSERT_EQ(rotations->open(box).size(), 1U);
    EXPECT_EQ(latest().credential, "client_cert");
    EXPECT_EQ(latest().actor.role, "system");
}

// G5.3
TEST_F(TrustDeskTest, ARevokedDeviceIsRefusedEverywhere) {
    ASSERT_TRUE(desk->rotate(box, "client_cert", default_overlap_s, ann));
    ASSERT_TRUE(desk->revoke(box, ann));
    EXPECT_TRUE(registry->device(box)->revoked);
    EXPECT_EQ(changed.back(), box) << "its session is cut";
    EXPECT_EQ(latest().step, RotationStep::failed);
    EXPECT_EQ(desk->rotate(box, "client_cert", default_overlap_s, ann).error().code,
              ErrorCode::SEC_REVOKED);
    const auto home =
        desk->recover(recovery(keys.signing, box + "#1", crypto::PrivateKey::generate()));
    const auto unknown =
        desk->recover(recovery(keys.signing, other_box + "#1", crypto::PrivateKey::generate()));
    ASSERT_FALSE(home);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(describe(home.error()), describe(unknown.error())) << "it learns nothing";
    clock.advance_ms(400 * day_ms);
    desk->tick();
    EXPECT_TRUE(rotations->open(box).empty());
    EXPECT_TRUE(desk->revoke(box, ann)) << "once more changes nothing";
    pair(box, keys);
    EXPECT_FALSE(registry->device(box)->revoked) << "pairing again is the only way back";
}

// G5.3: switched off for thirteen months.
TEST_F(TrustDeskTest, WhoSleptPastItsCertificateComesHomeByItsSigningKey) {
    clock.advance_ms(430 * day_ms);
    const auto next = crypto::PrivateKey::generate();
    const std::string request = recovery(keys.signing, box + "#1", next);
    const auto home = desk->recover(request);
    ASSERT_TRUE(home) << describe(home.error());
    const auto certificate = crypto::Certificate::from_pem(home->certificate_pem).value();
    EXPECT_EQ(certificate.public_key().spki_sha256(), next.public_key().spki_sha256());
    EXPECT_GT(certificate.not_after().ms, clock.wall().ms + 399 * day_ms);
    EXPECT_EQ(desk->recover(request)->certificate_pem, home->certificate_pem)
        << "the same request again gets the same certificate";
    registry->proven(box, certificate.thumbprint(), box + "#1");
    EXPECT_EQ(device().certificate_thumbprint, certificate.thumbprint());
}

TEST_F(TrustDeskTest, NobodyElseComesHome) {
    pair(other_box, Keys{});
    const auto next = crypto::PrivateKey::generate();
    const auto stranger = crypto::PrivateKey::generate();
    const std::string good = recovery(keys.signing, box + "#1", next);
    std::vector<std::string> answers;
    for (const std::string& bad :
         {recovery(stranger, box + "#1", next), recovery(keys.signing, box + "#2", next),
          recovery(keys.signing, other_box + "#1", next), recovery(keys.tls, box + "#1", next),
          good.substr(0, good.size() - 4) + "AAAA", std::string("a.b.c"), std::string()}) {
        const auto home = desk->recover(bad);
        ASSERT_FALSE(home) << bad;
        answers.push_back(describe(home.error()));
    }
    for (const std::string& answer : answers) EXPECT_EQ(answer, answers.front());
    EXPECT_EQ(thumbprints().size(), 1U);
}

// A certificate that is over opens no session at the other door either.
TEST_F(TrustDeskTest, ASessionIsBoundToACertificateThatIsGood) {
    const Bytes connection(32, 7);
    const std::string request =
        crypto::sign_admission(keys.signing, box + "#1",
                               {box, device().certificate_thumbprint, "studio:test", connection});
    const auto admitted = desk->admit(request, connection);
    ASSERT_TRUE(admitted) << describe(admitted.error());
    EXPECT_EQ(*admitted, device().certificate_pem);
    EXPECT_FALSE(desk->admit(request, Bytes(32, 8))) << "another connection";
    EXPECT_FALSE(desk->admit(request, {}));
    clock.advance_ms(401 * day_ms);
    EXPECT_FALSE(desk->admit(request, connection));
}

// G1.7: what a broker reads; a certificate that is over needs no place on a list.
TEST_F(TrustDeskTest, WhatOpensNothingIsOnARevocationListUntilItIsOver) {
    const auto listed = [&](const crypto::Certificate& root) {
        const auto text = read_file(trust->revocations_file(), 1u << 20);
        const auto list = crypto::read_revocations(text ? *text : "", root);
        return list ? static_cast<int>(list->serials.size()) : -1;
    };
    const auto root = crypto::Certificate::from_pem(trust->root_pem()).value();
    EXPECT_TRUE(*trust->keep_revocations(desk->revoked_certificates()));
    EXPECT_EQ(listed(root), 0);
    renew("client_cert", crypto::PrivateKey::generate());
    EXPECT_FALSE(*trust->keep_revocations(desk->revoked_certificates())) << "good for the overlap";
    clock.advance_ms(default_overlap_s * 1'000);
    desk->tick();
    EXPECT_EQ(desk->revoked_certificates().size(), 1U);
    ASSERT_TRUE(desk->revoke(box, ann));
    EXPECT_EQ(desk->revoked_certificates().size(), 2U);
    EXPECT_TRUE(*trust->keep_revocations(desk->revoked_certificates()));
    EXPECT_EQ(listed(root), 2);
    EXPECT_FALSE(*trust->keep_revocations(desk->revoked_certificates())) << "nothing is new";
    pair(other_box, Keys{});  // which needs the root of now, after a change too
    ASSERT_TRUE(desk->rotate_studio_key(StudioKeyKind::root, ann));
    EXPECT_TRUE(*trust->keep_revocations(desk->revoked_certificates())) << "the new root's list";
    EXPECT_EQ(listed(crypto::Certificate::from_pem(trust->root_pem()).value()), 0);
    EXPECT_EQ(listed(root), 2);
    clock.advance_ms(401 * day_ms);
    EXPECT_TRUE(desk->revoked_certificates().empty());
}

TEST_F(TrustDeskTest, AFloodOfWaysHomeLeavesAFewCertificates) {
    for (int n = 0; n < 10; ++n)
        EXPECT_TRUE(
            desk->recover(recovery(keys.signing, box + "#1", crypto::PrivateKey::generate())));
    EXPECT_LE(thumbprints().size(), 4U);
}

// G5.3: nothing is lost when Studio's message key changes.
TEST_F(TrustDeskTest, StudiosNewKeyIsUsedWithADeviceOnlyOnceItKnowsIt) {
    ASSERT_TRUE(desk->rotate_studio_key(StudioKeyKind::message, ann));
    EXPECT_EQ(new_keys, std::vector<StudioKeyKind>{StudioKeyKind::message});
    EXPECT_EQ(trust->message_keys().size(), 2U);
    EXPECT_EQ(registry->device(box)->studio_kid, "studio:test#1");
    EXPECT_EQ(latest().credential, "trust_bundle");
    ASSERT_TRUE(ordered().trust);
    EXPECT_EQ(ordered().trust->studio_keys.size(), 2U) << "both, so that neither is missed";
    progress("succeeded");
    EXPECT_EQ(registry->device(box)->studio_kid, "studio:test#2");
    desk->tick();
    EXPECT_EQ(trust->message_keys().size(), 1U) << "nobody needs the former one any more";
    EXPECT_EQ(ordered().trust->studio_keys.size(), 1U);
}

TEST_F(TrustDeskTest, AFormerKeyStaysAsLongAsOneDeviceNeedsIt) {
    pair(other_box, Keys{});
    ASSERT_TRUE(desk->rotate_studio_key(StudioKeyKind::message, ann));
    progress("succeeded");
    desk->tick();
    EXPECT_EQ(trust->message_keys().size(), 2U);
    ASSERT_TRUE(desk->revoke(other_box, ann));
    desk->tick();
    EXPECT_EQ(trust->message_keys().size(), 1U) << "a revoked one needs nothing";
}

// G5.3: the CA itself; devices know the spare's pin since they were paired.
TEST_F(TrustDeskTest, TheSpareRootTakesOver) {
    const auto former_root = crypto::Certificate::from_pem(trust->root_pem()).value();
    const std::string spare_pin = trust->trust_bundle().pins.at(1);
    ASSERT_TRUE(desk->rotate_studio_key(StudioKeyKind::root, ann));
    const auto root = crypto::Certificate::from_pem(trust->root_pem()).value();
    EXPECT_EQ(to_hex(root.public_key().spki_sha256()), spare_pin);
    const auto chain = crypto::Certificate::chain_from_pem(trust->server_chain_pem()).value();
    EXPECT_TRUE(chain.front().issued_by(root)) << "a device with the former bundle accepts it";
    EXPECT_NE(trust->client_roots_pem().find(former_root.to_pem()), std::string::npos);
    EXPECT_EQ(trust->trust_bundle().pins.size(), 3U);
    EXPECT_EQ(rotations->open(box).size(), 2U) << "a new certificate, and the new bundle";
    for (int n = 0; n < 2; ++n) {
        for (const Rotation& open : rotations->open(box)) {
            contract::Progress done;
            done.message_id = open.command_id;
            done.state = "succeeded";
            if (open.credential == "trust_bundle") desk->on_progress(box, done);
        }
    }
    const auto next = crypto::PrivateKey::generate();
    const Rotation open = rotations->open(box).at(0);
    contract::Ack ack;
    ack.message_id = open.command_id;
    ack.status = "completed";
    ack.result.text =
        contract::ObjectWriter().text("csr", crypto::make_csr(next, box, open.challenge)).str();
    desk->on_ack(box, ack);
    desk->advance(box);
    contract::Progress done;
    done.message_id = rotations->open(box).at(0).command_id;
    done.state = "succeeded";
    desk->on_progress(box, done);
    EXPECT_TRUE(trust->of_current_root(device().certificate_pem));
    desk->tick();
    EXPECT_EQ(trust->client_roots_pem(), root.to_pem()) << "the former root is retired";
    start_studio();
    EXPECT_EQ(trust->root_pem(), root.to_pem());
}

TEST_F(TrustDeskTest, WithoutTheSparesKeyTheRootStays) {
    const std::string before = trust->root_pem();
    std::filesystem::remove(folder / "spare-root.key");
    EXPECT_EQ(desk->rotate_studio_key(StudioKeyKind::root, ann).error().code,
              ErrorCode::STA_NOT_READY);
    EXPECT_EQ(trust->root_pem(), before);
}

TEST_F(TrustDeskTest, AFormerSessionKeyEndsWithItsLastToken) {
    ASSERT_TRUE(desk->rotate_studio_key(StudioKeyKind::session, ann));
    ASSERT_EQ(trust->session_keys().size(), 2U);
    EXPECT_EQ(trust->session_keys().front().kid, "session:test#2");
    EXPECT_TRUE(rotations->open(box).empty()) << "devices only carry its tokens";
    clock.advance_ms(3'600'001);
    EXPECT_EQ(trust->session_keys().size(), 1U);
    desk->tick();
    EXPECT_FALSE(std::filesystem::exists(folder / "session.key"));
    EXPECT_EQ(new_keys.back(), StudioKeyKind::session);
}

// G5.3: a rotation that was interrupted after any of its files is simply continued.
TEST_F(TrustDeskTest, AnInterruptedRotationOfStudiosKeysIsContinued) {
    ASSERT_TRUE(desk->rotate_studio_key(StudioKeyKind::root, ann));
    ASSERT_TRUE(desk->rotate_studio_key(StudioKeyKind::server, ann));
    const std::string root_key = trust->keys().back().id;
    const std::string pin = trust->trust_bundle().pins.at(0);
    for (const char* name : {"root-2.pem", "spare-root-2.pin", "server.pem", "server.hosts"}) {
        std::filesystem::remove(folder / name);
        start_studio();
        EXPECT_EQ(trust->trust_bundle().pins.at(0), pin) << name;
        const auto chain = crypto::Certificate::chain_from_pem(trust->server_chain_pem()).value();
        EXPECT_TRUE(chain.front().issued_by(chain.back())) << name;
        EXPECT_EQ(trust->keys().back().id, root_key) << name;
    }
}

TEST_F(TrustDeskTest, WhatNobodyAnsweredIsAskedAgain) {
    ASSERT_TRUE(desk->rotate_studio_key(StudioKeyKind::message, ann));
    const std::string first = latest().rotation_id;
    clock.advance_ms(9 * day_ms);  // its week, and a day for an answer on its way
    desk->tick();
    EXPECT_NE(latest().rotation_id, first);
    EXPECT_EQ(latest().step, RotationStep::proving);
}

}  // namespace
}  // namespace vistter::studio
