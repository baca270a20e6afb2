// The destination's file and the command line: bounds, clear refusals, no secret in any of them.
#include "output/options.hpp"

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "kit/temporary_folder.hpp"

namespace vistter::output {
namespace {

constexpr const char* good =
    "stream_id=str_1\ndestination_id=dst_1\nkind=rtmp\nlocation=rtmp://h/live/s3cretkey=x\n";

TEST(Destination, IsReadFromItsFile) {
    kit::TemporaryFolder folder;
    ASSERT_TRUE(write_file(folder / "d.conf", good, 0600).ok());
    auto destination = read_destination(folder / "d.conf");
    ASSERT_TRUE(destination.ok()) << describe(destination.error());
    EXPECT_EQ(destination->location, "rtmp://h/live/s3cretkey=x");
    EXPECT_EQ(destination->stream_id, "str_1");
}

TEST(Destination, AFileThatOthersMayReadIsRefused) {
    kit::TemporaryFolder folder;
    ASSERT_TRUE(write_file(folder / "d.conf", good, 0644).ok());
    auto destination = read_destination(folder / "d.conf");
    ASSERT_FALSE(destination.ok());
    EXPECT_EQ(destination.error().code, ErrorCode::SEC_UNAUTHORISED);
}

TEST(Destination, EveryFaultIsNamedWithoutTheSecret) {
    const std::string text = good;
    const std::string bad[] = {
        text.substr(0, text.find("location")),        // a key missing
        text + "location=rtmp://h/live/s3cretkey\n",  // a key twice
        text + "colour=s3cretkey\n",                  // an unknown key
        text + "s3cretkey\n",                         // no key at all
        "stream_id=a\ndestination_id=b\nkind=file\nlocation=rtmp://h/live/s3cretkey\n",
        "stream_id=a\ndestination_id=b\nkind=rtmp\nlocation=/tmp/s3cretkey.ts\n",
        "stream_id=a\ndestination_id=b\nkind=carrier-pigeon\nlocation=s3cretkey\n",
    };
    for (const std::string& content : bad) {
        auto destination = parse_destination(content);
        ASSERT_FALSE(destination.ok()) << content;
        EXPECT_EQ(destination.error().code, ErrorCode::CFG_INVALID);
        EXPECT_EQ(destination.error().message.find("s3cretkey"), std::string::npos);
    }
}

TEST(CommandLine, WantsItsThreePathsAndNothingUnknown) {
    auto parse = [](std::vector<std::string> words) {
        words.insert(words.begin(), "vistter-output");
        std::vector<char*> argv;
        for (std::string& word : words) argv.push_back(word.data());
        return parse_options(static_cast<int>(argv.size()), argv.data());
    };
    EXPECT_TRUE(
        parse({"--socket", "a", "--media-socket", "b", "--config", "c", "--ready-fd", "1"}).ok());
    EXPECT_FALSE(parse({"--socket", "a", "--media-socket", "b"}).ok());
    EXPECT_FALSE(parse({"--socket", "a", "--media-socket", "b", "--config"}).ok());
    EXPECT_FALSE(
        parse({"--socket", "a", "--media-socket", "b", "--config", "c", "--url", "d"}).ok());
    EXPECT_FALSE(
        parse({"--socket", "a", "--media-socket", "b", "--config", "c", "--ready-fd", "-2"}).ok());
}

}  // namespace
}  // namespace vistter::output
