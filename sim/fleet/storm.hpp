// A Studio that dies under a fleet and comes back: when each appliance returns (drills R6, drill
// 46).
#pragma once

#include <cstdint>
#include <string>

namespace vistter::sim {

struct Storm {
    int appliances = 0, back = 0;
    double window_s = 0;    // from the first to the last return
    double peak_per_s = 0;  // most returns within any second of it
    double even_per_s = 0;  // the mean over that window
};

enum class Departure {
    drained,  // an orderly restart: GOODBYE and close 4503 to everybody
    killed,   // no word at all
};

// Connects everybody, takes Studio away, starts it again after `down_ms`, and waits until everybody
// is back or `patience_ms` have passed. Databases lie below `folder`.
Storm run_storm(int appliances, Departure departure, std::int64_t down_ms, std::int64_t patience_ms,
                const std::string& folder);

}  // namespace vistter::sim
