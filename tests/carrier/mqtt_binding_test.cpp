// Proves the topics of contract B.1.4, and that only what is one is read as an address or a notice.
#include "link/mqtt_binding.hpp"

#include <gtest/gtest.h>

#include "carrier/carrier_kit.hpp"

namespace vistter::link {
namespace {

using contract::MessageType;

// The table of contract B.1.4, row by row.
TEST(MqttBinding, EveryTypeHasTheTopicAndQosOfTheContract) {
    struct Row {
        MessageType type;
        bool from_device;
        const char* leaf;
        int qos;
    };
    const Row rows[] = {
        {MessageType::DEVICE_CONFIG, false, "down/cmd", 1},
        {MessageType::CAMERA_ACTION, false, "down/cmd", 1},
        {MessageType::TIMELINE_LOAD, false, "down/cmd", 1},
        {MessageType::TIMELINE_EXECUTE, false, "down/cmd", 1},
        {MessageType::OVERLAY_UPDATE, false, "down/cmd", 1},
        {MessageType::STREAM_CONTROL, false, "down/cmd", 1},
        {MessageType::CREDENTIAL_REFRESH, false, "down/cmd", 1},
        {MessageType::COMMAND_CANCEL, false, "down/cmd", 1},
        {MessageType::WELCOME, false, "down/ctl", 1},
        {MessageType::REFUSE, false, "down/ctl", 1},
        {MessageType::RECEIPT, false, "down/ctl", 1},
        {MessageType::HEARTBEAT, false, "down/ctl", 1},
        {MessageType::GOODBYE, false, "down/ctl", 1},
        {MessageType::ACK, true, "up/ack", 1},
        {MessageType::PROGRESS, true, "up/progress", 1},
        {MessageType::EVENT, true, "up/event", 1},
        {MessageType::METRICS, true, "up/metrics", 0},
        {MessageType::HELLO, true, "up/ctl", 1},
        {MessageType::STATE_REPORT, true, "up/ctl", 1},
        {MessageType::HEARTBEAT, true, "up/ctl", 1},
        {MessageType::GOODBYE, true, "up/ctl", 1},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(mqtt_topic("org_1", "dev_2", row.type, row.from_device),
                  std::string("vistter/v1/org_1/dev_2/") + row.leaf)
            << contract::to_string(row.type);
        EXPECT_EQ(mqtt_qos(row.type), row.qos);
    }
    EXPECT_EQ(mqtt_presence_topic("t", "d"), "vistter/v1/t/d/up/presence");
    EXPECT_EQ(mqtt_device_filter("t", "d"), "vistter/v1/t/d/down/#");
}

TEST(MqttBinding, OnlyOurTopicsAreRead) {
    const auto address = read_mqtt_topic("vistter/v1/org_1/dev_2/up/ack");
    ASSERT_TRUE(address);
    EXPECT_EQ(address->tenant, "org_1");
    EXPECT_EQ(address->device_id, "dev_2");
    EXPECT_EQ(address->leaf, "up/ack");
    for (const char* bad :
         {"", "vistter", "vistter/v1/", "vistter/v2/t/d/up/ack", "vistter/v1/t/d/up",
          "vistter/v1/t/d/up/other", "vistter/v1/t/d/up/ack/", "vistter/v1//d/up/ack",
          "vistter/v1/t//up/ack", "vistter/v1/+/d/up/ack", "vistter/v1/t/#",
          "Vistter/v1/t/d/up/ack", "/vistter/v1/t/d/up/ack", "vistter/v1/t/d/x/up/ack",
          "$SYS/vistter/v1/t/d/up/ack"})
        EXPECT_FALSE(read_mqtt_topic(bad)) << bad;
    EXPECT_FALSE(fits_in_topic(std::string(65, 'a')));
    for (const char* bad : {"", "a/b", "a+", "#", "a.b", "a>b", "a*", "a b", "\xc3\xa4"})
        EXPECT_FALSE(fits_in_topic(bad)) << bad;
}

TEST(MqttBinding, NoticesAreReadAsTheyAreWrittenAndNothingElseIs) {
    const auto notice = read_close_notice(write_close_notice({"ses_1", 4410, "it was revoked"}));
    ASSERT_TRUE(notice);
    EXPECT_EQ(notice->of, "ses_1");
    EXPECT_EQ(notice->code, 4410);
    EXPECT_EQ(notice->reason, "it was revoked");
    EXPECT_EQ(read_close_notice("close a 1000")->reason, "");
    EXPECT_LE(write_close_notice({"a", 4400, std::string(5'000, 'x')}).size(), 256u);
    for (const char* bad :
         {"", "close", "close ", "close a", "close a b", "close a 4410x r", "close  4410 r",
          "close a 999 r", "close a 5000 r", "close a -1 r", "close a/b 4410 r", "close a  4410 r",
          "Close a 4410 r", " close a 4410 r", "close a 99999999999999999999 r"})
        EXPECT_FALSE(read_close_notice(bad)) << bad;
    EXPECT_FALSE(read_close_notice(carrier::message_of(MessageType::EVENT)));
    EXPECT_FALSE(read_close_notice("close a 4410 " + std::string(300, 'x')));
}

TEST(MqttBinding, AGlimpseTellsWhatConnectionAMessageIsOf) {
    const auto hello = glimpse(carrier::hello_of(carrier::connection_a));
    ASSERT_TRUE(hello);
    EXPECT_EQ(hello->type, MessageType::HELLO);
    EXPECT_EQ(hello->connection_id, carrier::connection_a);
    EXPECT_EQ(hello->session_id, "");
    const auto will = glimpse(carrier::will_of(carrier::connection_b));
    ASSERT_TRUE(will);
    EXPECT_EQ(will->connection_id, carrier::connection_b);
    const auto event = glimpse(carrier::message_of(MessageType::EVENT));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->session_id, "ses_01JD9V3T5C0Q8M7W2N4K6R1YZX");
    for (const char* bad : {"", "a.b.c", "close a 4410", "{}", "..", "eyJ.e30.x"})
        EXPECT_FALSE(glimpse(bad)) << bad;
}

}  // namespace
}  // namespace vistter::link
