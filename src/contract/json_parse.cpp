// The strict JSON reader: Boost.JSON's event parser with a handler that refuses what contract B.1
// forbids.
#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>

#include "contract/envelope.hpp"
#include "contract/json.hpp"

namespace vistter::contract::json {
namespace {

namespace bj = boost::json;

// Builds the value and remembers why it stopped. Keys of all open objects lie in one flat list.
class StrictHandler {
  public:
    static constexpr std::size_t max_object_size = 65'536;
    static constexpr std::size_t max_array_size = 262'144;
    static constexpr std::size_t max_key_size = 4'096;
    static constexpr std::size_t max_string_size = 1'048'576;

    std::string reason;

    Value release() { return stack_.release(); }

    bool on_document_begin(bj::error_code&) {
        stack_.reset();
        return true;
    }
    bool on_document_end(bj::error_code&) { return true; }
    bool on_object_begin(bj::error_code&) {
        starts_.push_back(keys_.size());
        return true;
    }
    bool on_object_end(std::size_t size, bj::error_code& error) {
        const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(starts_.back());
        std::sort(first, keys_.end());
        const auto twice = std::adjacent_find(first, keys_.end());
        if (twice != keys_.end())
            return refuse("the member \"" + *twice + "\" appears twice", error);
        keys_.erase(first, keys_.end());
        starts_.pop_back();
        stack_.push_object(size);
        return true;
    }
    bool on_array_begin(bj::error_code&) { return true; }
    bool on_array_end(std::size_t size, bj::error_code&) {
        stack_.push_array(size);
        return true;
    }
    bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) {
        key_.append(part.data(), part.size());
        stack_.push_chars(part);
        return true;
    }
    bool on_key(bj::string_view part, std::size_t, bj::error_code&) {
        key_.append(part.data(), part.size());
        keys_.push_back(std::move(key_));
        key_.clear();
        stack_.push_key(part);
        return true;
    }
    bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) {
        stack_.push_chars(part);
        return true;
    }
    bool on_string(bj::string_view part, std::size_t, bj::error_code&) {
        stack_.push_string(part);
        return true;
    }
    bool on_number_part(bj::string_view part, bj::error_code&) {
        literal_.append(part.data(), part.size());
        return true;
    }
    bool on_int64(std::int64_t value, bj::string_view, bj::error_code& error) {
        literal_.clear();
        if (value > max_integer || value < -max_integer)
            return refuse("an integer is outside +-(2^53-1)", error);
        stack_.push_int64(value);
        return true;
    }
    bool on_uint64(std::uint64_t, bj::string_view, bj::error_code& error) {
        return refuse("an integer is outside +-(2^53-1)", error);
    }
    // Boost 1.81 does not round correctly, so the literal is read again (contract C.6).
    bool on_double(double rough, bj::string_view part, bj::error_code& error) {
        literal_.append(part.data(), part.size());
        if (literal_.find_first_of(".eE") == std::string::npos) {
            return refuse("an integer is outside +-(2^53-1)", error);
        }
        double exact = 0;
        const auto end = literal_.data() + literal_.size();
        const auto read = std::from_chars(literal_.data(), end, exact);
        const bool underflow = read.ec == std::errc::result_out_of_range && std::abs(rough) < 1;
        literal_.clear();
        if (underflow) exact = 0;
        if ((read.ec != std::errc() && !underflow) || !std::isfinite(exact)) {
            return refuse("a number is not finite in 64 bits", error);
        }
        stack_.push_double(exact);
        return true;
    }
    bool on_bool(bool value, bj::error_code&) {
        stack_.push_bool(value);
        return true;
    }
    bool on_null(bj::error_code&) {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
    bool on_comment(bj::string_view, bj::error_code&) { return true; }

  private:
    bool refuse(std::string why, bj::error_code& error) {
        reason = std::move(why);
        error = bj::error::syntax;
        return false;
    }

    bj::value_stack stack_;
    std::vector<std::string> keys_;
    std::vector<std::size_t> starts_;
    std::string key_;
    std::string literal_;
};

}  // namespace

Result<Value> parse(std::string_view text, std::size_t max_bytes) {
    if (text.size() > max_bytes) {
        return fail_at(ErrorCode::VAL_TOO_BIG, "",
                       "The document is larger than " + std::to_string(max_bytes) + " bytes.");
    }
    if (text.starts_with("\xEF\xBB\xBF")) {
        return fail_at(ErrorCode::VAL_JSON, "",
                       "The text starts with a byte order mark; send plain UTF-8.");
    }
    bj::parse_options options;
    options.max_depth = max_json_depth;
    bj::basic_parser<StrictHandler> parser(options);
    bj::error_code error;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
    if (!error && used < text.size()) error = bj::error::extra_data;
    if (error) {
        const auto& reason = parser.handler().reason;
        return fail_at(ErrorCode::VAL_JSON, "",
                       "Not strict JSON at byte " + std::to_string(used) + ": " +
                           (reason.empty() ? error.message() : reason) + ".");
    }
    return parser.handler().release();
}

}  // namespace vistter::contract::json
