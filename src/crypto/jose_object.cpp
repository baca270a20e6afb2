// A recursive-descent reader for the strict part of JSON described in the header.
#include "crypto/jose_object.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace vistter::crypto {
namespace {

constexpr std::size_t size_limit = 4096;
constexpr std::size_t digits_limit = 15;  // every such integer is exact in a double

bool needs_escape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7f;
}

class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool read_object(const std::string& prefix, int depth, JoseObject& out);
    bool at_end() {
        skip_space();
        return rest_.empty();
    }

  private:
    void skip_space() {
        while (!rest_.empty() &&
               std::string_view(" \t\r\n").find(rest_.front()) != std::string_view::npos) {
            rest_.remove_prefix(1);
        }
    }
    bool take(char wanted) {
        skip_space();
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }
    std::optional<std::string> read_string();
    std::optional<std::int64_t> read_integer();
    bool read_member(const std::string& prefix, int depth, JoseObject& out);

    std::string_view rest_;
};

std::optional<std::string> Reader::read_string() {
    if (!take('"')) return std::nullopt;
    auto end = std::ranges::find_if(rest_, needs_escape);
    if (end == rest_.end() || *end != '"') return std::nullopt;
    std::string text(rest_.begin(), end);
    rest_.remove_prefix(text.size() + 1);
    return text;
}

std::optional<std::int64_t> Reader::read_integer() {
    skip_space();
    std::size_t digits = 0;
    std::int64_t value = 0;
    while (digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9') {
        if (digits == digits_limit) return std::nullopt;
        value = value * 10 + (rest_[digits++] - '0');
    }
    if (digits == 0 || (digits > 1 && rest_.front() == '0')) return std::nullopt;
    rest_.remove_prefix(digits);
    return value;
}

bool Reader::read_member(const std::string& prefix, int depth, JoseObject& out) {
    std::optional<std::string> name = read_string();
    if (!name || name->empty() || name->find('.') != std::string::npos || !take(':')) return false;
    std::string path = prefix + *name;
    skip_space();
    if (rest_.empty()) return false;
    if (rest_.front() == '{') {
        // The object's own name is kept too, so that it cannot come twice either.
        return depth == 0 && out.emplace(path, std::string()).second &&
               read_object(path + ".", depth + 1, out);
    }
    if (rest_.front() == '"') {
        std::optional<std::string> text = read_string();
        return text && out.emplace(path, std::move(*text)).second;
    }
    std::optional<std::int64_t> number = read_integer();
    return number && out.emplace(path, *number).second;
}

bool Reader::read_object(const std::string& prefix, int depth, JoseObject& out) {
    if (!take('{')) return false;
    if (take('}')) return true;
    do {
        if (!read_member(prefix, depth, out)) return false;
    } while (take(','));
    return take('}');
}

}  // namespace

std::optional<JoseObject> read_jose_object(std::string_view text) {
    if (text.size() > size_limit) return std::nullopt;
    JoseObject object;
    Reader reader(text);
    if (!reader.read_object("", 0, object) || !reader.at_end()) return std::nullopt;
    return object;
}

std::string jose_string(std::string_view text) {
    if (std::ranges::any_of(text, needs_escape))
        throw std::invalid_argument("a JOSE string that needs an escape");
    return fmt::format("\"{}\"", text);
}

}  // namespace vistter::crypto
