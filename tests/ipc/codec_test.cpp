// Every ipc message survives the wire unchanged, and no foreign byte does harm.
#include <gtest/gtest.h>

#include <set>

#include "base/random.hpp"
#include "ipc/describe.hpp"

namespace vistter::ipc {
namespace {

struct Anything {
    template <class T>
    operator T() const;  // never called: only asks whether an aggregate could be made
};

template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
    return requires {
        T{(static_cast<void>(I), Anything{})...};
    };
}

// How many members an aggregate has: the largest number of initialisers it takes.
template <class T, std::size_t N = 20>
constexpr std::size_t member_count() {
    if constexpr (takes<T>(std::make_index_sequence<N>{})) {
        return N;
    } else {
        return member_count<T, N - 1>();
    }
}

template <std::size_t... I>
constexpr bool all_described(std::index_sequence<I...>) {
    return (
        (member_count<std::variant_alternative_t<I, Message>>() ==
         std::tuple_size_v<decltype(members(Of<std::variant_alternative_t<I, Message>>{}))>)&&...);
}
static_assert(all_described(std::make_index_sequence<std::variant_size_v<Message>>{}),
              "describe.hpp forgets a member of a message");

class Fill {
  public:
    explicit Fill(SeededRandom& random) : random_(random) {}
    void operator()(bool& value) { value = random_.below(2) == 1; }
    void operator()(double& value) { value = static_cast<double>(random_.below(1'000'000)) / 7.0; }
    void operator()(std::string& value) {
        value.assign(random_.below(40), '\0');
        for (char& c : value) c = static_cast<char>(random_.below(256));
    }
    void operator()(Bytes& value) {
        value.resize(random_.below(200));
        random_.fill(value);
    }
    template <class T>
    void operator()(T& value) {
        value = static_cast<T>(random_.next_u64());
    }

  private:
    SeededRandom& random_;
};

template <class F, std::size_t... I>
void each_kind(F&& use, std::index_sequence<I...>) {
    (use(std::variant_alternative_t<I, Message>{}), ...);
}

// One message of each kind with random content.
std::vector<Message> samples(SeededRandom& random) {
    std::vector<Message> all;
    auto add = [&](auto message) {
        each_member(message, Fill(random));
        all.emplace_back(std::move(message));
    };
    each_kind(add, std::make_index_sequence<std::variant_size_v<Message>>{});
    return all;
}

std::string_view content(const std::string& frame) {
    return std::string_view(frame).substr(4);
}

TEST(IpcCodec, EveryMessageComesBackUnchanged) {
    constexpr std::uint64_t seed = 20261122;
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    for (int round = 0; round < 50; ++round) {
        for (const Message& message : samples(random)) {
            std::string frame = encode(message);
            Result<Message> back = decode(content(frame));
            ASSERT_TRUE(back) << "kind " << message.index();
            EXPECT_EQ(back->index(), message.index());
            EXPECT_EQ(encode(*back), frame);
        }
    }
}

TEST(IpcCodec, EveryMemberIsListedOnce) {
    auto check = [](auto message) {
        std::set<const void*> seen;
        each_member(message, [&](auto& member) { EXPECT_TRUE(seen.insert(&member).second); });
    };
    each_kind(check, std::make_index_sequence<std::variant_size_v<Message>>{});
}

TEST(IpcCodec, LayoutIsLittleEndianAndFixed) {
    std::string frame = encode(Seek{.run_id = "ab", .run_frame = 0x0102});
    EXPECT_EQ(frame, std::string("\x10\0\0\0\x07\0\x02\0\0\0ab\x02\x01\0\0\0\0\0\0", 20));
}

TEST(IpcCodec, AccessUnitCarriesItsBytes) {
    AccessUnit unit{.kind = 0,
                    .keyframe = true,
                    .frame = 91,
                    .pts_ns = -7,
                    .dts_ns = 3,
                    .duration_ns = 4,
                    .data = Bytes(70'000, 0xab)};
    Result<Message> back = decode(content(encode(unit)));
    ASSERT_TRUE(back);
    const AccessUnit& got = std::get<AccessUnit>(*back);
    EXPECT_TRUE(got.keyframe);
    EXPECT_EQ(got.frame, 91);
    EXPECT_EQ(got.pts_ns, -7);
    EXPECT_EQ(got.data, unit.data);
}

TEST(IpcCodec, EveryTruncationIsRefused) {
    SeededRandom random(7);
    for (const Message& message : samples(random)) {
        std::string frame = encode(message);
        for (std::size_t size = 0; size < content(frame).size(); ++size) {
            Result<Message> cut = decode(content(frame).substr(0, size));
            ASSERT_FALSE(cut) << "kind " << message.index() << " cut to " << size;
            ASSERT_EQ(cut.error().code, ErrorCode::VAL_SCHEMA);
        }
        EXPECT_FALSE(decode(std::string(content(frame)) + "x"))
            << "kind " << message.index() << " with a byte too many";
    }
}

TEST(IpcCodec, RandomBytesNeverHarm) {
    constexpr std::uint64_t seed = 31;
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    std::size_t read = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string noise(random.below(80), '\0');
        for (char& c : noise) c = static_cast<char>(random.below(256));
        // Mostly a known kind, so that the members are reached.
        if (noise.size() >= 2 && round % 8 != 0) {
            noise[0] = static_cast<char>(random.below(std::variant_size_v<Message>));
            noise[1] = 0;
        }
        Result<Message> message = decode(noise);
        if (!message) {
            EXPECT_EQ(message.error().code, ErrorCode::VAL_SCHEMA);
        } else {
            EXPECT_EQ(content(encode(*message)), noise);  // one text for one message
            ++read;
        }
    }
    EXPECT_GT(read, 0U);
}

TEST(IpcFrameReader, CutsAStreamArrivingByteByByte) {
    SeededRandom random(11);
    std::vector<Message> sent = samples(random);
    std::string stream;
    for (const Message& message : sent) stream += encode(message);
    FrameReader reader;
    std::vector<std::string> got;
    for (char byte : stream) {
        reader.feed({&byte, 1});
        for (;;) {
            Result<std::optional<Message>> next = reader.next();
            ASSERT_TRUE(next);
            if (!next.value()) break;
            got.push_back(encode(**next));
        }
    }
    ASSERT_EQ(got.size(), sent.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], encode(sent[i]));
}

TEST(IpcFrameReader, OversizeIsRefusedFromItsLengthAndStaysRefused) {
    FrameReader reader;
    std::size_t size = max_frame_bytes + 1;
    std::string length;
    for (int i = 0; i < 4; ++i) length.push_back(static_cast<char>(size >> (8 * i)));
    reader.feed(length);
    for (int i = 0; i < 2; ++i) {
        Result<std::optional<Message>> next = reader.next();
        ASSERT_FALSE(next);
        EXPECT_EQ(next.error().code, ErrorCode::VAL_TOO_BIG);
        reader.feed(encode(StatusEnd{}));
    }
}

TEST(IpcFrameReader, AWrongFrameEndsTheStream) {
    FrameReader reader;
    reader.feed(std::string("\x02\0\0\0\xff\xff", 6));
    reader.feed(encode(StatusEnd{}));
    for (int i = 0; i < 2; ++i) {
        Result<std::optional<Message>> next = reader.next();
        ASSERT_FALSE(next);
        EXPECT_EQ(next.error().code, ErrorCode::VAL_SCHEMA);
    }
}

}  // namespace
}  // namespace vistter::ipc
