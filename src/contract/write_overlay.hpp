// An OCL document as its one text: members sorted by name, numbers in their shortest round-trip
// form, no blanks, defaults left out. The same document gives the same bytes everywhere, and its
// SHA-256 is the document's name (contract C.15 stage 9, B.8.5).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "contract/overlay_document.hpp"

namespace vistter::contract {

// Numbers must be finite. Reading the text back gives the document again, but for what no struct
// keeps: names of layers, rights of assets and vendor members.
std::string write_overlay(const OverlayDocument& document);
// A valid document, whether or not this source tree draws all of it.
Result<OverlayDocument> read_overlay(std::string_view text);
// "hide", "linear", {"cubic_bezier":[...]}, ... as JSON text.
std::string ease_text(const Ease& ease);

}  // namespace vistter::contract
