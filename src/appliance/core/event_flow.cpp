// Windows of ten seconds a subject, and one token bucket for all that is not an error.
#include "appliance/core/event_flow.hpp"

#include <algorithm>
#include <utility>

namespace vistter::appliance {
namespace {

std::int64_t ms_between(SteadyTime from, SteadyTime to) {
    return (to.ns - from.ns) / 1'000'000;
}

std::string kind_of(const FlowingEvent& event) {
    return event.event.event_type + '\n' + event.correlation_id + '\n' + event.event.context.text;
}

std::string subject_of(const FlowingEvent& event) {
    const std::string& type = event.event.event_type;
    const std::string& context = event.event.context.text;
    return type.substr(0, type.find('.')) + '\n' + context.substr(0, context.find(','));
}

bool is_limited(const contract::Event& event) {
    return event.severity != "error" && event.severity != "critical";
}

}  // namespace

// The repeats as one event; nothing if there were none.
std::optional<FlowingEvent> EventFlow::closed(Window& window) {
    if (!window.last) return std::nullopt;
    FlowingEvent out = *std::move(window.last);
    out.event.count = window.repeats;
    if (window.repeats > 1) out.event.first_at = window.first_repeat;
    window.last.reset();
    window.repeats = 0;
    return out;
}

bool EventFlow::admit(const contract::Event& event, SteadyTime now) {
    if (!is_limited(event)) return true;
    if (filled_)
        tokens_ =
            std::min(burst, tokens_ + static_cast<double>(now.ns - filled_->ns) / 1e9 * per_second);
    filled_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
}

// The oldest window gives way, and what it holds goes out.
void EventFlow::make_room(std::vector<FlowingEvent>& out) {
    if (windows_.size() < most_windows) return;
    const auto oldest = std::min_element(
        windows_.begin(), windows_.end(),
        [](const auto& a, const auto& b) { return a.second.opened < b.second.opened; });
    if (auto held = closed(oldest->second)) out.push_back(*std::move(held));
    windows_.erase(oldest);
}

std::vector<FlowingEvent> EventFlow::offer(FlowingEvent event, SteadyTime now) {
    std::vector<FlowingEvent> out;
    const std::string subject = subject_of(event), kind = kind_of(event);
    const auto found = windows_.find(subject);
    if (found != windows_.end() && found->second.kind == kind) {
        Window& window = found->second;
        if (window.repeats == 0) window.first_repeat = event.event.occurred_at;
        ++window.repeats;
        window.last = std::move(event);
        return out;
    }
    if (found != windows_.end()) {
        if (auto held = closed(found->second)) out.push_back(*std::move(held));
        windows_.erase(found);
    }
    if (!admit(event.event, now)) {
        ++dropped_[event.event.severity];
        return out;
    }
    make_room(out);
    windows_[subject] = {.kind = kind, .opened = now, .last = {}, .repeats = 0, .first_repeat = {}};
    out.push_back(std::move(event));
    return out;
}

std::vector<FlowingEvent> EventFlow::due(SteadyTime now) {
    std::vector<FlowingEvent> out;
    for (auto window = windows_.begin(); window != windows_.end();) {
        if (ms_between(window->second.opened, now) < window_ms) {
            ++window;
            continue;
        }
        if (auto held = closed(window->second)) {
            out.push_back(*std::move(held));
            window->second.opened = now;
            ++window;
        } else {
            window = windows_.erase(window);
        }
    }
    return out;
}

std::optional<std::map<std::string, std::int64_t>> EventFlow::left_out(SteadyTime now) {
    if (dropped_.empty() || (told_ && ms_between(*told_, now) < window_ms)) return std::nullopt;
    told_ = now;
    return std::exchange(dropped_, {});
}

}  // namespace vistter::appliance
