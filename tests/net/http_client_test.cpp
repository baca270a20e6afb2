// Proves where the blocking client goes and where not, and what it makes of answers that are too
// big, late or elsewhere.
#include "net/http_client.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "net/server.hpp"
#include "net_kit.hpp"

namespace vistter::net {
namespace {

class HttpClientTest : public ::testing::Test {
  protected:
    // Answers by path; "/silent" is never answered.
    void handle(const Request& request, std::unique_ptr<Responder> responder) {
        requests_.add(request);
        Response response;
        if (request.path == "/silent") {
            kept_.push_back(std::move(responder));
            return;
        }
        if (request.path == "/elsewhere") {
            response.status = 302;
            response.headers = {{"Location", "/stolen"}};
        } else if (request.path == "/big") {
            response.body.assign(5'000'000, 'b');
        } else if (request.path == "/error") {
            response.status = 503;
            response.body = "busy";
        } else {
            response.headers = {{"X-Twice", "a"}, {"X-Twice", "b"}, {"Content-Type", "text/plain"}};
            response.body = request.method + ":" + request.body;
        }
        responder->respond(std::move(response));
    }
    ~HttpClientTest() override {
        server_.thread().run([this] { kept_.clear(); });
    }
    FetchOptions to(const std::string& path) {
        FetchOptions options;
        options.url = server_.url("http", path);
        return options;
    }

    Arrivals<Request> requests_;
    std::vector<std::unique_ptr<Responder>> kept_;
    RunningServer server_{{}, [this](const Request& request, std::unique_ptr<Responder> responder) {
                              handle(request, std::move(responder));
                          }};
};

TEST_F(HttpClientTest, SendsWhatItIsGivenAndReadsTheAnswer) {
    FetchOptions options = to("/path?q=1");
    options.method = "POST";
    options.headers = {{"content-type", "application/json"}, {"x-empty", ""}};
    options.body = "{}";
    Result<Fetched> fetched = fetch(options);
    ASSERT_TRUE(fetched.ok()) << describe(fetched.error());
    EXPECT_EQ(fetched->status, 200);
    EXPECT_EQ(fetched->body, "POST:{}");
    EXPECT_EQ(fetched->headers["x-twice"], "a, b");
    EXPECT_EQ(fetched->headers["content-type"], "text/plain");
    Request seen = requests_.next().value();
    EXPECT_EQ(seen.query, "q=1");
    EXPECT_EQ(seen.header("content-type"), "application/json");
    EXPECT_TRUE(seen.headers.contains("x-empty"));
    EXPECT_FALSE(seen.headers.contains("expect"));
    EXPECT_FALSE(seen.secure);
    EXPECT_EQ(seen.remote_address, "127.0.0.1");
}

TEST_F(HttpClientTest, EveryMethodAndStatusIsAnAnswer) {
    for (const char* method : {"GET", "PUT", "DELETE", "PATCH", "POST"}) {
        FetchOptions options = to("/m");
        options.method = method;
        EXPECT_EQ(fetch(options)->body, std::string(method) + ":");
    }
    FetchOptions head = to("/m");
    head.method = "HEAD";
    EXPECT_EQ(fetch(head)->body, "");
    EXPECT_EQ(fetch(to("/error"))->status, 503);
}

TEST_F(HttpClientTest, ARedirectIsAnAnswerAndNotFollowed) {
    Result<Fetched> fetched = fetch(to("/elsewhere"));
    ASSERT_TRUE(fetched.ok());
    EXPECT_EQ(fetched->status, 302);
    EXPECT_EQ(requests_.next()->path, "/elsewhere");
    EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpClientTest, AnAnswerThatIsTooBigIsCutOff) {
    EXPECT_EQ(fetch(to("/big")).error().code, ErrorCode::VAL_TOO_BIG);
    FetchOptions enough = to("/big");
    enough.max_bytes = 5'000'000;
    EXPECT_EQ(fetch(enough)->body.size(), 5'000'000u);
}

TEST_F(HttpClientTest, SilenceEndsAtTheDeadline) {
    FetchOptions options = to("/silent");
    options.deadline_ms = 50;
    EXPECT_EQ(fetch(options).error().code, ErrorCode::SYS_TIMEOUT);
}

// Rulings 16 and 17.
TEST_F(HttpClientTest, PlainHttpIsForLoopbackAlone) {
    FetchOptions options;
    for (const char* host :
         {"192.0.2.1", "10.0.0.1", "[2001:db8::1]", "169.254.169.254", "0.0.0.0"}) {
        options.url = "http://" + std::string(host) + ":1/";
        Result<Fetched> refused = fetch(options);
        ASSERT_FALSE(refused.ok()) << host;
        EXPECT_EQ(refused.error().code, ErrorCode::SEC_UNAUTHORISED)
            << host << " " << describe(refused.error());
    }
}

TEST_F(HttpClientTest, TheCallerDecidesWithTheResolvedAddress) {
    std::vector<std::string> asked;
    FetchOptions options = to("/");
    options.url = "http://localhost:" + std::to_string(server_.port()) + "/";
    options.allow = [&](const std::string& host, const std::string& address) {
        asked.push_back(host + "=" + address);
        return address != "127.0.0.1" && address != "::1";
    };
    Result<Fetched> refused = fetch(options);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::SEC_UNAUTHORISED) << describe(refused.error());
    ASSERT_FALSE(asked.empty());
    EXPECT_TRUE(asked.front() == "localhost=127.0.0.1" || asked.front() == "localhost=::1")
        << asked.front();
    EXPECT_TRUE(requests_.empty());
    options.allow = [](const std::string&, const std::string&) { return true; };
    EXPECT_TRUE(fetch(options).ok());
}

TEST_F(HttpClientTest, OtherSchemesAndMissingPinsAreRefused) {
    for (const char* url :
         {"ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "127.0.0.1", "",
          "http://user:pass@127.0.0.1/", "http://127.0.0.1:99999/", "http://127.0.0.1/ x"}) {
        FetchOptions options;
        options.url = url;
        EXPECT_EQ(fetch(options).error().code, ErrorCode::CFG_INVALID) << url;
    }
    FetchOptions no_pins;
    no_pins.url = "https://127.0.0.1:1/";
    EXPECT_EQ(fetch(no_pins).error().code, ErrorCode::CFG_INVALID);
}

TEST_F(HttpClientTest, AHeaderOfTwoLinesIsNotSent) {
    FetchOptions options = to("/");
    options.headers = {{"x", "a\r\nInjected: 1"}};
    EXPECT_EQ(fetch(options).error().code, ErrorCode::CFG_INVALID);
    EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpClientTest, NobodyListeningNamesTheStep) {
    FetchOptions options = to("/");
    server_.stop();
    Result<Fetched> refused = fetch(options);
    ASSERT_FALSE(refused.ok());
    EXPECT_TRUE(describe(refused.error()).starts_with("AST_FETCH: TCP: 127.0.0.1"))
        << describe(refused.error());
}

}  // namespace
}  // namespace vistter::net
