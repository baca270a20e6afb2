// Overlay documents and timelines: whatever is accepted can be drawn and played at any frame.
#include <cmath>

#include "contract/messages.hpp"
#include "fuzz/target.hpp"
#include "ocl/evaluate.hpp"
#include "ocl/tokens.hpp"
#include "timeline/plan.hpp"

namespace vistter::fuzz {
namespace {

constexpr ocl::Rate rate{30'000, 1'001};

void numbers_of(const std::vector<ocl::LayerState>& layers) {
    for (const auto& layer : layers) {
        must(layer.opacity >= 0 && layer.opacity <= 1, "opacity is 0 to 1");
        must(std::isfinite(layer.position[0]) && std::isfinite(layer.position[1]) &&
                 std::isfinite(layer.scale[0]) && std::isfinite(layer.rotation),
             "what is drawn has numbers");
        numbers_of(layer.layers);
    }
}

}  // namespace

void overlay_document(std::string_view input) {
    const auto document = contract::parse_overlay_document(input);
    if (!document) {
        must(!document.error().message.empty(), "a refusal has a reason");
        return;
    }
    for (const auto& scene : document->scenes) {
        for (const std::int64_t frame : {0, 1, 47, 1'000'000}) {
            for (const bool leaving : {false, true}) {
                ocl::SceneClock clock{frame, {}};
                if (leaving) clock.outro_frame = frame / 2;
                const auto state = ocl::evaluate(*document, scene.scene_id, clock, rate, {});
                must(state.ok(), "a scene of the document can be evaluated");
                numbers_of(state->layers);
            }
        }
    }
}

std::vector<std::string> overlay_document_examples() {
    return {};
}

void timeline_load(std::string_view input) {
    const auto load = contract::parse_timeline_load(input);
    if (!load) return;
    const auto plan = timeline::Plan::compile(load->document, rate);
    if (!plan) return;
    const std::int64_t length = plan->length().value_or(1'000'000);
    must(length >= 0, "a plan has a length");
    for (const std::int64_t frame : {std::int64_t{-1}, std::int64_t{0}, length / 2, length}) {
        (void)plan->at(frame);
        (void)plan->edges(frame, frame + 2);
        (void)plan->cues_at(frame);
    }
}

std::vector<std::string> timeline_load_examples() {
    return {};
}

// Text of a layer with tokens in it, and a token's value from outside.
void overlay_text(std::string_view input) {
    const std::size_t half = std::min(input.find('\n'), input.size());
    const std::string_view content = input.substr(0, half);
    std::string value(half < input.size() ? input.substr(half + 1) : input);
    std::map<std::string, contract::TokenSpec> declared;
    declared["t"] = {};
    declared["n"].type = "number";
    declared["d"].type = "datetime";
    const ocl::Tokens given = {{"t", value}, {"d", value}, {"n", static_cast<double>(half) / 7}};
    const auto resolved = ocl::resolve_tokens(content, declared, given);
    must(resolved.text.size() <= 4 * 2'000, "text is at most 2,000 code points");
}

std::vector<std::string> overlay_text_examples() {
    return {
        "{{t|upper|truncate:3}} {{n|fixed:2|sign}} {{d|date:\"EEE dd MM yyyy\"}}\n"
        "2026-11-22T08:01:00.123Z",
        "{{n|unit:kn|fixed:1}} {{t|default:\"-\"}} {{n|plural:\"one\"/\"many\"}}\nharbour"};
}

}  // namespace vistter::fuzz
