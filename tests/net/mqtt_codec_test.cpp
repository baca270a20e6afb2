// Proves the MQTT packets byte by byte, and that everything a broker can get wrong is refused.
#include "net/mqtt_codec.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace vistter::net {
namespace {

std::string bytes(std::initializer_list<int> values) {
    std::string made;
    for (int value : values) made.push_back(static_cast<char>(value));
    return made;
}

// The one packet in `text`, read in one piece.
template <class Packet>
Packet read_as(const std::string& text) {
    MqttReader reader(1'000);
    reader.append(text);
    auto packet = reader.next();
    EXPECT_TRUE(packet.ok()) << describe(packet.error());
    if (!packet.ok() || !packet->has_value() || !std::holds_alternative<Packet>(**packet)) {
        ADD_FAILURE() << "another packet";
        return {};
    }
    return std::get<Packet>(**packet);
}

std::string refusal_of(const std::string& text) {
    MqttReader reader(1'000);
    reader.append(text);
    auto packet = reader.next();
    if (packet.ok()) return packet->has_value() ? "read" : "incomplete";
    return packet.error().message;
}

// OASIS MQTT 3.1.1, sections 3.1 to 3.14.
TEST(MqttCodec, WritesWhatTheStandardSays) {
    EXPECT_EQ(mqtt_connect("abc", 10, {}),
              bytes({0x10, 15, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 10, 0, 3, 'a', 'b', 'c'}));
    EXPECT_EQ(mqtt_connect("a", 258, {.topic = "t", .payload = "xyz", .qos = 1}),
              bytes({0x10, 21, 0,   4, 'M', 'Q', 'T', 'T', 4,   0x0e, 1,  2,
                     0,    1,  'a', 0, 1,   't', 0,   3,   'x', 'y',  'z'}));
    EXPECT_EQ(mqtt_publish("a/b", "hi", 0, 9), bytes({0x30, 7, 0, 3, 'a', '/', 'b', 'h', 'i'}));
    EXPECT_EQ(mqtt_publish("a", "hi", 1, 0x1234),
              bytes({0x32, 7, 0, 1, 'a', 0x12, 0x34, 'h', 'i'}));
    EXPECT_EQ(mqtt_puback(0x0102), bytes({0x40, 2, 1, 2}));
    EXPECT_EQ(mqtt_subscribe(1, {{"a/#", 1}, {"b", 0}}),
              bytes({0x82, 12, 0, 1, 0, 3, 'a', '/', '#', 1, 0, 1, 'b', 0}));
    EXPECT_EQ(mqtt_pingreq(), bytes({0xc0, 0}));
    EXPECT_EQ(mqtt_disconnect(), bytes({0xe0, 0}));
}

TEST(MqttCodec, RemainingLengthsFollowTheTable) {
    // Table 2.4 of the standard: where one digit ends and the next begins.
    const std::pair<std::size_t, std::size_t> cases[] = {
        {127, 1}, {128, 2}, {16'383, 2}, {16'384, 3}, {2'097'151, 3}, {2'097'152, 4}};
    for (const auto& [size, digits] : cases) {
        const std::string packet = mqtt_publish("t", std::string(size - 3, 'x'), 0, 0);
        EXPECT_EQ(packet.size(), 1 + digits + size);
        MqttReader reader(size);
        reader.append(packet);
        auto read = reader.next();
        ASSERT_TRUE(read.ok() && read->has_value()) << size;
        EXPECT_EQ(std::get<MqttPublish>(**read).payload.size(), size - 3);
    }
}

TEST(MqttCodec, ReadsWhatABrokerSends) {
    EXPECT_EQ(read_as<MqttConnack>(bytes({0x20, 2, 0, 5})).code, 5);
    EXPECT_TRUE(read_as<MqttConnack>(bytes({0x20, 2, 1, 0})).session_present);
    EXPECT_EQ(read_as<MqttPuback>(bytes({0x40, 2, 1, 2})).id, 0x0102);
    EXPECT_EQ(read_as<MqttSuback>(bytes({0x90, 5, 0, 1, 0, 1, 0x80})).granted,
              (std::vector<int>{0, 1, 0x80}));
    read_as<MqttPingresp>(bytes({0xd0, 0}));
    const auto publish = read_as<MqttPublish>(bytes({0x3b, 6, 0, 1, 't', 0, 7, 'x'}));
    EXPECT_EQ(publish.topic, "t");
    EXPECT_EQ(publish.payload, "x");
    EXPECT_EQ(publish.id, 7);
    EXPECT_TRUE(publish.duplicate && publish.retained);
    EXPECT_EQ(read_as<MqttPublish>(bytes({0x30, 3, 0, 1, 't'})).payload, "");
}

TEST(MqttCodec, ReadsInAnyPieces) {
    std::string stream;
    for (int i = 0; i < 50; ++i)
        stream += mqtt_publish("t/" + std::to_string(i), std::string(i * 7 % 300, 'p'), i % 2, 5);
    SeededRandom random(7);
    MqttReader reader(1'000);
    int seen = 0;
    for (std::size_t at = 0; at < stream.size();) {
        const std::size_t piece = 1 + random.below(40);
        reader.append(std::string_view(stream).substr(at, piece));
        at += piece;
        while (true) {
            auto packet = reader.next();
            ASSERT_TRUE(packet.ok());
            if (!packet->has_value()) break;
            EXPECT_EQ(std::get<MqttPublish>(**packet).topic, "t/" + std::to_string(seen++));
        }
    }
    EXPECT_EQ(seen, 50);
}

TEST(MqttCodec, RefusesWhatABrokerMustNotSend) {
    const std::pair<const char*, std::string> cases[] = {
        {"flags that are reserved", bytes({0x21, 2, 0, 0})},
        {"flags that are reserved", bytes({0x42, 2, 0, 1})},
        {"flags that are reserved", bytes({0xd1, 0})},
        {"packets of type 0", bytes({0x00, 0})},
        {"packets of type 1", bytes({0x10, 0})},
        {"packets of type 5", bytes({0x50, 2, 0, 1})},
        {"packets of type 8", bytes({0x80, 0})},
        {"packets of type 14", bytes({0xe0, 0})},
        {"packets of type 15", bytes({0xf0, 0})},
        {"CONNACK is malformed", bytes({0x20, 1, 0})},
        {"CONNACK is malformed", bytes({0x20, 3, 0, 0, 0})},
        {"CONNACK is malformed", bytes({0x20, 2, 2, 0})},
        {"PUBACK is malformed", bytes({0x40, 1, 0})},
        {"PUBACK is malformed", bytes({0x40, 2, 0, 0})},
        {"PUBACK is malformed", bytes({0x40, 3, 0, 1, 0})},
        {"SUBACK is malformed", bytes({0x90, 2, 0, 1})},
        {"SUBACK is malformed", bytes({0x90, 3, 0, 0, 0})},
        {"nobody asked for", bytes({0x90, 3, 0, 1, 2})},
        {"nobody asked for", bytes({0x90, 3, 0, 1, 3})},
        {"PINGRESP is malformed", bytes({0xd0, 1, 0})},
        {"nobody subscribed to", bytes({0x34, 5, 0, 1, 't', 0, 1})},
        {"nobody subscribed to", bytes({0x36, 5, 0, 1, 't', 0, 1})},
        {"cannot be a duplicate", bytes({0x38, 3, 0, 1, 't'})},
        {"no good topic", bytes({0x30, 0})},
        {"no good topic", bytes({0x30, 2, 0, 0})},
        {"no good topic", bytes({0x30, 3, 0, 5, 't'})},
        {"no good topic", bytes({0x30, 3, 0, 1, '#'})},
        {"no good topic", bytes({0x30, 3, 0, 1, '+'})},
        {"no good topic", bytes({0x30, 3, 0, 1, 0})},
        {"no good topic", bytes({0x30, 4, 0, 2, 0xc0, 0x80})},
        {"no packet id", bytes({0x32, 3, 0, 1, 't'})},
        {"no packet id", bytes({0x32, 4, 0, 1, 't', 1})},
        {"no packet id", bytes({0x32, 5, 0, 1, 't', 0, 0})},
        {"more than four digits", bytes({0x30, 0x80, 0x80, 0x80, 0x80})},
        {"more than four digits", bytes({0x30, 0xff, 0xff, 0xff, 0xff, 0x7f})},
        {"at most", bytes({0x30, 0xff, 0xff, 0xff, 0x7f})},
    };
    for (const auto& [why, packet] : cases)
        EXPECT_NE(refusal_of(packet).find(why), std::string::npos)
            << why << ": " << refusal_of(packet);
}

TEST(MqttCodec, AnOversizedPacketIsRefusedByItsLengthAlone) {
    MqttReader reader(1'000);
    reader.append(mqtt_publish("t", std::string(1'000, 'x'), 0, 0));
    EXPECT_TRUE(reader.next().ok());
    reader.append(mqtt_publish("t", std::string(3'000, 'x'), 0, 0).substr(0, 4));
    auto packet = reader.next();
    ASSERT_FALSE(packet.ok());
    EXPECT_EQ(packet.error().code, ErrorCode::VAL_TOO_BIG);
}

// Section 1.5.3 and RFC 3629.
TEST(MqttCodec, TextIsStrictUtf8) {
    for (const char* good : {"a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x8e\xa5", "\xed\x9f\xbf",
                             "\xee\x80\x80", "\xf4\x8f\xbf\xbf"})
        EXPECT_TRUE(is_mqtt_text(good)) << good;
    for (const char* bad :
         {"\xc0\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\x80", "\xc3", "\xe2\x82", "\xc3\x28", "\xff"})
        EXPECT_FALSE(is_mqtt_text(bad));
    EXPECT_FALSE(is_mqtt_text(std::string_view("a\0b", 3)));
    EXPECT_FALSE(is_mqtt_text(std::string(65'536, 'a')));
}

// Every good packet with one byte changed, cut or added: it is read, waited for or refused, and
// what is read still keeps to the rules.
TEST(MqttCodec, NoDamagedPacketIsReadAsWhatItCannotBe) {
    const std::string good[] = {bytes({0x20, 2, 0, 0}), bytes({0x90, 4, 0, 1, 1, 1}),
                                mqtt_puback(7), bytes({0xd0, 0}),
                                mqtt_publish("vistter/v1/t/d/down/cmd", "payload", 1, 77)};
    for (const std::string& packet : good) {
        for (std::size_t at = 0; at < packet.size(); ++at) {
            for (int value = 0; value < 256; ++value) {
                std::string damaged = packet;
                damaged[at] = static_cast<char>(value);
                MqttReader reader(1'000);
                reader.append(damaged);
                auto read = reader.next();
                if (!read.ok() || !read->has_value()) continue;
                if (const auto* publish = std::get_if<MqttPublish>(&**read)) {
                    EXPECT_TRUE(publish->qos == 0 || publish->id != 0);
                    EXPECT_TRUE(is_mqtt_text(publish->topic));
                }
            }
        }
    }
}

}  // namespace
}  // namespace vistter::net
