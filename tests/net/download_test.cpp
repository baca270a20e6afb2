// Proves that a target is only ever replaced by exactly what was announced, and that an attempt
// goes on where one ended.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.hpp"
#include "crypto/digest.hpp"
#include "kit/temporary_folder.hpp"
#include "net/http_client.hpp"
#include "net/server.hpp"
#include "net_kit.hpp"

namespace vistter::net {
namespace {

class DownloadTest : public ::testing::Test {
  protected:
    DownloadTest() {
        content_.resize(300'000);
        SeededRandom random(5);
        for (char& c : content_) c = static_cast<char>(random.next_u64());
        EXPECT_TRUE(write_file(target(), "as before", 0600).ok());
    }

    std::filesystem::path target() const { return folder_ / "asset"; }
    std::filesystem::path part() const { return folder_ / "asset.part"; }
    std::string read(const std::filesystem::path& path) const {
        return read_file(path, 1 << 20).value();
    }
    void leave_part(const std::string& bytes) { EXPECT_TRUE(write_file(part(), bytes, 0600).ok()); }

    Download asset() {
        Download what;
        what.request.url = server_.url("http", "/asset");
        what.target = target();
        what.sha256 = crypto::sha256_hex(content_);
        what.size_bytes = static_cast<std::int64_t>(content_.size());
        return what;
    }
    // "ok" or the error's code; after an error the target must be as it was.
    std::string outcome(const Download& what) {
        Status status = download(what);
        if (status.ok()) return "ok";
        EXPECT_EQ(read(target()), "as before") << describe(status.error());
        return std::string(to_string(status.error().code));
    }
    void handle(const Request& request, std::unique_ptr<Responder> responder) {
        ranges_.add(request.header("range"));
        if (silent_) {
            held_ = std::move(responder);
            given_up_.request_stop();
            return;
        }
        Response response;
        response.status = status_;
        if (offer_ranges_) response.headers = {{"Accept-Ranges", "bytes"}};
        response.body = content_;
        responder->respond(std::move(response));
    }

    kit::TemporaryFolder folder_;
    std::string content_;
    int status_ = 200;
    bool offer_ranges_ = true, silent_ = false;
    std::stop_source given_up_;
    std::unique_ptr<Responder> held_;
    Arrivals<std::string> ranges_;
    RunningServer server_{{}, [this](const Request& request, std::unique_ptr<Responder> responder) {
                              handle(request, std::move(responder));
                          }};
};

TEST_F(DownloadTest, TheWholeTakesTheTargetsPlace) {
    Download what = asset();
    std::int64_t last = 0;
    what.progress = [&](std::int64_t done) {
        EXPECT_GT(done, last);
        last = done;
    };
    EXPECT_EQ(outcome(what), "ok");
    EXPECT_EQ(read(target()), content_);
    EXPECT_EQ(last, what.size_bytes);
    EXPECT_FALSE(std::filesystem::exists(part()));
    EXPECT_EQ(ranges_.next(), "");
}

TEST_F(DownloadTest, GoesOnWhereAnEarlierAttemptEnded) {
    leave_part(content_.substr(0, 123'456));
    EXPECT_EQ(outcome(asset()), "ok");
    EXPECT_EQ(read(target()), content_);
    EXPECT_EQ(ranges_.next(), "bytes=123456-");
    EXPECT_TRUE(ranges_.empty());
}

TEST_F(DownloadTest, AServerWithoutRangesSendsTheWholeAgain) {
    offer_ranges_ = false;
    leave_part(content_.substr(0, 1'000));
    EXPECT_EQ(outcome(asset()), "ok");
    EXPECT_EQ(read(target()), content_);
}

TEST_F(DownloadTest, APartOfSomethingElseIsFetchedAnew) {
    leave_part(std::string(1'000, 'z'));
    EXPECT_EQ(outcome(asset()), "ok");
    EXPECT_EQ(read(target()), content_);
    EXPECT_EQ(ranges_.next(), "bytes=1000-");
    EXPECT_EQ(ranges_.next(), "");
}

TEST_F(DownloadTest, ACompletePartNeedsNoRequest) {
    leave_part(content_);
    EXPECT_EQ(outcome(asset()), "ok");
    EXPECT_EQ(read(target()), content_);
    EXPECT_TRUE(ranges_.empty());
}

TEST_F(DownloadTest, APartLongerThanTheAssetIsFetchedAnew) {
    leave_part(content_ + "more");
    EXPECT_EQ(outcome(asset()), "ok");
    EXPECT_EQ(read(target()), content_);
}

TEST_F(DownloadTest, AnotherHashIsRefusedAndNothingIsKept) {
    Download what = asset();
    what.sha256 = crypto::sha256_hex("something else");
    EXPECT_EQ(outcome(what), "AST_HASH");
    EXPECT_FALSE(std::filesystem::exists(part()));
    leave_part(content_.substr(0, 10));
    EXPECT_EQ(outcome(what), "AST_HASH")
        << "a resumed one is tried once from the beginning, then refused";
}

TEST_F(DownloadTest, ATruncatedBodyIsKeptAsPartAndFinishedLater) {
    Download what = asset();
    std::string whole = content_;
    content_.resize(200'000);
    EXPECT_EQ(outcome(what), "AST_FETCH");
    EXPECT_EQ(read(part()).size(), 200'000u);
    content_ = whole;
    EXPECT_EQ(outcome(what), "ok");
    EXPECT_EQ(read(target()), whole);
    ranges_.next();
    EXPECT_EQ(ranges_.next(), "bytes=200000-");
}

TEST_F(DownloadTest, ALongerBodyIsRefused) {
    Download what = asset();
    content_ += "x";
    EXPECT_EQ(outcome(what), "AST_TOO_BIG");
    EXPECT_FALSE(std::filesystem::exists(part()));
}

TEST_F(DownloadTest, OneThatIsGivenUpEndsWhileTheServerIsSilent) {
    silent_ = true;
    Download what = asset();
    what.request.deadline_ms = 3'600'000;
    what.request.stop = given_up_.get_token();
    EXPECT_EQ(outcome(what), "AST_FETCH");
}

TEST_F(DownloadTest, AnExpiredAddressIsNamed) {
    for (int status : {403, 410}) {
        status_ = status;
        EXPECT_EQ(outcome(asset()), "AST_EXPIRED_URL") << status;
    }
    for (int status : {404, 500, 302}) {
        status_ = status;
        EXPECT_EQ(outcome(asset()), "AST_FETCH") << status;
    }
    EXPECT_EQ(read(part()), "") << "an error page must not become part of the asset";
}

TEST_F(DownloadTest, AnEmptyAssetIsAnAssetToo) {
    content_.clear();
    EXPECT_EQ(outcome(asset()), "ok");
    EXPECT_EQ(read(target()), "");
}

TEST_F(DownloadTest, TwoDownloadsOfOneTargetDoNotMix) {
    leave_part("");
    int held = ::open(part().c_str(), O_RDWR);
    ASSERT_EQ(::flock(held, LOCK_EX | LOCK_NB), 0);
    EXPECT_EQ(outcome(asset()), "AST_FETCH");
    ::close(held);
    EXPECT_EQ(outcome(asset()), "ok");
}

TEST_F(DownloadTest, ALinkInThePartsPlaceIsNotFollowed) {
    std::filesystem::create_symlink(folder_ / "victim", part());
    EXPECT_EQ(outcome(asset()), "SYS_STORAGE");
    EXPECT_FALSE(std::filesystem::exists(folder_ / "victim"));
}

// The file-size limit stands in for a full disk: write(2) fails in the middle of the body just the
// same.
TEST_F(DownloadTest, AFullDiskIsNamedAndItsSpaceGivenBack) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 100'000;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    std::string result = outcome(asset());
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    ::signal(SIGXFSZ, old_handler);
    EXPECT_EQ(result, "LIM_STORAGE");
    EXPECT_FALSE(std::filesystem::exists(part()));
    EXPECT_EQ(outcome(asset()), "ok") << "with space again it works again";
}

}  // namespace
}  // namespace vistter::net
