// Proves which route a request takes, which pages a web build answers with, and how URLs and
// cookies are read.
#include "net/router.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>

#include "kit/temporary_folder.hpp"
#include "net/static_files.hpp"
#include "net/url.hpp"

namespace vistter::net {
namespace {

// Keeps the one answer it was given.
class KeptAnswer final : public Responder {
  public:
    explicit KeptAnswer(Response& kept) : kept_(kept) {}
    void respond(Response response) override { kept_ = std::move(response); }
    std::shared_ptr<Stream> stream(Response head) override {
        kept_ = std::move(head);
        return nullptr;
    }

  private:
    Response& kept_;
};

std::string header_of(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
        if (lower(key) == lower(name)) return value;
    }
    return {};
}

class RouterTest : public ::testing::Test {
  protected:
    void add(const char* method, const char* pattern) {
        router_.add(
            method, pattern,
            [name = std::string(method) + " " + pattern](const Request&, const PathParams& params,
                                                         std::unique_ptr<Responder> responder) {
                Response response;
                response.body = name;
                for (const auto& [key, value] : params) response.body += " " + key + "=" + value;
                responder->respond(std::move(response));
            });
    }
    Response ask(const std::string& method, const std::string& path) {
        Response kept;
        Request request;
        request.method = method;
        request.path = path;
        router_.handle(request, std::make_unique<KeptAnswer>(kept));
        return kept;
    }

    Router router_;
};

TEST_F(RouterTest, TheMostSpecificPatternWins) {
    add("GET", "/v1/timelines");
    add("GET", "/v1/timelines/{t}");
    add("POST", "/v1/timelines/{t}:publish");
    add("POST", "/v1/timelines/{t}:execute");
    add("GET", "/v1/appliances/{d}/events");
    add("GET", "/v1/appliances/{d}/events:stream");
    add("GET", "/v1/appliances/{d}/{part}");
    add("GET", "/v1/appliances/special/events");
    EXPECT_EQ(ask("GET", "/v1/timelines").body, "GET /v1/timelines");
    EXPECT_EQ(ask("GET", "/v1/timelines/tml_1").body, "GET /v1/timelines/{t} t=tml_1");
    EXPECT_EQ(ask("POST", "/v1/timelines/tml_1:publish").body,
              "POST /v1/timelines/{t}:publish t=tml_1");
    EXPECT_EQ(ask("POST", "/v1/timelines/tml_1:execute").body,
              "POST /v1/timelines/{t}:execute t=tml_1");
    EXPECT_EQ(ask("GET", "/v1/appliances/d1/events").body, "GET /v1/appliances/{d}/events d=d1");
    EXPECT_EQ(ask("GET", "/v1/appliances/d1/events:stream").body,
              "GET /v1/appliances/{d}/events:stream d=d1");
    EXPECT_EQ(ask("GET", "/v1/appliances/d1/metrics").body,
              "GET /v1/appliances/{d}/{part} d=d1 part=metrics");
    EXPECT_EQ(ask("GET", "/v1/appliances/special/events").body,
              "GET /v1/appliances/special/events");
    EXPECT_EQ(ask("HEAD", "/v1/timelines").body, "GET /v1/timelines") << "HEAD goes where GET goes";
}

TEST_F(RouterTest, MissesTellWhatIsThere) {
    add("GET", "/a/{x}");
    add("PUT", "/a/{x}");
    add("POST", "/a/{x}:go");
    EXPECT_EQ(ask("GET", "/b").status, 404);
    EXPECT_EQ(ask("GET", "/a").status, 404);
    EXPECT_EQ(ask("GET", "/a/").status, 404) << "a name is never empty";
    EXPECT_EQ(ask("GET", "/a/b/c").status, 404);
    EXPECT_EQ(ask("GET", "/a/:go").status, 200)
        << "only a name can stand before its ending, so this is the name";
    Response refused = ask("DELETE", "/a/1");
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(header_of(refused, "Allow"), "GET, PUT");
    EXPECT_EQ(header_of(ask("GET", "/a/1:go"), "Allow"), "POST");
    EXPECT_EQ(header_of(refused, "Content-Type"), "application/problem+json");
}

TEST_F(RouterTest, AMissMayBeAnsweredByTheOwner) {
    Router router([](const Request&, const RouteMiss& why, std::unique_ptr<Responder> responder) {
        Response response;
        response.status = why.status;
        response.body = "own words";
        responder->respond(std::move(response));
    });
    Response kept;
    Request request;
    request.method = "GET";
    request.path = "/nothing";
    router.handle(request, std::make_unique<KeptAnswer>(kept));
    EXPECT_EQ(kept.body, "own words");
}

TEST_F(RouterTest, MalformedAndRepeatedRoutesAreBugs) {
    add("GET", "/a");
    EXPECT_THROW(add("GET", "/a"), std::invalid_argument);
    EXPECT_THROW(add("GET", "a"), std::invalid_argument);
    EXPECT_THROW(add("GET", "/{}"), std::invalid_argument);
    EXPECT_THROW(add("GET", "/{a"), std::invalid_argument);
    EXPECT_THROW(add("GET", "/x{a}"), std::invalid_argument);
    EXPECT_EQ(router_.routes(), std::vector<std::string>{"GET /a"});
}

class StaticFilesTest : public ::testing::Test {
  protected:
    StaticFilesTest() {
        std::filesystem::create_directories(folder_ / "web/assets");
        write("web/index.html", "<html>start</html>");
        write("web/assets/main-1a2b3c.js", "run()");
        write("web/favicon.svg", "<svg/>");
        write("web/.secret", "hidden");
        write("outside.txt", "outside");
        std::filesystem::create_symlink(folder_ / "outside.txt", folder_ / "web/link.txt");
    }
    void write(const std::string& name, const std::string& text) {
        std::ofstream(folder_ / name) << text;
    }
    Response ask(const std::string& path, const std::string& etag = {},
                 const std::string& method = "GET") {
        Request request;
        request.method = method;
        request.path = path;
        if (!etag.empty()) request.headers["if-none-match"] = etag;
        return StaticFiles::load(folder_ / "web")->serve(request);
    }

