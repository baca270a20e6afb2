// The judgement itself.
#include "sim/grader/grade.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vistter::sim {
namespace {

constexpr std::size_t most_faults = 20;

class Judge {
  public:
    explicit Judge(const GradeRequest& request) : request_(request), next_(request.first) {
        verdict_.first = request.first;
        verdict_.last = request.last;
    }

    void see(const ObservedFrame& seen);
    Verdict end();

  private:
    template <class... Args>
    void fault(fmt::format_string<Args...> format, Args&&... args) {
        if (verdict_.faults.size() < most_faults) {
            verdict_.faults.push_back(fmt::format(format, std::forward<Args>(args)...));
        }
    }
    bool in_order(const ObservedFrame& seen);
    void check_source(const ObservedFrame& seen, const ExpectedFrame& expected);
    void check_overlays(const ObservedFrame& seen, const ExpectedFrame& expected);

    const GradeRequest& request_;
    Verdict verdict_;
    std::int64_t next_;  // the output frame that should come now
    std::optional<unsigned> last_source_;
    std::vector<bool> last_visible_;
};

// Judges the number's place; false: this frame is not to be looked at further.
bool Judge::in_order(const ObservedFrame& seen) {
    const std::int64_t number = *seen.output_frame;
    if (number == next_ - 1 && number >= request_.first) {
        ++verdict_.doubled;
        fault("output frame {} came twice (recorded frame {})", number, seen.index);
        return false;
    }
    if (number < next_) {
        if (number >= request_.first) {
            ++verdict_.backwards;
            fault("output frame {} came after {} (recorded frame {})", number, next_ - 1,
                  seen.index);
        }
        return false;
    }
    if (number > next_) {
        std::int64_t end = std::min(number, request_.last + 1);
        verdict_.missing += end - next_;
        fault("output frames {} to {} are missing", next_, end - 1);
    }
    next_ = number + 1;
    return number <= request_.last;
}

void Judge::check_source(const ObservedFrame& seen, const ExpectedFrame& expected) {
    if (seen.camera && expected.source != ExpectedFrame::any) {
        if (last_source_ && *last_source_ != seen.camera->source) ++verdict_.cuts;
        last_source_ = seen.camera->source;
    }
    if (expected.source == ExpectedFrame::any) return;
    const int source = seen.camera ? static_cast<int>(seen.camera->source) : ExpectedFrame::none;
    if (source == expected.source) return;
    ++verdict_.wrong_source_frames;
    auto name = [](int number) {
        return number < 0 ? std::string("no camera") : fmt::format("camera {}", number);
    };
    fault("output frame {}: expected {}, found {}", *seen.output_frame, name(expected.source),
          name(source));
}

void Judge::check_overlays(const ObservedFrame& seen, const ExpectedFrame& expected) {
    bool wrong = false;
    last_visible_.resize(request_.markers.size());
    for (std::size_t i = 0; i < request_.markers.size() && i < expected.visible.size(); ++i) {
        if (!expected.visible[i]) continue;
        const Marker& marker = request_.markers[i];
        if (i >= seen.patches.size()) {
            wrong = true;
            fault("output frame {}: nothing was measured for {}", *seen.output_frame, marker.name);
            continue;
        }
        const Patch& patch = seen.patches[i];
        const bool visible = marker.visible(patch);
        if (visible != last_visible_[i]) ++verdict_.overlay_edges;
        last_visible_[i] = visible;
        if (visible == *expected.visible[i]) continue;
        wrong = true;
        fault("output frame {}: {} should be {} (Y {:.0f} U {:.0f} V {:.0f})", *seen.output_frame,
              marker.name, *expected.visible[i] ? "visible" : "hidden", patch.y, patch.u, patch.v);
    }
    if (wrong) ++verdict_.overlay_wrong_frames;
}

void Judge::see(const ObservedFrame& seen) {
    if (!seen.output_frame) {
        // Before the range nothing is promised; after it neither.
        if (next_ > request_.first && next_ <= request_.last) {
            ++verdict_.unreadable;
            fault("recorded frame {}: the programme's strip is not readable", seen.index);
        }
        return;
    }
    if (next_ > request_.last && *seen.output_frame != request_.last) return;
    if (*seen.output_frame < request_.first && next_ == request_.first) return;
    if (!in_order(seen)) return;
    ++verdict_.frames_graded;
    if (!request_.expected) return;
    ExpectedFrame expected = request_.expected(*seen.output_frame);
    check_source(seen, expected);
    check_overlays(seen, expected);
}

Verdict Judge::end() {
    if (next_ <= request_.last) {
        verdict_.missing += request_.last + 1 - next_;
        fault("output frames {} to {} are missing at the end", next_, request_.last);
    }
    verdict_.ok = verdict_.frames_graded > 0 && verdict_.faults.empty();
    return verdict_;
}

}  // namespace

Verdict grade(const GradeRequest& request, const std::vector<ObservedFrame>& observed) {
    Judge judge(request);
    for (const ObservedFrame& seen : observed) judge.see(seen);
    return judge.end();
}

std::optional<std::pair<std::int64_t, std::int64_t>> readable_range(
    const std::vector<ObservedFrame>& observed) {
    std::optional<std::pair<std::int64_t, std::int64_t>> range;
    for (const ObservedFrame& seen : observed) {
        if (!seen.output_frame) continue;
        std::int64_t number = *seen.output_frame;
        if (!range) range = {number, number};
        range->first = std::min(range->first, number);
        range->second = std::max(range->second, number);
    }
    return range;
}

}  // namespace vistter::sim
