// Proves the listener's promises with raw sockets: HTTP/1.1 as written, and limits where bytes
// enter.
#include "net/server.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <stdexcept>

#include "net_kit.hpp"

namespace vistter::net {
namespace {

using std::chrono::milliseconds;

// Answers "<method> <path>?<query> <body>".
void echo(const Request& request, std::unique_ptr<Responder> responder) {
    Response response;
    response.headers = {{"Content-Type", "text/plain"}};
    response.body = request.method + " " + request.path + "?" + request.query + " " + request.body;
    responder->respond(std::move(response));
}

std::string get(std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: vistter\r\n\r\n";
}

bool is_status(const std::string& response, int status) {
    return response.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

TEST(Server, AnswersRequestsOneAfterAnotherOnOneConnection) {
    RunningServer server({}, echo);
    RawClient client(server.port());
    client.send(get("/a%20b?x=1"));
    std::string first = client.read_response();
    EXPECT_TRUE(is_status(first, 200)) << first;
    EXPECT_TRUE(first.ends_with("GET /a b?x=1 ")) << first;
    EXPECT_NE(first.find("Date: "), std::string::npos);
    client.send("POST /p HTTP/1.1\r\nHost: v\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_TRUE(client.read_response().ends_with("POST /p? hello"));
}

TEST(Server, PipelinedRequestsAreAnsweredInOrder) {
    RunningServer server({}, echo);
    RawClient client(server.port());
    client.send(
        get("/1") +
        "POST /2 HTTP/1.1\r\nHost: v\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" +
        get("/3"));
    EXPECT_TRUE(client.read_response().ends_with("GET /1? "));
    EXPECT_TRUE(client.read_response().ends_with("POST /2? abc"));
    EXPECT_TRUE(client.read_response().ends_with("GET /3? "));
}

TEST(Server, ARequestMayComeByteByByte) {
    RunningServer server({}, echo);
    RawClient client(server.port());
    for (char c : get("/slow") + "POST /b HTTP/1.1\r\nHost: v\r\nContent-Length: 2\r\n\r\nok")
        client.send({&c, 1});
    EXPECT_TRUE(client.read_response().ends_with("GET /slow? "));
    EXPECT_TRUE(client.read_response().ends_with("POST /b? ok"));
}

TEST(Server, HeadHasTheLengthAndNoBody) {
    RunningServer server({}, echo);
    RawClient client(server.port());
    client.send("HEAD /h HTTP/1.1\r\nHost: v\r\n\r\n" + get("/after"));
    std::string head = client.read_response(true);
    EXPECT_NE(head.find("Content-Length: 9\r\n"), std::string::npos) << head;
    EXPECT_TRUE(client.read_response().ends_with("GET /after? "))
        << "the body of HEAD must not be on the wire";
}

TEST(Server, Http10AndConnectionCloseEndTheConnection) {
    RunningServer server({}, echo);
    RawClient old(server.port());
    old.send("GET /old HTTP/1.0\r\n\r\n");
    std::string answer = old.read_all();
    EXPECT_TRUE(answer.ends_with("GET /old? ")) << answer;
    RawClient polite(server.port());
    polite.send("GET /bye HTTP/1.1\r\nHost: v\r\nConnection: close\r\n\r\n");
    EXPECT_NE(polite.read_all().find("Connection: close\r\n"), std::string::npos);
}

TEST(Server, APeerThatWaitsForContinueIsTold) {
    RunningServer server({}, echo);
    RawClient client(server.port());
    client.send("POST /c HTTP/1.1\r\nHost: v\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    EXPECT_TRUE(client.read_response().ends_with("POST /c? body"));
    client.send(
        "POST /c HTTP/1.1\r\nHost: v\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_TRUE(is_status(client.read_response(), 413))
        << "an oversized body is refused before it is sent";
}

TEST(Server, AnOversizedHeaderGets431) {
    RunningServer server({}, echo);
    RawClient client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: v\r\nX-Big: " + std::string(20'000, 'x') + "\r\n\r\n");
    EXPECT_TRUE(is_status(client.read_all(), 431));
}

TEST(Server, AnOversizedBodyGets413EvenWhileItIsBeingSent) {
    ServerOptions options;
    options.max_body_bytes = 1'000;
    RunningServer server(options, echo);
    RawClient announced(server.port());
    announced.send("POST / HTTP/1.1\r\nHost: v\r\nContent-Length: 900000\r\n\r\n");
    announced.send(std::string(500'000, 'x'));
    EXPECT_TRUE(is_status(announced.read_all(), 413));
    RawClient chunked(server.port());
    chunked.send("POST / HTTP/1.1\r\nHost: v\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3; ++i) chunked.send("190\r\n" + std::string(400, 'y') + "\r\n");
    EXPECT_TRUE(is_status(chunked.read_all(), 413));
}

TEST(Server, RefusesWhatTwoReadersCouldReadDifferently) {
    RunningServer server({}, echo);
    const std::pair<const char*, int> bad[] = {
        {"POST / HTTP/1.1\r\nHost: v\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
         400},
        {"POST / HTTP/1.1\r\nHost: v\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400},
        {"POST / HTTP/1.1\r\nHost: v\r\nContent-Length: -1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: v\r\nContent-Length: 1x\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: v\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
        {"POST / HTTP/1.1\r\nHost: v\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\nHost: v\r\n\r\n", 505},
        {"GET relative HTTP/1.1\r\nHost: v\r\n\r\n", 400},
        {"GET /%00 HTTP/1.1\r\nHost: v\r\n\r\n", 400},
        {"GET /%zz HTTP/1.1\r\nHost: v\r\n\r\n", 400},
        {"GET /a%0d%0ab HTTP/1.1\r\nHost: v\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: v\r\n folded: x\r\n\r\n", 200},
        {"GET  / HTTP/1.1\r\nHost: v\r\n\r\n", 400},
        {"GET / HTTP/1.1\nHost: v\n\n\r\n\r\n",
         505},  // bare line ends: the version is read to the next CR LF
        {"GET / HTTP/1.1\r\nHo st: v\r\n\r\n", 400},
        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: v\r\nExpect: the-impossible\r\n\r\n", 417},
    };
    for (const auto& [text, status] : bad) {
        RawClient client(server.port());
        client.send(text);
        std::string answer = client.read_response();
        EXPECT_TRUE(is_status(answer, status)) << text << "\n-> " << answer;
    }
}

TEST(Server, AnAbsoluteTargetIsReadAsItsPath) {
    RunningServer server({}, echo);
    RawClient client(server.port());
    client.send(get("http://vistter/deep?x=2"));
    EXPECT_TRUE(client.read_response().ends_with("GET /deep?x=2 "));
}

TEST(Server, ASilentClientIsClosed) {
    ServerOptions options;
    options.header_deadline = milliseconds(300);
    RunningServer server(options, echo);
    RawClient silent(server.port());
    EXPECT_EQ(silent.read_all(), "") << "nobody asked, so nobody is answered";
    RawClient dripping(server.port());
    dripping.send("GET / HT");
    EXPECT_TRUE(is_status(dripping.read_all(), 408));
}

TEST(Server, AnIdleConnectionAndABodyThatNeverComesAreClosed) {
    ServerOptions options;
    options.idle_deadline = milliseconds(50);
    RunningServer server(options, echo);
    RawClient idle(server.port());
    idle.send(get("/"));
    EXPECT_TRUE(is_status(idle.read_response(), 200));
    EXPECT_EQ(idle.read_all(), "");
    RawClient stuck(server.port());
    stuck.send("POST / HTTP/1.1\r\nHost: v\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_TRUE(is_status(stuck.read_all(), 408));
}

TEST(Server, AClientThatReadsNothingIsDropped) {
    constexpr std::size_t size = 32u << 20;  // more than the kernel keeps for a connection
    ServerOptions options;
    options.idle_deadline = milliseconds(100);
    options.max_connections = 1;
    RunningServer server(options, [](const Request&, std::unique_ptr<Responder> responder) {
        Response big;
        big.body.assign(size, 'b');
        responder->respond(std::move(big));
    });
    RawClient lazy(server.port());
    lazy.send(get("/"));
    lazy.read_until("\r\n\r\n");
    // The only place is free again once the server has given up on the lazy one.
    std::string answer;
    while (answer.empty()) {
        RawClient next(server.port());
        next.send(get("/"));
        answer = next.read_until("\r\n\r\n");
    }
    EXPECT_TRUE(is_status(answer, 200));
    EXPECT_LT(lazy.read_all().size(), size);
}

TEST(Server, AHandlerThatFailsForgetsOrDawdlesIsAnsweredFor) {
    ServerOptions options;
    options.handler_deadline = milliseconds(50);
    std::unique_ptr<Responder> kept;
    RunningServer server(options,
                         [&](const Request& request, std::unique_ptr<Responder> responder) {
                             if (request.path == "/throws") throw std::runtime_error("a bug");
                             if (request.path == "/keeps") kept = std::move(responder);
                         });
    for (const char* path : {"/throws", "/forgets"}) {
        RawClient client(server.port());
        client.send(get(path));
        EXPECT_TRUE(is_status(client.read_response(), 500)) << path;
    }
    RawClient client(server.port());
    client.send(get("/keeps"));
    EXPECT_TRUE(is_status(client.read_all(), 504));
    server.thread().run([&] {
        kept->respond({});  // too late, and harmless
        kept.reset();
    });
}

TEST(Server, TheAnswerMayComeLater) {
    Arrivals<std::unique_ptr<Responder>> asked;
    RunningServer server({}, [&](const Request&, std::unique_ptr<Responder> responder) {
        asked.add(std::move(responder));
    });
    RawClient client(server.port());
    client.send(get("/"));
    auto responder = asked.next();
    ASSERT_TRUE(responder.has_value());
    server.thread().run([&] {
        Response later;
        later.body = "later";
        (*responder)->respond(std::move(later));
        responder->reset();
    });
    EXPECT_TRUE(client.read_response().ends_with("later"));
}

TEST(Server, ConnectionsBeyondTheLimitAreClosedAndLaterOnesServedAgain) {
    ServerOptions options;
    options.max_connections = 2;
    RunningServer server(options, echo);
    RawClient first(server.port());
    RawClient second(server.port());
    for (RawClient* client : {&first, &second}) {
        client->send(get("/"));
        EXPECT_TRUE(is_status(client->read_response(), 200));
    }
    RawClient third(server.port());
    EXPECT_EQ(third.read_all(), "");
    first.close();
    // The server notices the first one's end from its own loop; until then a newcomer is closed at
    // once.
    std::string answer;
    for (int attempt = 0; attempt < 1'000 && answer.empty(); ++attempt) {
        RawClient next(server.port());
        next.send(get("/again"));
        answer = next.read_response();
    }
    EXPECT_TRUE(is_status(answer, 200));
}

TEST(Server, AHeaderThatWouldBreakOutOfItsLineIsLeftOut) {
    RunningServer server({}, [](const Request&, std::unique_ptr<Responder> responder) {
        Response response;
        response.headers = {{"X-Bad", "a\r\nSet-Cookie: stolen=1"},
                            {"X\r\nBad", "b"},
                            {"Content-Length", "999"},
                            {"X-Good", "c"}};
        responder->respond(std::move(response));
    });
    RawClient client(server.port());
    client.send(get("/"));
    std::string answer = client.read_response();
    EXPECT_EQ(answer.find("stolen"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("999"), std::string::npos) << answer;
    EXPECT_NE(answer.find("X-Good: c\r\n"), std::string::npos) << answer;
}

TEST(Server, ARangeIsCutOutWhereTheHandlerOffersIt) {
    RunningServer server({}, [](const Request& request, std::unique_ptr<Responder> responder) {
        Response response;
        if (request.path == "/ranges") response.headers = {{"Accept-Ranges", "bytes"}};
        response.body = "0123456789";
        responder->respond(std::move(response));
    });
    auto ask = [&](const std::string& path, const std::string& range) {
        RawClient client(server.port());
        client.send("GET " + path + " HTTP/1.1\r\nHost: v\r\nRange: " + range + "\r\n\r\n");
        return client.read_response();
    };
    std::string middle = ask("/ranges", "bytes=2-4");
    EXPECT_TRUE(is_status(middle, 206)) << middle;
    EXPECT_NE(middle.find("Content-Range: bytes 2-4/10\r\n"), std::string::npos) << middle;
    EXPECT_TRUE(middle.ends_with("\r\n\r\n234")) << middle;
    EXPECT_TRUE(ask("/ranges", "bytes=7-").ends_with("\r\n\r\n789"));
    EXPECT_TRUE(ask("/ranges", "bytes=-3").ends_with("\r\n\r\n789"));
    EXPECT_TRUE(ask("/ranges", "bytes=8-100").ends_with("\r\n\r\n89"));
    EXPECT_TRUE(is_status(ask("/ranges", "bytes=10-"), 416));
    EXPECT_TRUE(is_status(ask("/ranges", "bytes=1-2,4-5"), 200));
    EXPECT_TRUE(is_status(ask("/ranges", "lines=1-2"), 200));
    EXPECT_TRUE(is_status(ask("/plain", "bytes=2-4"), 200));
}

TEST(Server, APortAlreadyTakenIsNamedWithTheNextStep) {
    RunningServer server({}, echo);
    async::Loop loop;
    ServerOptions options;
    options.port = server.port();
    auto second = listen(loop, options, echo);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::SYS_PORT_IN_USE);
    EXPECT_NE(second.error().message.find(std::to_string(server.port())), std::string::npos);
    options.address = "not an address";
    EXPECT_EQ(listen(loop, options, echo).error().code, ErrorCode::CFG_INVALID);
}

TEST(Server, DestroyingItDropsItsConnections) {
    RunningServer server({}, echo);
    RawClient client(server.port());
    client.send(get("/"));
    EXPECT_TRUE(is_status(client.read_response(), 200));
    server.stop();
    EXPECT_EQ(client.read_all(), "");
}

}  // namespace
}  // namespace vistter::net
