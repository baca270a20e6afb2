// Verified payloads: the envelope with its body, any contract file, and JSON text as bytes.
#include "contract/messages.hpp"
#include "contract/json_text.hpp"
#include "contract/validate.hpp"
#include "fuzz/target.hpp"

namespace vistter::fuzz {

void envelope(std::string_view input) {
    (void)contract::message_id_of(input);
    const auto read = contract::parse_envelope(input);
    if (!read) {
        must(!read.error().message.empty(), "a refusal has a reason");
        return;
    }
    const auto body = contract::parse_body(*read);
    if (!body) return;
    contract::Envelope copy = *read;
    copy.body = contract::write_body(body->body);
    const auto again = contract::parse_envelope(contract::write_envelope(copy));
    must(again.ok(), "what is accepted can be written and read again");
    must(again->message_id == read->message_id && again->seq == read->seq &&
             again->type == read->type,
         "an envelope reads back as itself");
}

std::vector<std::string> envelope_examples() {
    return {};
}

void contract_file(std::string_view input) {
    for (const auto& finding : contract::validate_file(input)) {
        must(!finding.reason.empty(), "a finding has a reason");
    }
}

std::vector<std::string> contract_file_examples() {
    return {};
}

// What has one value per text must keep it: canonical text, text of one member, text for people.
void json_text(std::string_view input) {
    const std::string canonical = contract::canonical_text(input);
    must(contract::canonical_text(canonical) == canonical, "canonical text is canonical");
    (void)contract::text_at_pointer(input, "/scenes/0/layers/1/tracks");
    (void)contract::text_at_pointer(input, "/a~1b/0");
    const std::string quoted = contract::quoted_text(input);
    must(quoted.size() >= 2 && contract::canonical_text(quoted) == quoted,
         "quoted text is one JSON string");
    if (contract::validate_file(input).empty()) {
        must(contract::canonical_text(contract::indented_text(input)) == canonical,
             "indenting changes white space only");
    }
}

std::vector<std::string> json_text_examples() {
    return {R"({"a":[1,2.5e-3,"\u00e9\"x"], "b" : {"c":null}})"};
}

}  // namespace vistter::fuzz