    kit::TemporaryFolder folder_;
};

TEST_F(StaticFilesTest, PagesComeWithTheirTypeAndTheStrictPolicy) {
    Response page = ask("/");
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.body, "<html>start</html>");
    EXPECT_EQ(header_of(page, "Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(header_of(page, "Cache-Control"), "no-cache");
    EXPECT_EQ(header_of(page, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header_of(page, "Referrer-Policy"), "no-referrer");
    std::string policy = header_of(page, "Content-Security-Policy");
    for (const char* part :
         {"default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "script-src 'self'"}) {
        EXPECT_NE(policy.find(part), std::string::npos) << part;
    }
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_EQ(header_of(ask("/favicon.svg"), "Content-Type"), "image/svg+xml");
}

TEST_F(StaticFilesTest, HashedFilesAreForEverAndOthersAreRevalidated) {
    Response script = ask("/assets/main-1a2b3c.js");
    EXPECT_EQ(script.body, "run()");
    EXPECT_EQ(header_of(script, "Cache-Control"), "public, max-age=31536000, immutable");
    std::string etag = header_of(ask("/index.html"), "ETag");
    Response again = ask("/index.html", etag);
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(ask("/index.html", "\"other\"").status, 200);
}

TEST_F(StaticFilesTest, RoutesOfThePagesGetTheStartPage) {
    EXPECT_EQ(ask("/appliances/dev_1").body, "<html>start</html>");
    EXPECT_EQ(ask("/missing.js").status, 404);
    EXPECT_EQ(ask("/assets/missing").status, 404);
    Response refused = ask("/", {}, "POST");
    EXPECT_EQ(refused.status, 405);
}

TEST_F(StaticFilesTest, NothingOutsideTheFolderCanBeReached) {
    for (const char* path :
         {"/../outside.txt", "/assets/../../outside.txt", "/./index.html/../../outside.txt",
          "/link.txt", "/.secret", "//etc/hosts.txt", "/\\..\\outside.txt"}) {
        Response response = ask(path);
        EXPECT_EQ(response.body.find("outside"), std::string::npos) << path;
        EXPECT_EQ(response.body.find("hidden"), std::string::npos) << path;
    }
}

TEST_F(StaticFilesTest, AFolderWithoutAStartPageIsNamed) {
    auto missing = StaticFiles::load(folder_ / "nowhere");
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().code, ErrorCode::RES_NOT_FOUND);
    EXPECT_EQ(pages_missing().status, 503);
}

TEST(Url, IsTakenApartStrictly) {
    std::optional<Url> url = parse_url("WSS://Studio.example:8444/v1/channel?x=1");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->scheme, "wss");
    EXPECT_EQ(url->host, "Studio.example");
    EXPECT_EQ(url->port, 8444);
    EXPECT_EQ(url->target, "/v1/channel?x=1");
    EXPECT_EQ(authority_of(*parse_url("https://a/")), "a");
    EXPECT_EQ(authority_of(*parse_url("https://[::1]:8443")), "[::1]:8443");
    EXPECT_EQ(parse_url("http://a?q")->target, "/?q");
    for (const char* bad :
         {"", "a", "//a", "https://", "https:///x", "https://a b/", "https://u@a/", "https://a:0/",
          "https://a:65536/", "https://a:x/", "https://a:/", "https://[::1/", "https://[a]/",
          "https://a/#x", "https://a\\b/", "javascript://a/", "https://a/\n", "https://a\tb/"}) {
        EXPECT_FALSE(parse_url(bad)) << bad;
    }
}

TEST(Url, LoopbackIsToldApart) {
    for (const char* yes : {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"})
        EXPECT_TRUE(is_loopback_address(yes)) << yes;
    for (const char* no :
         {"", "0.0.0.0", "128.0.0.1", "::", "::2", "::ffff:10.0.0.1", "localhost", "127.1"}) {
        EXPECT_FALSE(is_loopback_address(no)) << no;
    }
}

TEST(Request, QueryAndCookiesAreReadByName) {
    Request request;
    request.query = "limit=20&name=a%20b+c&empty=&flag&bad=%zz";
    EXPECT_EQ(request.query_value("limit"), "20");
    EXPECT_EQ(request.query_value("name"), "a b c");
    EXPECT_EQ(request.query_value("empty"), "");
    EXPECT_EQ(request.query_value("flag"), "");
    EXPECT_EQ(request.query_value("bad"), std::nullopt);
    EXPECT_EQ(request.query_value("lim"), std::nullopt);
    request.headers["cookie"] = "a=1; vistter_session=abc; quoted=\"q\"; x_vistter_session=no";
    EXPECT_EQ(request.cookie("vistter_session"), "abc");
    EXPECT_EQ(request.cookie("quoted"), "q");
    EXPECT_EQ(request.cookie("vistter"), std::nullopt);
    EXPECT_EQ(request.header("Cookie"), request.headers["cookie"]);
}

}  // namespace
}  // namespace vistter::net
