// JSON text as bytes: compact form and the exact text of one member. What a document hash is taken
// over.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vistter::contract {

// `json` without the white space between its tokens; strings and numbers keep their bytes. This is
// the text that `doc_sha256` and `checksum` of an inline OCL document are the SHA-256 of (contract
// B.8.3, B.8.5): two parties agree on it whatever library they use, and a middle man that
// re-indents changes nothing. Valid JSON in, valid JSON out; other text comes back in some shape,
// never a crash.
std::string canonical_text(std::string_view json);

// The bytes of the value at `pointer` (RFC 6901) inside valid JSON text, or nothing. The view is
// into `json`.
std::optional<std::string_view> text_at_pointer(std::string_view json, std::string_view pointer);

// `text` as a JSON string, with its quotes. Bytes that are not UTF-8 become U+FFFD, so that no log
// line or file name can make a message unreadable.
std::string quoted_text(std::string_view text);

// `json` (valid) written over several lines, two blanks a level, for people.
std::string indented_text(std::string_view json);

}  // namespace vistter::contract
