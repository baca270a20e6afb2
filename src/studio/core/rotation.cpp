// The steps of a renewal, and how a device's words move it.
#include "studio/core/rotation.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "contract/json_text.hpp"

namespace vistter::studio {
namespace {

using S = RotationStep;
using E = RotationEvent;

constexpr link::Transition<S, E> rows[] = {
    {S::asked, E::request_came, S::answered}, {S::asked, E::refused, S::failed},
    {S::asked, E::unanswered, S::failed},     {S::answered, E::issued, S::proving},
    {S::answered, E::refused, S::failed},  // Studio itself refuses what the device sent
    {S::proving, E::proven, S::done},         {S::proving, E::refused, S::failed},
    {S::proving, E::unanswered, S::failed},
};
constexpr link::TransitionTable<S, E> table(rows);

constexpr std::array<std::string_view, 5> names{"asked", "answered", "proving", "done", "failed"};

// The character that four hexadecimal digits stand for; a PEM is ASCII.
char ascii_of(std::string_view digits) {
    int code = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    return code < 0x80 ? static_cast<char>(code) : '?';
}

// A PEM out of a JSON string: of its escapes only those of line ends and of the slash can occur.
std::string pem_in(std::string_view json_string) {
    std::string pem;
    for (std::size_t at = 1; at + 1 < json_string.size(); ++at) {
        char c = json_string[at];
        if (c == '\\') {
            c = json_string[++at];
            if (c == 'n') c = '\n';
            if (c == 'r') c = '\r';
            if (c == 'u') {
                c = ascii_of(json_string.substr(at + 1, 4));
                at += 4;
            }
        }
        pem += c;
    }
    return pem;
}

std::string words(const std::optional<Error>& error, std::string_view otherwise) {
    return error ? describe(*error) : std::string(otherwise);
}

}  // namespace

std::string_view to_string(RotationStep step) {
    return names.at(static_cast<std::size_t>(step));
}

RotationStep rotation_step_from(std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? RotationStep::failed
                                : static_cast<RotationStep>(found - names.begin());
}

const link::TransitionTable<RotationStep, RotationEvent>& rotation_table() {
    return table;
}

bool is_open(RotationStep step) {
    return step != RotationStep::done && step != RotationStep::failed;
}

std::optional<RotationNews> news_of(RotationStep step, const contract::Ack& ack) {
    if (ack.status == "rejected")
        return RotationNews{RotationEvent::refused, {}, words(ack.error, "rejected")};
    if (step == RotationStep::asked) {
        const std::string& result = ack.result.text;
        if (result.empty()) return std::nullopt;
        if (const auto csr = contract::text_at_pointer(result, "/csr"))
            return RotationNews{RotationEvent::request_came, pem_in(*csr), {}};
        if (const auto jwk = contract::text_at_pointer(result, "/jwk"))
            return RotationNews{RotationEvent::request_came, std::string(*jwk), {}};
        if (ack.status != "completed") return std::nullopt;
        return RotationNews{RotationEvent::refused, {}, "the answer has neither csr nor jwk"};
    }
    const bool over = ack.status == "completed" ||
                      (ack.status == "duplicate" && ack.original_status == "completed");
    return over ? std::optional(RotationNews{RotationEvent::proven, {}, {}}) : std::nullopt;
}

std::optional<RotationNews> news_of(const contract::Progress& progress) {
    if (!contract::is_terminal_progress(progress.state)) return std::nullopt;
    if (progress.state == "succeeded") return RotationNews{RotationEvent::proven, {}, {}};
    return RotationNews{RotationEvent::refused, {}, words(progress.error, progress.state)};
}

}  // namespace vistter::studio
