// Tokens in text (contract C.9): {{name|filter:argument|...}}. Pure; substituted text is never read
// again.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "contract/overlay_document.hpp"
#include "ocl/evaluate.hpp"

namespace vistter::ocl {

struct ResolvedText {
    std::string text;         // at most 2,000 code points (contract C.13)
    bool hide_layer = false;  // a token asks for it: it has no value (`on_missing`), or is withheld
    bool fallback = false;    // hidden, and the layer's fallback is to stand in for it
};

// Replaces every reference in `content`. A value comes from `given`, else from the token's default.
// A number is kept within the token's min and max, a string is cut to its max_length. What is not
// well formed stays as it is written. Filters, left to right:
//   upper lower trim        on text (Latin, Greek and Cyrillic letters)
//   fixed:n int             n decimals, ties to even; int = fixed:0
//   sign                    "+" before a number above zero
//   unit:kn|mph|kmh|ms      from metres a second
//   unit:c|f                from degrees Celsius
//   unit:m|ft               from metres
//   date:PATTERN            an RFC 3339 text by its own offset: yyyy MM dd EEE HH hh mm ss a
//   time:PATTERN            the same; whatever is no field stays as it is
//   default:"..."           for a value that is missing
//   truncate:n              the first n code points
//   plural:"one"/"many"     the first for exactly 1
ResolvedText resolve_tokens(std::string_view content,
                            const std::map<std::string, contract::TokenSpec>& declared,
                            const Tokens& given,
                            const std::map<std::string, Withheld>& withheld = {});

}  // namespace vistter::ocl
