// Programme time -> a destination's own time: 0 at its first keyframe, never backwards, the same
// shift for both tracks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace vistter::media {

class StreamTime {
  public:
    // What follows belongs to another programme start: wait for a keyframe again.
    void splice() { waiting_ = true; }
    // Units up to the next keyframe are lost, but time goes on.
    bool waiting() const { return waiting_; }

    // The destination's time of a unit that starts at `pts_ns`, or nothing if it must be thrown
    // away. `now_ns`: steady time.
    std::optional<std::int64_t> place(bool video, bool keyframe, std::int64_t pts_ns,
                                      std::int64_t duration_ns, std::int64_t now_ns) {
        if (waiting_) {
            if (!video || !keyframe) return std::nullopt;
            std::int64_t gap = started_ ? std::max<std::int64_t>(0, now_ns - last_now_ns_) : 0;
            shift_ = pts_ns - (end_ns_ + gap);
            floor_ns_ = end_ns_ + gap;
            waiting_ = false;
            started_ = true;
        }
        std::int64_t at = pts_ns - shift_;
        if (at < floor_ns_) return std::nullopt;
        end_ns_ = std::max(end_ns_, at + duration_ns);
        last_now_ns_ = now_ns;
        return at;
    }

  private:
    bool waiting_ = true, started_ = false;
    std::int64_t shift_ = 0, end_ns_ = 0, floor_ns_ = 0, last_now_ns_ = 0;
};

}  // namespace vistter::media
