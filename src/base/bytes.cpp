#include "base/bytes.hpp"

#include <cctype>

namespace vistter {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Packs symbols of `bits` bits each, most significant first, into bytes; nothing if trailing bits
// are set.
class BitSink {
  public:
    void push(unsigned value, int bits) {
        buffer_ = (buffer_ << bits) | value;
        filled_ += bits;
        if (filled_ >= 8) {
            filled_ -= 8;
            bytes_.push_back(static_cast<std::uint8_t>(buffer_ >> filled_));
            buffer_ &= (1u << filled_) - 1;
        }
    }
    bool clean() const { return buffer_ == 0; }
    Bytes take() { return std::move(bytes_); }

  private:
    Bytes bytes_;
    unsigned buffer_ = 0;
    int filled_ = 0;
};

std::string spread(ByteView bytes, int bits, std::string_view alphabet) {
    std::string text;
    text.reserve(bytes.size() * 8 / bits + 1);
    unsigned buffer = 0;
    int filled = 0;
    for (std::uint8_t byte : bytes) {
        buffer = (buffer << 8) | byte;
        filled += 8;
        while (filled >= bits) {
            filled -= bits;
            text.push_back(alphabet[(buffer >> filled) & ((1u << bits) - 1)]);
        }
        buffer &= (1u << filled) - 1;
    }
    if (filled > 0) text.push_back(alphabet[(buffer << (bits - filled)) & ((1u << bits) - 1)]);
    return text;
}

}  // namespace

ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(ByteView bytes) {
    return spread(bytes, 4, hex_digits);
}

std::optional<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    BitSink sink;
    for (char c : text) {
        auto at = hex_digits.find(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
        if (at == std::string_view::npos) return std::nullopt;
        sink.push(static_cast<unsigned>(at), 4);
    }
    return sink.take();
}

std::string to_base64url(ByteView bytes) {
    return spread(bytes, 6, base64_alphabet);
}

std::optional<Bytes> from_base64url(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    BitSink sink;
    for (char c : text) {
        auto at = base64_alphabet.find(c);
        if (at == std::string_view::npos) return std::nullopt;
        sink.push(static_cast<unsigned>(at), 6);
    }
    if (!sink.clean()) return std::nullopt;
    return sink.take();
}

std::string to_crockford(ByteView bytes) {
    return spread(bytes, 5, crockford_alphabet);
}

std::optional<int> crockford_value(char symbol) {
    char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(symbol)));
    if (upper == 'I' || upper == 'L') upper = '1';
    if (upper == 'O') upper = '0';
    auto at = crockford_alphabet.find(upper);
    if (at == std::string_view::npos) return std::nullopt;
    return static_cast<int>(at);
}

std::optional<Bytes> from_crockford(std::string_view text, std::size_t size) {
    if (text.size() != (size * 8 + 4) / 5) return std::nullopt;
    BitSink sink;
    for (char c : text) {
        auto value = crockford_value(c);
        if (!value) return std::nullopt;
        sink.push(static_cast<unsigned>(*value), 5);
    }
    if (!sink.clean()) return std::nullopt;
    Bytes bytes = sink.take();
    if (bytes.size() != size) return std::nullopt;
    return bytes;
}

}  // namespace vistter
