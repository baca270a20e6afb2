// The preview: JPEGs of 640x360, the newest picture wins, at most ten a second, nothing while
// nobody watches.
#include "media/preview.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "kit/event_count.hpp"

namespace vistter::media {
namespace {

struct Taken {
    std::mutex mutex;
    std::vector<std::int64_t> frames;
    Bytes last;
};

TEST(Preview, GivesJpegsOfTheProgrammeOnlyWhenWantedAndNotTooOften) {
    Taken taken;
    kit::EventCount event;
    auto preview = open_preview(1280, 720, [&](std::int64_t frame, Bytes jpeg) {
        {
            std::lock_guard lock(taken.mutex);
            taken.frames.push_back(frame);
            taken.last = std::move(jpeg);
        }
        event.ring();
    });
    std::vector<std::uint8_t> picture(1280 * 720 * 3 / 2, 128);
    preview->offer(picture.data(),
                   1);  // nobody watches: never taken, as the first number below shows
    preview->set_wanted(true);
    const auto start = std::chrono::steady_clock::now();
    std::int64_t frame = 100;
    ASSERT_TRUE(event.wait(20, [&] {
        std::lock_guard lock(taken.mutex);
        // A busy tick: far more pictures than the preview may take.
        for (int i = 0; i < 50; ++i) preview->offer(picture.data(), frame++);
        event.ring();
        return taken.frames.size() >= 6;
    }));
    const auto spent = std::chrono::steady_clock::now() - start;
    EXPECT_GE(spent, std::chrono::milliseconds(490))
        << "six pictures are at least five intervals of 100 ms";
    std::lock_guard lock(taken.mutex);
    EXPECT_EQ(taken.frames.front(), 100);
    for (std::size_t i = 1; i < taken.frames.size(); ++i)
        EXPECT_GT(taken.frames[i], taken.frames[i - 1]);
    ASSERT_GT(taken.last.size(), 200u);
    EXPECT_EQ(taken.last[0], 0xff);
    EXPECT_EQ(taken.last[1], 0xd8);
    // The size stands in the SOF0 marker: ff c0, length, precision, height, width.
    const Bytes sof = {0xff, 0xc0};
    auto at = std::search(taken.last.begin(), taken.last.end(), sof.begin(), sof.end());
    ASSERT_GT(taken.last.end() - at, 9);
    EXPECT_EQ(at[5] * 256 + at[6], 360);
    EXPECT_EQ(at[7] * 256 + at[8], 640);
}

}  // namespace
}  // namespace vistter::media
