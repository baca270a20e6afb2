// Messages to bytes and back, following the member lists of describe.hpp.
#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "ipc/describe.hpp"

namespace vistter::ipc {
namespace {

constexpr std::size_t length_bytes = 4;
constexpr std::size_t kind_bytes = 2;

template <class T>
concept Integer = std::is_integral_v<T> && !std::is_same_v<T, bool>;
template <class T>
concept Sequence = std::is_same_v<T, std::string> || std::is_same_v<T, Bytes>;

class Writer {
  public:
    explicit Writer(std::string& out) : out_(out) {}

    template <Integer T>
    void operator()(const T& value) {
        put(static_cast<std::uint64_t>(value), sizeof(T));
    }
    void operator()(const bool& value) { put(value ? 1 : 0, 1); }
    void operator()(const double& value) { put(std::bit_cast<std::uint64_t>(value), 8); }
    template <Sequence T>
    void operator()(const T& value) {
        put(value.size(), 4);
        out_.append(reinterpret_cast<const char*>(value.data()), value.size());
    }

  private:
    void put(std::uint64_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) out_.push_back(static_cast<char>(value >> (8 * i)));
    }
    std::string& out_;
};

// Adds up what Writer will write, so that a picture's worth of bytes is copied once.
struct Measure {
    std::size_t size = 0;
    template <class T>
    void operator()(const T& value) {
        if constexpr (Sequence<T>) {
            size += 4 + value.size();
        } else {
            size += sizeof(T);
        }
    }
};

// Reads members in order; after the first fault the rest stay at their defaults.
class Reader {
  public:
    explicit Reader(std::string_view in) : in_(in) {}

    template <Integer T>
    void operator()(T& value) {
        value = static_cast<T>(take(sizeof(T)));
    }
    void operator()(bool& value) {
        std::uint64_t byte = take(1);
        if (byte > 1) failed_ = true;
        value = byte == 1;
    }
    void operator()(double& value) { value = std::bit_cast<double>(take(8)); }
    template <Sequence T>
    void operator()(T& value) {
        std::size_t size = take(4);
        if (failed_ || size > in_.size() - at_) {
            failed_ = true;
            return;
        }
        auto* first = reinterpret_cast<const typename T::value_type*>(in_.data() + at_);
        value.assign(first, first + size);
        at_ += size;
    }
    bool whole() const { return !failed_ && at_ == in_.size(); }

  private:
    std::uint64_t take(std::size_t size) {
        if (failed_ || size > in_.size() - at_) {
            failed_ = true;
            return 0;
        }
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < size; ++i) {
            value |= std::uint64_t{static_cast<unsigned char>(in_[at_ + i])} << (8 * i);
        }
        at_ += size;
        return value;
    }
    std::string_view in_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

template <class M>
Result<Message> decode_as(std::string_view content) {
    M message;
    Reader reader(content);
    each_member(message, reader);
    if (!reader.whole()) {
        return fail(ErrorCode::VAL_SCHEMA,
                    fmt::format("ipc frame of {} bytes does not fit its kind", content.size()));
    }
    return Message{std::move(message)};
}

using Decode = Result<Message> (*)(std::string_view);

// One reader for each alternative of Message: the kind is the alternative's index.
template <std::size_t... I>
constexpr auto decode_table(std::index_sequence<I...>) {
    return std::array<Decode, sizeof...(I)>{&decode_as<std::variant_alternative_t<I, Message>>...};
}

}  // namespace

std::string encode(const Message& message) {
    return std::visit(
        [&](const auto& body) {
            Measure measure{kind_bytes};
            each_member(body, measure);
            std::string frame;
            frame.reserve(length_bytes + measure.size);
            Writer write(frame);
            write(static_cast<std::uint32_t>(measure.size));
            write(static_cast<std::uint16_t>(message.index()));
            each_member(body, write);
            return frame;
        },
        message);
}

Result<Message> decode(std::string_view frame) {
    static constexpr auto table =
        decode_table(std::make_index_sequence<std::variant_size_v<Message>>{});
    if (frame.size() < kind_bytes) return fail(ErrorCode::VAL_SCHEMA, "ipc frame without a kind");
    std::size_t kind = static_cast<unsigned char>(frame[0]) | static_cast<unsigned char>(frame[1])
                                                                  << 8;
    if (kind >= table.size())
        return fail(ErrorCode::VAL_SCHEMA, fmt::format("unknown ipc kind {}", kind));
    return table[kind](frame.substr(kind_bytes));
}

void FrameReader::feed(std::string_view bytes) {
    // Consumed bytes are dropped when they outweigh the rest, so that moving costs at most what was
    // read.
    if (at_ > buffer_.size() / 2) {
        buffer_.erase(0, at_);
        at_ = 0;
    }
    buffer_.append(bytes);
}

Result<std::optional<Message>> FrameReader::next() {
    std::string_view rest = std::string_view(buffer_).substr(at_);
    if (rest.size() < length_bytes) return std::optional<Message>{};
    std::size_t size = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) {
        size |= std::size_t{static_cast<unsigned char>(rest[i])} << (8 * i);
    }
    if (size > max_frame_bytes) {
        return fail(ErrorCode::VAL_TOO_BIG,
                    fmt::format("ipc frame of {} bytes, at most {}", size, max_frame_bytes));
    }
    if (rest.size() - length_bytes < size) return std::optional<Message>{};
    Result<Message> message = decode(rest.substr(length_bytes, size));
    if (!message) return std::move(message).error();
    at_ += length_bytes + size;
    return std::optional<Message>{std::move(message).value()};
}

}  // namespace vistter::ipc
