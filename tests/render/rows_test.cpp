// The vectorised row kernels give the bytes of the plain ones, whatever the length, the offset and
// the values.
#include "render/rows.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.hpp"

namespace vistter::render {
namespace {

using Row = std::vector<std::uint8_t>;

constexpr std::uint64_t seed = 1003;

Row random_row(SeededRandom& random, std::size_t size) {
    Row row(size);
    random.fill(row);
    return row;
}

// A source its alpha allows: premultiplied, so never brighter than its alpha times white.
Row premultiplied(SeededRandom& random, const Row& alpha) {
    Row row(alpha.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] = static_cast<std::uint8_t>(
            random.below(static_cast<std::uint64_t>(alpha[i]) * 240 / 255 + 1));
    }
    return row;
}

TEST(Rows, BlendIsBitIdenticalToTheReferenceForEveryLength) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    for (std::size_t size = 1; size <= 1003; ++size) {
        const std::size_t offset = 1 + 2 * (size % 8);  // odd: no row starts aligned
        const Row alpha = random_row(random, size + offset);
        const Row source = premultiplied(random, alpha);
        Row expected = random_row(random, size + offset);
        Row actual = expected;
        const int opacity = static_cast<int>(random.below(257));
        reference::blend_row(expected.data() + offset, source.data() + offset,
                             alpha.data() + offset, size, opacity);
        blend_row(actual.data() + offset, source.data() + offset, alpha.data() + offset, size,
                  opacity);
        ASSERT_EQ(actual, expected) << "size " << size << ", opacity " << opacity;
    }
}

TEST(Rows, BlendOfEveryPairOfValuesIsBitIdentical) {
    for (const int opacity : {0, 1, 127, 128, 255, 256}) {
        for (int alpha = 0; alpha < 256; ++alpha) {
            Row under(256), alphas(256, static_cast<std::uint8_t>(alpha)),
                source(256, static_cast<std::uint8_t>(alpha));
            for (int i = 0; i < 256; ++i) under[i] = static_cast<std::uint8_t>(i);
            Row expected = under;
            reference::blend_row(expected.data(), source.data(), alphas.data(), 256, opacity);
            blend_row(under.data(), source.data(), alphas.data(), 256, opacity);
            ASSERT_EQ(under, expected) << "alpha " << alpha << ", opacity " << opacity;
        }
    }
}

TEST(Rows, LerpIsBitIdenticalToTheReferenceForEveryLength) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    for (std::size_t size = 1; size <= 1003; ++size) {
        const Row a = random_row(random, size + 1), b = random_row(random, size + 3);
        Row expected(size), actual(size);
        const int share = static_cast<int>(random.below(128));
        reference::lerp_row(expected.data(), a.data() + 1, b.data() + 3, size, share);
        lerp_row(actual.data(), a.data() + 1, b.data() + 3, size, share);
        ASSERT_EQ(actual, expected) << "size " << size << ", share " << share;
    }
}

TEST(Rows, HalvingIsBitIdenticalToTheReferenceForEveryLength) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    for (std::size_t size = 1; size <= 1003; ++size) {
        const Row top = random_row(random, 2 * size + 1), bottom = random_row(random, 2 * size + 3);
        Row expected(size), actual(size);
        reference::halve_rows(expected.data(), top.data() + 1, bottom.data() + 3, size);
        halve_rows(actual.data(), top.data() + 1, bottom.data() + 3, size);
        ASSERT_EQ(actual, expected) << "size " << size;
    }
}

TEST(Rows, BlendingPairsIsBitIdenticalToTheReferenceForEveryLength) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    for (std::size_t size = 1; size <= 503; ++size) {
        const Row alpha = random_row(random, size);
        const Row blue = premultiplied(random, alpha), red = premultiplied(random, alpha);
        Row expected = random_row(random, 2 * size + 1);
        Row actual = expected;
        const int opacity = static_cast<int>(random.below(257));
        reference::blend_pairs(expected.data() + 1, blue.data(), red.data(), alpha.data(), size,
                               opacity);
        blend_pairs(actual.data() + 1, blue.data(), red.data(), alpha.data(), size, opacity);
        ASSERT_EQ(actual, expected) << "size " << size << ", opacity " << opacity;
    }
}

TEST(Rows, CoveringIsBitIdenticalToTheReferenceAndExact) {
    for (int cover = 0; cover < 256; ++cover) {
        Row values(256), covers(256, static_cast<std::uint8_t>(cover)), expected(256), actual(256);
        for (int i = 0; i < 256; ++i) values[i] = static_cast<std::uint8_t>(i);
        for (std::size_t size = 249; size <= 256; ++size) {
            reference::cover_row(expected.data(), values.data(), covers.data(), size);
            cover_row(actual.data(), values.data(), covers.data(), size);
            ASSERT_EQ(actual, expected) << "cover " << cover;
        }
        for (int i = 0; i < 256; ++i) ASSERT_EQ(actual[i], (i * cover * 2 + 255) / 510);
    }
}

// Lines that enter, leave, miss and turn back, at every angle and size.
TEST(Rows, SamplingIsBitIdenticalToTheReference) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    const auto between = [&](std::int64_t low, std::int64_t high) {
        return low +
               static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
    };
    for (int round = 0; round < 2000; ++round) {
        const int width = static_cast<int>(between(1, 60)),
                  height = static_cast<int>(between(1, 60));
        const Row bytes = random_row(random, static_cast<std::size_t>(width) * height * 4);
        SampleLine line{reinterpret_cast<const std::uint32_t*>(bytes.data()),
                        width,
                        height,
                        between(-40 * 65536, 100 * 65536),
                        between(-40 * 65536, 100 * 65536),
                        between(-3 * 65536, 3 * 65536),
                        round % 3 == 0 ? 0 : between(-3 * 65536, 3 * 65536),
                        nullptr};
        if (round % 5 == 0) line.du = 65536 * 16384LL;
        std::vector<std::uint32_t> scratch(static_cast<std::size_t>(width));
        if (round % 2 == 0) line.scratch = scratch.data();
        const auto count = static_cast<std::size_t>(between(1, 130));
        Row expected(4 * count), actual(4 * count, 99);
        std::uint8_t *want[4], *got[4];
        for (std::size_t plane = 0; plane < 4; ++plane) {
            want[plane] = expected.data() + plane * count;
            got[plane] = actual.data() + plane * count;
        }
        reference::sample_row(line, want, count);
        sample_row(line, got, count);
        ASSERT_EQ(actual, expected) << "round " << round;
    }
}

TEST(Rows, TransparentLeavesAndOpaqueReplaces) {
    Row under{0, 17, 128, 255};
    const Row before = under, none(4, 0), full(4, 255), source{16, 81, 145, 235};
    blend_row(under.data(), none.data(), none.data(), 4, 256);
    EXPECT_EQ(under, before);
    blend_row(under.data(), source.data(), full.data(), 4, 0);
    EXPECT_EQ(under, before);
    blend_row(under.data(), source.data(), full.data(), 4, 256);
    EXPECT_EQ(under, source);
}

}  // namespace
}  // namespace vistter::render
