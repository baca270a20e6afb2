// Small texts with one meaning: base64url, hex, Crockford, times, ids.
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "fuzz/target.hpp"

namespace vistter::fuzz {

void spellings(std::string_view input) {
    if (const auto bytes = from_base64url(input)) {
        must(to_base64url(*bytes) == input, "base64url has one spelling");
    }
    if (const auto bytes = from_hex(input)) {
        must(to_hex(*bytes).size() == input.size(), "hex keeps its length");
    }
    if (const auto bytes = from_crockford(input, 10)) {
        must(from_crockford(to_crockford(*bytes), 10) == bytes, "Crockford reads back");
    }
    if (const auto time = parse_rfc3339(input)) {
        must(format_rfc3339(*time) == input, "a time has one spelling");
    }
    (void)is_id("cam_", input);
    must(from_base64url(to_base64url(as_bytes(input))).has_value(), "any bytes can be spelled");
}

std::vector<std::string> spellings_examples() {
    return {"2026-11-22T08:01:00.123Z", "aGVsbG8", "00ff7a", "0123456789ABCDEF", "cam_1"};
}

}  // namespace vistter::fuzz
