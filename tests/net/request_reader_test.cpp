// Proves that how bytes are split changes nothing, and that no bytes at all make the reader throw
// or grow.
#include "net/request_reader.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace vistter::net {
namespace {

using Step = RequestReader::Step;

const std::string two_requests =
    "POST /first?a=b HTTP/1.1\r\nHost: v\r\nCookie: a=1\r\nCookie: b=2\r\nX-Two: 1\r\nX-Two: 2\r\n"
    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nTrailer: x\r\n\r\n"
    "GET /second HTTP/1.1\r\nHost: v\r\nConnection: close\r\n\r\n";

// Every request in the text, fed in pieces of `size` bytes.
std::vector<Request> read_in_pieces(const std::string& text, std::size_t size) {
    RequestReader reader({});
    std::vector<Request> requests;
    for (std::size_t at = 0; at < text.size(); at += size) {
        reader.append(std::string_view(text).substr(at, size));
        while (reader.advance() == Step::complete) requests.push_back(reader.take());
    }
    return requests;
}

TEST(RequestReader, EverySplitReadsTheSame) {
    for (std::size_t size = 1; size <= two_requests.size(); ++size) {
        std::vector<Request> requests = read_in_pieces(two_requests, size);
        ASSERT_EQ(requests.size(), 2u) << "pieces of " << size;
        EXPECT_EQ(requests[0].method, "POST");
        EXPECT_EQ(requests[0].path, "/first");
        EXPECT_EQ(requests[0].query, "a=b");
        EXPECT_EQ(requests[0].body, "hello world") << "pieces of " << size;
        EXPECT_EQ(requests[0].header("x-two"), "1, 2");
        EXPECT_EQ(requests[0].header("cookie"), "a=1; b=2");
        EXPECT_EQ(requests[1].path, "/second");
        EXPECT_EQ(requests[1].body, "");
    }
}

TEST(RequestReader, TellsWhetherTheConnectionGoesOn) {
    RequestReader reader({});
    reader.append(two_requests);
    ASSERT_EQ(reader.advance(), Step::complete);
    EXPECT_TRUE(reader.keep_alive());
    (void)reader.take();
    EXPECT_GT(reader.leftover(), 0u);
    ASSERT_EQ(reader.advance(), Step::complete);
    EXPECT_FALSE(reader.keep_alive());
    (void)reader.take();
    EXPECT_EQ(reader.leftover(), 0u);
    EXPECT_FALSE(reader.begun());
}

TEST(RequestReader, LimitsStandWhereBytesEnter) {
    RequestReader header({.header_bytes = 100, .body_bytes = 10});
    header.append("GET / HTTP/1.1\r\nHost: v\r\nX: " + std::string(200, 'x'));
    ASSERT_EQ(header.advance(), Step::failed);
    EXPECT_EQ(header.failure().status, 431);
    for (int size : {10, 11}) {
        RequestReader body({.header_bytes = 1'000, .body_bytes = 10});
        body.append("POST / HTTP/1.1\r\nHost: v\r\nContent-Length: " + std::to_string(size) +
                    "\r\n\r\n" + std::string(static_cast<std::size_t>(size), 'b'));
        EXPECT_EQ(body.advance(), size == 10 ? Step::complete : Step::failed) << size;
        if (size == 11) {
            EXPECT_EQ(body.failure().status, 413);
        }
    }
}

TEST(RequestReader, AlteredRequestsNeverThrow) {
    constexpr std::uint64_t seed = 20261122;
    SeededRandom random(seed);
    int complete = 0, failed = 0;
    for (int round = 0; round < 20'000; ++round) {
        SCOPED_TRACE("seed " + std::to_string(seed) + " round " + std::to_string(round));
        std::string text = two_requests;
        for (std::uint64_t change = 1 + random.below(4); change > 0; --change) {
            text[random.below(text.size())] = static_cast<char>(random.below(256));
        }
        RequestReader reader({});
        std::size_t at = 0;
        Step step = Step::need_more;
        while (at < text.size() && step != Step::failed) {
            std::size_t size = 1 + random.below(60);
            reader.append(std::string_view(text).substr(at, size));
            at += size;
            while ((step = reader.advance()) == Step::complete) {
                Request request = reader.take();
                ASSERT_TRUE(request.path.starts_with('/'));
                ASSERT_LE(request.body.size(), text.size());
                ++complete;
            }
        }
        if (step == Step::failed) {
            ASSERT_GE(reader.failure().status, 400);
            ++failed;
        }
    }
    EXPECT_GT(complete, 1'000);
    EXPECT_GT(failed, 1'000);
}

}  // namespace
}  // namespace vistter::net
