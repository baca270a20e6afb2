// Redaction of addresses.
#include "base/redact.hpp"

#include <gtest/gtest.h>

namespace vistter {
namespace {

// No stream key, password or query reaches a log.
TEST(Redact, TakesEverySecretOutOfAnAddress) {
    EXPECT_EQ(redact_url("rtmp://user:pw@host:1935/live/s3cret?auth=1"),
              "rtmp://host:1935/live/***");
    EXPECT_EQ(redact_url("rtmps://a.example/app/inst/key"), "rtmps://a.example/app/inst/***");
    EXPECT_EQ(redact_url("rtsp://admin:12345@10.0.0.9/stream1?token=x"), "rtsp://10.0.0.9/stream1");
    EXPECT_EQ(redact_url("/var/lib/show.ts"), "/var/lib/show.ts");
    EXPECT_EQ(redact_urls("cannot reach 'rtmp://h/live/abcd' or rtsp://u:p@c/1."),
              "cannot reach 'rtmp://h/live/***' or rtsp://c/1.");
}

}  // namespace
}  // namespace vistter
