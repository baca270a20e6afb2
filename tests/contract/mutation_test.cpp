// Foreign bytes: thousands of damaged samples go through the readers, which must answer and never
// crash. Run under the sanitizers too; the seed is printed with a failure.
#include <gtest/gtest.h>

#include <random>

#include "contract/json_text.hpp"
#include "contract/messages.hpp"
#include "contract/sample_files.hpp"
#include "contract/validate.hpp"

namespace vistter::contract {
namespace {

// std::mt19937 is specified bit by bit, so a seed means the same everywhere.
class Mutator {
  public:
    explicit Mutator(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

    std::string damaged(std::string text) {
        const std::size_t edits = 1 + below(4);
        for (std::size_t i = 0; i < edits; ++i) edit(text);
        return text;
    }

  private:
    void edit(std::string& text) {
        static const std::vector<std::string> pieces{"{",
                                                     "}",
                                                     "[",
                                                     "]",
                                                     ",",
                                                     ":",
                                                     "\"",
                                                     "null",
                                                     "true",
                                                     "-1",
                                                     "1e308",
                                                     "1e-400",
                                                     "9007199254740993",
                                                     "0.1",
                                                     "\\u0000",
                                                     "\\ud800",
                                                     "\xC0\xAF",
                                                     "\"x\":1,",
                                                     "\"type\":\"ACK\",",
                                                     "[[[[[[[[",
                                                     "{{",
                                                     "}}",
                                                     "\"*\"",
                                                     "{}",
                                                     "[]",
                                                     "\"\""};
        if (text.empty()) text = "{}";
        const std::size_t at = below(text.size());
        switch (below(6)) {
            case 0:
                text[at] = static_cast<char>(below(256));
                break;
            case 1:
                text.erase(at, 1 + below(20));
                break;
            case 2:
                text.insert(at, pieces[below(pieces.size())]);
                break;
            case 3:
                swap_value(text);
                break;
            case 4:
                text.insert(at, text.substr(below(text.size()), below(60)));
                break;
            default:
                text.resize(at);
                break;
        }
    }

    // Puts another plain value after some colon, so that the text stays JSON and gets to the deeper
    // checks.
    void swap_value(std::string& text) {
        static const std::vector<std::string> values{
            "null", "0",    "-1",    "1.5",         "\"\"",          "[]",
            "{}",   "true", "1e300", "\"layer:a\"", "[[0,0],[1,1]]", "{\"kind\":\"mark\"}"};
        const std::size_t colon = text.find(':', below(text.size()));
        if (colon == text.npos) return;
        std::size_t end = colon + 1;
        while (end < text.size() && text[end] != ',' && text[end] != '}') ++end;
        text.replace(colon + 1, end - colon - 1, values[below(values.size())]);
    }

    std::mt19937 random_;
};

void read_everywhere(const std::string& text) {
    const auto findings = validate_file(text);
    const auto envelope = parse_envelope(text);
    (void)message_id_of(text);
    if (!envelope) {
        EXPECT_FALSE(envelope.error().message.empty());
        return;
    }
    const auto body = parse_body(*envelope);
    if (!body) return;
    // Whatever is accepted can be written, and what is written is JSON again.
    Envelope copy = *envelope;
    copy.body = write_body(body->body);
    const auto again = parse_envelope(write_envelope(copy));
    EXPECT_TRUE(again.ok()) << describe(again.error());
}

// G2.1
TEST(Mutations, of_every_sample_are_answered_and_never_crash) {
    constexpr int rounds = 30;
    for (unsigned seed = 1; seed <= rounds; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Mutator mutator(seed);
        for (const test::Sample& sample : test::all_samples()) {
            if (!sample.valid) continue;
            for (int i = 0; i < 4; ++i) read_everywhere(mutator.damaged(sample.text));
        }
    }
}

TEST(Mutations, of_documents_go_through_their_readers) {
    for (unsigned seed = 100; seed <= 120; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Mutator mutator(seed);
        for (const test::Sample& sample : test::all_samples()) {
            if (!sample.valid || sample.family == "protocol") continue;
            for (int i = 0; i < 6; ++i) {
                const std::string text = mutator.damaged(sample.text);
                (void)parse_overlay_document(text);
                (void)parse_timeline_load(text);
                (void)text_at_pointer(text, "/scenes/0/layers/1/tracks");
                const std::string once = canonical_text(text);
                EXPECT_EQ(canonical_text(once), once);
            }
        }
    }
}

}  // namespace
}  // namespace vistter::contract
