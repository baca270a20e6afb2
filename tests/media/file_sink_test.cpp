// What goes into a file comes out again: every frame, from 0, also when the writer was cut off.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "kit/encoded_show.hpp"
#include "kit/temporary_folder.hpp"
#include "media/muxer.hpp"
#include "sim/grader/recording.hpp"

namespace vistter::media {
namespace {

SinkSettings settings_for(const kit::EncodedShow& show, const std::filesystem::path& file) {
    SinkSettings settings;
    settings.kind = "file";
    settings.location = file.string();
    settings.codec = show.codec;
    settings.width = show.settings.width;
    settings.height = show.settings.height;
    settings.rate_num = show.settings.rate_num;
    settings.rate_den = show.settings.rate_den;
    return settings;
}

std::int64_t push_all(Sink& sink, const std::vector<EncodedUnit>& units) {
    std::int64_t refused = 0;
    for (const EncodedUnit& unit : units) refused += sink.push(unit) ? 0 : 1;
    return refused;
}

void expect_frames(const std::vector<sim::ObservedFrame>& observed, std::int64_t first,
                   std::int64_t last) {
    sim::GradeRequest request;
    request.first = first;
    request.last = last;
    sim::Verdict verdict = sim::grade(request, observed);
    EXPECT_TRUE(verdict.ok) << (verdict.faults.empty() ? "" : verdict.faults.front());
    EXPECT_EQ(verdict.frames_graded, last - first + 1);
}

class FileSinkTest : public ::testing::TestWithParam<const char*> {
  protected:
    kit::TemporaryFolder folder_;
};

TEST_P(FileSinkTest, HoldsEveryFrameFromTheFirstKeyframeAtTimeZero) {
    // The programme is 10 min old, and the destination joins between two keyframes.
    kit::EncodedShow show =
        kit::encode_show(kit::small_picture(), kit::frames_from_to(18'000, 18'149), {18'020});
    std::vector<EncodedUnit> joined;
    for (const EncodedUnit& unit : show.units) {
        if (!unit.video || unit.frame >= 18'005) joined.push_back(unit);
    }
    auto file = folder_ / (std::string("show") + GetParam());
    auto sink =
        open_sink(settings_for(show, file), [](Error error) { ADD_FAILURE() << describe(error); });
    ASSERT_TRUE(sink.ok()) << describe(sink.error());
    EXPECT_EQ(push_all(**sink, joined), 0);
    (*sink)->finish(5'000);
    EXPECT_GT((*sink)->bytes_out(), 10'000);
    EXPECT_TRUE((*sink)->accepting());
    sink->reset();

    auto observed = sim::read_recording(file, {});
    ASSERT_TRUE(observed.ok()) << describe(observed.error());
    expect_frames(*observed, 18'020, 18'149);
    EXPECT_EQ(observed->size(), 130u);
    ASSERT_TRUE(observed->front().camera);
    EXPECT_EQ(observed->front().camera->source, 3u);
    const std::int64_t length = observed->back().pts_ns - observed->front().pts_ns;
    EXPECT_NEAR(static_cast<double>(length), 129e9 / 30, 2e6);
}

// findings, media trap 16: a killed writer leaves a readable file.
TEST_P(FileSinkTest, ACutOffFileIsStillReadable) {
    kit::EncodedShow show = kit::encode_show(kit::small_picture(), kit::frames_from_to(0, 239));
    auto file = folder_ / (std::string("whole") + GetParam());
    auto sink = open_sink(settings_for(show, file), [](Error) {});
    ASSERT_TRUE(sink.ok());
    push_all(**sink, show.units);
    (*sink)->finish(5'000);
    sink->reset();
    auto half = folder_ / (std::string("half") + GetParam());
    std::filesystem::copy_file(file, half);
    std::filesystem::resize_file(half, std::filesystem::file_size(file) * 6 / 10);
    auto observed = sim::read_recording(half, {});
    ASSERT_TRUE(observed.ok()) << describe(observed.error());
    EXPECT_GE(observed->size(), 60u);
    expect_frames(*observed, 0, 59);
}

TEST_P(FileSinkTest, AnotherProgrammeStartIsSplicedOnWithTimeGoingForward) {
    kit::EncodedShow before = kit::encode_show(kit::small_picture(), kit::frames_from_to(900, 959));
    kit::EncodedShow after = kit::encode_show(kit::small_picture(), kit::frames_from_to(0, 59));
    auto file = folder_ / (std::string("spliced") + GetParam());
    auto sink = open_sink(settings_for(before, file),
                          [](Error error) { ADD_FAILURE() << describe(error); });
    ASSERT_TRUE(sink.ok());
    push_all(**sink, before.units);
    (*sink)->splice();
    push_all(**sink, after.units);
    (*sink)->finish(5'000);
    sink->reset();
    auto observed = sim::read_recording(file, {});
    ASSERT_TRUE(observed.ok());
    ASSERT_EQ(observed->size(), 120u);
    for (std::size_t i = 1; i < observed->size(); ++i)
        EXPECT_GT((*observed)[i].pts_ns, (*observed)[i - 1].pts_ns);
    EXPECT_EQ(observed->at(59).output_frame, 959u);
    EXPECT_EQ(observed->at(60).output_frame, 0u);
}

INSTANTIATE_TEST_SUITE_P(Containers, FileSinkTest, ::testing::Values(".ts", ".flv", ".mp4"),
                         [](const auto& info) { return std::string(info.param + 1); });

TEST(FileSink, SaysWhyAFileCannotBeWritten) {
    kit::TemporaryFolder folder;
    kit::EncodedShow show = kit::encode_show(kit::small_picture(), kit::frames_from_to(0, 5));
    auto nowhere = open_sink(settings_for(show, folder / "missing/show.ts"), [](Error) {});
    ASSERT_FALSE(nowhere.ok());
    EXPECT_EQ(nowhere.error().code, ErrorCode::STR_DESTINATION_REFUSED);
    auto unknown = open_sink(settings_for(show, folder / "show.avi"), [](Error) {});
    ASSERT_FALSE(unknown.ok());
    EXPECT_EQ(unknown.error().code, ErrorCode::STR_DESTINATION_REFUSED);
}

TEST(FileSink, AFullDiskIsToldAsSuch) {
    kit::EncodedShow show = kit::encode_show(kit::small_picture(), kit::frames_from_to(0, 60));
    kit::TemporaryFolder folder;
    std::filesystem::create_symlink("/dev/full", folder / "show.ts");
    std::mutex mutex;
    std::condition_variable told;
    std::optional<Error> failure;
    auto sink = open_sink(settings_for(show, folder / "show.ts"), [&](Error error) {
        std::lock_guard lock(mutex);
        failure = std::move(error);
        told.notify_all();
    });
    ASSERT_TRUE(sink.ok());
    push_all(**sink, show.units);
    std::unique_lock lock(mutex);
    ASSERT_TRUE(told.wait_for(lock, std::chrono::seconds(10), [&] { return failure.has_value(); }));
    EXPECT_EQ(failure->code, ErrorCode::LIM_STORAGE);
}

}  // namespace
}  // namespace vistter::media
