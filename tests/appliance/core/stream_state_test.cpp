// The stream table of contract B.10 with rulings 10: every state meets every trigger.
#include "appliance/core/stream_state.hpp"

#include <gtest/gtest.h>

#include <map>

namespace vistter::appliance {
namespace {

using enum StreamState;
using T = StreamTrigger;

// The whole table again, as the contract words it; whatever is not listed is STA_TRANSITION.
const std::map<std::pair<StreamState, T>, StreamState> listed{
    {{stopped, T::start}, starting},
    {{starting, T::media_accepted}, live},
    {{starting, T::attempt_failed}, starting},
    {{starting, T::given_up}, failed},
    {{starting, T::stop}, stopping},
    {{live, T::destination_lost}, reconnecting},
    {{live, T::stop}, stopping},
    {{reconnecting, T::media_accepted}, live},
    {{reconnecting, T::attempt_failed}, reconnecting},
    {{reconnecting, T::stop}, stopping},
    {{stopping, T::drained}, stopped},
    {{failed, T::start}, starting},
};

// G2.24
TEST(StreamState, AnswersEveryPairAsListed) {
    for (const StreamState state : all_stream_states) {
        for (const T trigger : all_stream_triggers) {
            const auto to = next(state, trigger);
            const auto expected = listed.find({state, trigger});
            const std::string pair =
                std::string(to_string(state)) + " + " + std::string(to_string(trigger));
            if (expected == listed.end()) {
                ASSERT_FALSE(to.ok()) << pair;
                EXPECT_EQ(to.error().code, ErrorCode::STA_TRANSITION) << pair;
                EXPECT_NE(to.error().message.find(to_string(state)), std::string::npos) << pair;
            } else {
                ASSERT_TRUE(to.ok()) << pair;
                EXPECT_EQ(*to, expected->second) << pair;
            }
        }
    }
}

TEST(StreamState, NamesReadBack) {
    for (const StreamState state : all_stream_states)
        EXPECT_EQ(stream_state_from(to_string(state)), state);
    EXPECT_FALSE(stream_state_from("on fire"));
}

TEST(StreamState, OneLostDestinationShowsAndOneLiveIsEnough) {
    EXPECT_EQ(overall({}), stopped);
    EXPECT_EQ(overall({live, reconnecting}), reconnecting);
    EXPECT_EQ(overall({starting, live}), live);
    EXPECT_EQ(overall({failed, live}), live);
    EXPECT_EQ(overall({failed, failed}), failed);
    EXPECT_EQ(overall({failed, starting}), starting);
    EXPECT_EQ(overall({stopped, stopping}), stopping);
    EXPECT_EQ(overall({stopped, stopped}), stopped);
}

}  // namespace
}  // namespace vistter::appliance
