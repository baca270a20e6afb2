// Credentials follow one another without a gap and without a lock-out (G5.3).
#include "studio/core/rotation.hpp"

#include <gtest/gtest.h>

#include <map>

namespace vistter::studio {
namespace {

constexpr WallTime now{1'800'000'000'000};
constexpr std::int64_t hour_ms = 3'600'000;

Credential key(std::int64_t number, CredentialState state) {
    Credential credential;
    credential.kind = CredentialKind::signing_key;
    credential.number = number;
    credential.state = state;
    credential.overlap_ms = hour_ms;
    if (state == CredentialState::former) credential.ends_at = WallTime{now.ms + 1};
    return credential;
}

std::map<std::int64_t, CredentialState> states(const std::vector<Credential>& changes) {
    std::map<std::int64_t, CredentialState> found;
    for (const Credential& each : changes) found[each.number] = each.state;
    return found;
}

// Every pair of step and event: what is not in this list changes nothing.
TEST(RotationTest, OnlyTheseEventsMoveARotation) {
    using S = RotationStep;
    using E = RotationEvent;
    const std::map<std::pair<S, E>, S> moves{
        {{S::asked, E::request_came}, S::answered}, {{S::asked, E::refused}, S::failed},
        {{S::asked, E::unanswered}, S::failed},     {{S::answered, E::issued}, S::proving},
        {{S::answered, E::refused}, S::failed},     {{S::proving, E::proven}, S::done},
        {{S::proving, E::refused}, S::failed},      {{S::proving, E::unanswered}, S::failed}};
    for (int s = 0; s < static_cast<int>(S::count_); ++s) {
        for (int e = 0; e < static_cast<int>(E::count_); ++e) {
            const auto answer = rotation_table().at(static_cast<S>(s), static_cast<E>(e));
            const auto expected = moves.find({static_cast<S>(s), static_cast<E>(e)});
            EXPECT_EQ(answer.ignored, expected == moves.end()) << s << " " << e;
            const S next = expected == moves.end() ? static_cast<S>(s) : expected->second;
            EXPECT_EQ(answer.next, next) << s << " " << e;
        }
    }
}

TEST(RotationTest, WhatWorksReplacesWhatWasForTheOverlap) {
    const std::vector<Credential> keys{key(2, CredentialState::issued),
                                       key(1, CredentialState::current)};
    const auto changes = promoted(keys, 2, now);
    EXPECT_EQ(states(changes), (std::map<std::int64_t, CredentialState>{
                                   {1, CredentialState::former}, {2, CredentialState::current}}));
    EXPECT_EQ(changes.front().ends_at, WallTime{now.ms + hour_ms});
    EXPECT_TRUE(promoted(keys, 1, now).empty()) << "what is current already changes nothing";
    EXPECT_TRUE(promoted(keys, 7, now).empty());
}

TEST(RotationTest, WhatTheDeviceGaveUpIsGoneAndTheOneBeforeIsBack) {
    EXPECT_EQ(
        states(withdrawn({key(2, CredentialState::issued), key(1, CredentialState::current)}, 2)),
        (std::map<std::int64_t, CredentialState>{{2, CredentialState::ended}}));
    EXPECT_EQ(states(withdrawn({key(3, CredentialState::current), key(2, CredentialState::former),
                                key(1, CredentialState::former)},
                               3)),
              (std::map<std::int64_t, CredentialState>{{3, CredentialState::ended},
                                                       {2, CredentialState::current}}));
    EXPECT_TRUE(
        withdrawn({key(2, CredentialState::current), key(1, CredentialState::ended)}, 2).empty())
        << "the only one there is stays";
}

TEST(RotationTest, AFormerOneIsAcceptedUntilItsOverlapEnds) {
    const Credential former = key(1, CredentialState::former);
    EXPECT_TRUE(is_accepted(former, now));
    EXPECT_FALSE(is_accepted(former, WallTime{now.ms + 1}));
    EXPECT_TRUE(ended({former}, now).empty());
    EXPECT_EQ(states(ended({former, key(2, CredentialState::current)}, WallTime{now.ms + 1})),
              (std::map<std::int64_t, CredentialState>{{1, CredentialState::ended}}));
}

TEST(RotationTest, ADevicesAnswersAreReadForWhatTheyMean) {
    contract::Ack ack;
    ack.status = "completed";
    ack.result.text = R"({"csr":"-----BEGIN X-----\nab\/c=\u000a-----END X-----\n"})";
    const auto came = news_of(RotationStep::asked, ack);
    ASSERT_TRUE(came);
    EXPECT_EQ(came->event, RotationEvent::request_came);
    EXPECT_EQ(came->request, "-----BEGIN X-----\nab/c=\n-----END X-----\n");
    ack.result.text = R"({"jwk":{"kty":"EC"}})";
    EXPECT_EQ(news_of(RotationStep::asked, ack)->request, R"({"kty":"EC"})");
    ack.result.text = "{}";
    EXPECT_EQ(news_of(RotationStep::asked, ack)->event, RotationEvent::refused);
    EXPECT_EQ(news_of(RotationStep::proving, ack)->event, RotationEvent::proven);
    ack.status = "accepted";
    EXPECT_FALSE(news_of(RotationStep::proving, ack)) << "PROGRESS follows";
    ack.status = "rejected";
    EXPECT_EQ(news_of(RotationStep::proving, ack)->event, RotationEvent::refused);
    contract::Progress progress;
    progress.state = "confirming";
    EXPECT_FALSE(news_of(progress));
    progress.state = "rolled_back";
    EXPECT_EQ(news_of(progress)->event, RotationEvent::refused);
    progress.state = "succeeded";
    EXPECT_EQ(news_of(progress)->event, RotationEvent::proven);
}

}  // namespace
}  // namespace vistter::studio
