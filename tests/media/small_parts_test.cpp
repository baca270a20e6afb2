// The meaning of destinations' faults, and a destination's own time.
#include <gtest/gtest.h>

#include "media/camera_address.hpp"
#include "media/sink_error.hpp"
#include "media/stream_time.hpp"

namespace vistter::media {
namespace {

TEST(CameraAddress, UserAndPasswordStandApartFromTheAddress) {
    const CameraAddress split = split_login("rtsp://view%20er:p%40ss%2Fw:rd@10.0.0.9:554/a@b");
    EXPECT_EQ(split.url, "rtsp://10.0.0.9:554/a@b");
    EXPECT_EQ(split.user, "view er");
    EXPECT_EQ(split.password, "p@ss/w:rd");
    for (const char* plain : {"rtsp://10.0.0.9/a@b", "rtsp://[::1]:554/x", "/dev/video0"}) {
        EXPECT_EQ(split_login(plain).url, plain);
        EXPECT_EQ(split_login(plain).user, "");
    }
    EXPECT_EQ(split_login("rtsp://admin%4@h/x").user, "admin%4") << "half an escape is left";
}

constexpr const char* location = "rtmp://127.0.0.1/live/topsecretkey";

TEST(SinkError, TellsRefusedTakenUnwelcomeAndFullApart) {
    struct Case {
        int code;
        const char* words;
        ErrorCode expected;
        const char* says;
    };
    const Case cases[] = {
        {GST_RESOURCE_ERROR_OPEN_READ, "Connection refused: Could not connect to 127.0.0.1",
         ErrorCode::STR_DESTINATION_REFUSED, "refuses connections"},
        {GST_RESOURCE_ERROR_FAILED,
         "Failed to connect: publish denied; stream already exists: NetStream.Publish.BadName",
         ErrorCode::STR_DESTINATION_REFUSED, "already publishing"},
        {GST_RESOURCE_ERROR_NOT_AUTHORIZED, "Not authorized to connect",
         ErrorCode::STR_DESTINATION_AUTH, "stream key"},
        {GST_RESOURCE_ERROR_FAILED, "NetConnection.Connect.Rejected [ AccessManager.Reject ]",
         ErrorCode::STR_DESTINATION_AUTH, "stream key"},
        {GST_RESOURCE_ERROR_WRITE, "Connection error: connection closed remotely",
         ErrorCode::STR_DESTINATION_REFUSED, "not reachable"},
        {GST_RESOURCE_ERROR_NO_SPACE_LEFT, "No space left", ErrorCode::LIM_STORAGE, "disk is full"},
    };
    for (const Case& c : cases) {
        Error error = explain_sink_error(true, c.code, c.words, location);
        EXPECT_EQ(error.code, c.expected) << c.words;
        EXPECT_NE(error.message.find(c.says), std::string::npos) << error.message;
    }
    EXPECT_EQ(explain_sink_error(false, 1, "Internal data stream error.", location).code,
              ErrorCode::STR_ENCODER);
}

TEST(SinkError, NeverRepeatsTheStreamKey) {
    Error error = explain_sink_error(true, GST_RESOURCE_ERROR_FAILED,
                                     "server says: no application for topsecretkey", location);
    EXPECT_EQ(error.message.find("topsecretkey"), std::string::npos) << error.message;
}

constexpr std::int64_t frame_ns = 33'333'333, second = 1'000'000'000;

TEST(StreamTime, StartsAtZeroWithTheFirstKeyframeOnBothTracks) {
    StreamTime time;
    EXPECT_FALSE(time.place(false, true, 10 * second, frame_ns, 0))
        << "sound before the first keyframe";
    EXPECT_FALSE(time.place(true, false, 10 * second, frame_ns, 0));
    EXPECT_EQ(time.place(true, true, 11 * second, frame_ns, 0), 0);
    EXPECT_FALSE(time.place(false, true, 11 * second - 5, frame_ns, 0))
        << "sound that belongs before it";
    EXPECT_EQ(time.place(false, true, 11 * second + 5, frame_ns, 0), 5);
    EXPECT_EQ(time.place(true, false, 11 * second + frame_ns, frame_ns, 0), frame_ns);
}

TEST(StreamTime, GoesOnAfterAProgrammeRestartByTheRealTimeThatPassed) {
    StreamTime time;
    time.place(true, true, 100 * second, frame_ns, 5 * second);
    time.place(true, false, 100 * second + frame_ns, frame_ns, 5 * second);
    time.splice();
    EXPECT_FALSE(time.place(true, false, 0, frame_ns, 6 * second));
    EXPECT_EQ(time.place(true, true, frame_ns, frame_ns, 8 * second), 2 * frame_ns + 3 * second);
    EXPECT_EQ(time.place(true, false, 2 * frame_ns, frame_ns, 8 * second),
              3 * frame_ns + 3 * second);
}

}  // namespace
}  // namespace vistter::media
