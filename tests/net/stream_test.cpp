// Proves that a streamed answer reaches its reader chunk by chunk, notices the reader's leaving,
// and never piles up.
#include <gtest/gtest.h>

#include "net/server.hpp"
#include "net_kit.hpp"

namespace vistter::net {
namespace {

class StreamTest : public ::testing::Test {
  protected:
    static void open(Arrivals<std::shared_ptr<Stream>>& opened,
                     std::unique_ptr<Responder> responder) {
        Response head;
        head.headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}};
        opened.add(responder->stream(std::move(head)));
    }

    Arrivals<std::shared_ptr<Stream>> opened_;
    RunningServer server_{{}, [this](const Request&, std::unique_ptr<Responder> responder) {
                              open(opened_, std::move(responder));
                          }};
};

TEST_F(StreamTest, EventsArriveAsTheyAreSent) {
    RawClient client(server_.port());
    client.send("GET /events HTTP/1.1\r\nHost: v\r\n\r\n");
    std::shared_ptr<Stream> stream = opened_.next().value();
    std::string head = client.read_until("\r\n\r\n");
    EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << head;
    EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), std::string::npos) << head;
    for (int i = 0; i < 3; ++i) {
        std::string event = "event: status\ndata: " + std::to_string(i) + "\n\n";
        EXPECT_TRUE(server_.thread().run([&] { return stream->send(event); }));
        EXPECT_NE(client.read_until("\n\n\r\n").find(event), std::string::npos);
    }
    server_.thread().run([&] { stream->close(); });
    EXPECT_EQ(client.read_all(), "0\r\n\r\n");
    EXPECT_FALSE(server_.thread().run([&] { return stream->send("late"); }));
    server_.thread().run([&] { stream.reset(); });
}

TEST_F(StreamTest, AnOldPeerGetsTheBytesAsTheyAre) {
    RawClient client(server_.port());
    client.send("GET /events HTTP/1.0\r\n\r\n");
    std::shared_ptr<Stream> stream = opened_.next().value();
    server_.thread().run([&] {
        stream->send("plain");
        stream.reset();  // dropping the stream ends it
    });
    EXPECT_TRUE(client.read_all().ends_with("\r\n\r\nplain"));
}

TEST_F(StreamTest, TheReadersLeavingIsToldOnce) {
    Arrivals<int> closed;
    RawClient client(server_.port());
    client.send("GET /events HTTP/1.1\r\nHost: v\r\n\r\n");
    std::shared_ptr<Stream> stream = opened_.next().value();
    server_.thread().run([&] { stream->on_closed([&] { closed.add(1); }); });
    client.close();
    EXPECT_TRUE(closed.next().has_value());
    EXPECT_FALSE(server_.thread().run([&] { return stream->send("gone"); }));
    EXPECT_TRUE(closed.empty());
    // Asked for after the end, it is told as well.
    server_.thread().run([&] { stream->on_closed([&] { closed.add(2); }); });
    EXPECT_EQ(closed.next(), 2);
    server_.thread().run([&] { stream.reset(); });
}

TEST_F(StreamTest, AReaderThatStopsReadingFillsOneMebibyteAndNoMore) {
    RawClient client(server_.port());
    client.send("GET /events HTTP/1.1\r\nHost: v\r\n\r\n");
    std::shared_ptr<Stream> stream = opened_.next().value();
    std::string chunk(100'000, 'f');
    int refused = 0;
    std::size_t most = 0;
    for (int i = 0; i < 400; ++i) {
        server_.thread().run([&] {
            if (!stream->send(chunk)) ++refused;
            most = std::max(most, stream->waiting());
        });
    }
    EXPECT_GT(refused, 0);
    EXPECT_GT(most, 0u);
    EXPECT_LE(most, 1u << 20);
    server_.thread().run([&] { stream.reset(); });
}

TEST_F(StreamTest, HeadGetsNoStream) {
    RawClient client(server_.port());
    client.send("HEAD /events HTTP/1.1\r\nHost: v\r\n\r\n");
    std::shared_ptr<Stream> stream = opened_.next().value();
    EXPECT_TRUE(client.read_all().ends_with("\r\n\r\n"));
    EXPECT_FALSE(server_.thread().run([&] { return stream->send("nobody reads this"); }));
    server_.thread().run([&] { stream.reset(); });
}

}  // namespace
}  // namespace vistter::net
