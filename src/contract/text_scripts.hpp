// Which scripts a text is written in, as far as OCL's features tell them apart (contract C.14).
#pragma once

#include <string_view>

namespace vistter::contract {

struct TextScripts {
    bool rtl = false;      // Hebrew, Arabic and the others written from right to left
    bool complex = false;  // Indic, South-East Asian and Tibetan: glyphs that combine and reorder
};

// `text` is UTF-8.
TextScripts scripts_of(std::string_view text);

}  // namespace vistter::contract
