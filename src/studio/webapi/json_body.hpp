// Reading request bodies member by member, collecting every fault, and writing answers.
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/http.hpp"

namespace vistter::studio {

namespace json = boost::json;

inline constexpr std::size_t max_json_body = 65'536;
inline constexpr std::size_t max_document_body = 1'048'576;  // timelines with their overlays

// The JSON object a request carries. Errors: API_MEDIA_TYPE, API_TOO_LARGE, VAL_JSON, VAL_SCHEMA
// (not an object).
Result<json::object> read_object(const net::Request& request, std::size_t limit = max_json_body);

// Takes an object apart; a fault is remembered, and the getter answers an empty value. Members
// nobody asked for are faults too (contract F.1).
class Members {
  public:
    explicit Members(const json::object& object) : object_(object) {}

    std::string text(std::string_view name, std::size_t max_length = 256);
    std::optional<std::string> optional_text(std::string_view name, std::size_t max_length = 256);
    std::optional<std::int64_t> optional_integer(std::string_view name);
    std::optional<WallTime> optional_time(std::string_view name);
    // nullptr when absent or of another type (which is a fault, as absence is where `required`).
    const json::object* object(std::string_view name, bool required);
    const json::array* array(std::string_view name, bool required);
    void fault(std::string_view name, ErrorCode code, std::string words);
    // Any member is welcome there: it is carried or ignored, not judged here.
    void ignore(std::string_view name) { known_.emplace(name); }
    // ok, or one error that lists every fault.
    Status done();

  private:
    const json::value* find(std::string_view name);

    const json::object& object_;
    std::set<std::string, std::less<>> known_;
    std::vector<ErrorDetail> faults_;
};

net::Response json_response(int status, const json::value& body);
// The value of JSON text that Studio stored itself; null when it is empty or damaged.
json::value stored_json(std::string_view text);

}  // namespace vistter::studio
