// CREDENTIAL_REFRESH: asked, staged, proven, promoted, in that order, and back where any of it
// fails (contract B.9; acceptance G5.3).
#include <gtest/gtest.h>

#include "appliance/core/fakes.hpp"

namespace vistter::appliance::test {
namespace {

contract::CredentialRefresh csr(const std::string& credential) {
    contract::CredentialRefresh out;
    out.credential = credential;
    out.method = "csr";
    out.challenge = "Qm9vB1c8Tz0aXy4LwNn2eg";
    return out;
}

contract::CredentialRefresh bundle(const std::string& credential) {
    contract::CredentialRefresh out;
    out.credential = credential;
    out.method = "bundle";
    if (credential == "client_cert") out.certificate = "NEW";
    if (credential.ends_with("_key")) out.kid = "dev_x#7";
    return out;
}

using Asked = std::vector<std::string>;

TEST(CredentialDesk, ARequestIsAnsweredWithWhatStudioNeeds) {
    Bench bench;
    const auto sent = bench.send(csr("client_cert"));
    EXPECT_EQ(sent.decision.ack.status, "completed");
    EXPECT_EQ(sent.decision.lane, "credential");
    EXPECT_EQ(sent.decision.ack.result.text, R"({"csr":"Qm9vB1c8Tz0aXy4LwNn2eg"})");
    EXPECT_EQ(bench.credentials.take(), Asked{"request client_cert"});
    bench.credentials.unfit = fail(ErrorCode::SYS_STORAGE, "disk full");
    EXPECT_EQ(bench.send(csr("signing_key")).code(), "SYS_STORAGE");
}

TEST(CredentialDesk, ANewOneIsProvenBeforeTheOldOneIsDropped) {
    for (const char* credential : {"client_cert", "signing_key", "trust_bundle"}) {
        Bench bench;
        const auto sent = bench.send(bundle(credential));
        EXPECT_EQ(sent.decision.ack.status, "accepted");
        EXPECT_EQ(bench.credentials.take(),
                  (Asked{"stage " + ScriptedCredentials::mark(bundle(credential)), "prove"}));
        EXPECT_EQ(bench.road.states(sent.id), "confirming");
        bench.credentials.trial(true, "");
        EXPECT_EQ(bench.credentials.take(), Asked{"promote"});
        EXPECT_EQ(bench.road.states(sent.id), "confirming succeeded");
        EXPECT_EQ(bench.road.count("credential.rotated"), 1);
        EXPECT_EQ(bench.send(bundle(credential)).decision.ack.status, "completed")
            << "it is so already";
        EXPECT_TRUE(bench.credentials.take().empty());
    }
}

// G5.3: everybody calls a credential by one name.
TEST(CredentialDesk, AnEventNamesTheCredentialAsStudioDoes) {
    Bench bench;
    bench.credentials.now.certificate_thumbprint = "fkVbX1";
    bench.send(bundle("client_cert"));
    bench.credentials.trial(true, "");
    ASSERT_EQ(bench.road.count("credential.rotated"), 1);
    EXPECT_NE(bench.road.events.back().context.text.find(R"("kid":"fkVbX1")"), std::string::npos);
}

TEST(CredentialDesk, ASealingKeyNeedsNoSession) {
    Bench bench;
    const auto sent = bench.send(bundle("sealing_key"));
    EXPECT_EQ(bench.credentials.take(), (Asked{"stage sealing_key dev_x#7", "promote"}));
    EXPECT_EQ(bench.road.states(sent.id), "succeeded");
}

TEST(CredentialDesk, WhatNoSessionProvesIsDroppedAndTheFormerStays) {
    Bench bench;
    const auto sent = bench.send(bundle("client_cert"));
    bench.credentials.take();
    bench.credentials.trial(false, "no WELCOME within 45 s");
    EXPECT_EQ(bench.credentials.take(), Asked{"drop"});
    EXPECT_EQ(bench.road.states(sent.id), "confirming rolled_back");
    EXPECT_NE(bench.road.said.back().progress.error->message.find("no WELCOME"), std::string::npos);
    EXPECT_EQ(bench.road.count("security.auth_failed"), 1);
    EXPECT_EQ(bench.road.count("credential.rotated"), 0);
}

TEST(CredentialDesk, ABundleThatDoesNotFitIsRefusedAndChangesNothing) {
    Bench bench;
    bench.credentials.unfit = fail(ErrorCode::SEC_UNAUTHORISED, "another key");
    EXPECT_EQ(bench.send(bundle("client_cert")).code(), "SEC_UNAUTHORISED");
    EXPECT_TRUE(bench.credentials.take().empty());
}

TEST(CredentialDesk, ADiskThatFailsLeavesTheFormer) {
    Bench bench;
    bench.credentials.unkept = fail(ErrorCode::SYS_STORAGE, "read only");
    const auto sent = bench.send(bundle("client_cert"));
    bench.credentials.trial(true, "");
    EXPECT_EQ(bench.road.states(sent.id), "confirming failed");
    EXPECT_EQ(bench.credentials.take().back(), "drop");
}

// The process ends between any two steps: the command is run again after the restart.
TEST(CredentialDesk, ARestartGoesOnWhereItWas) {
    Bench bench;
    Command command;
    command.envelope.message_id = "command-r";
    command.body = bundle("client_cert");
    bench.appliance->run(command);
    bench.credentials.take();
    bench.start();
    bench.credentials.trial(true, "");
    EXPECT_TRUE(bench.credentials.take().empty()) << "the desk that asked is gone";
    bench.appliance->run(command);
    EXPECT_EQ(bench.credentials.take(), (Asked{"stage client_cert NEW", "prove"}));
    bench.credentials.trial(true, "");
    bench.start();
    bench.appliance->run(command);
    EXPECT_EQ(bench.credentials.take(), Asked{"promote"}) << "promoted before the restart";
    EXPECT_EQ(bench.road.said.back().progress.state, "succeeded");
}

TEST(CredentialDesk, ASessionTokenIsRenewedInPlace) {
    Bench bench;
    const auto good = bench.send(bundle("session_token"));
    EXPECT_EQ(bench.credentials.take(), Asked{"renew"});
    bench.credentials.trial(true, "");
    EXPECT_EQ(bench.road.states(good.id), "confirming succeeded");
    const auto bad = bench.send(bundle("session_token"));
    bench.credentials.trial(false, "Studio is away");
    EXPECT_EQ(bench.road.states(bad.id), "confirming failed");
}

TEST(CredentialDesk, WaitsForItsTimeAndTriesNothingInADryRun) {
    Bench bench;
    auto later = bundle("client_cert");
    later.not_before = WallTime{bench.clock.wall().ms + 60'000};
    const auto sent = bench.send(later);
    EXPECT_EQ(bench.road.states(sent.id), "scheduled");
    EXPECT_TRUE(bench.credentials.take().empty());
    bench.credentials.waiting();
    EXPECT_EQ(bench.credentials.take(), (Asked{"stage client_cert NEW", "prove"}));
    for (auto dry : {csr("client_cert"), bundle("signing_key"), bundle("session_token")}) {
        dry.dry_run = true;
        EXPECT_EQ(bench.send(dry).decision.ack.status, "completed");
        EXPECT_TRUE(bench.credentials.take().empty());
    }
}

}  // namespace
}  // namespace vistter::appliance::test
