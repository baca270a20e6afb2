// One small file.
#include "appliance/adapters/identity/known_time.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "base/log.hpp"

namespace vistter::appliance {
namespace {

constexpr WallTime source_time{1'795'305'600'000};  // 2026-11-22: this program is no older
constexpr std::int64_t every_ms = 3'600'000;

}  // namespace

KnownTime::KnownTime(std::filesystem::path state, const Clock& clock)
    : file_(std::move(state) / "known-time"), clock_(clock), floor_(source_time) {
    const auto text = read_file(file_, 64);
    const auto noted = text ? parse_rfc3339(text->substr(0, text->find('\n'))) : std::nullopt;
    if (noted) noted_ = *noted;
    floor_ = std::max(floor_, noted_);
}

WallTime KnownTime::now() const {
    return std::max(clock_.wall(), floor_);
}

void KnownTime::note() {
    const WallTime now = clock_.wall();
    if (now.ms - noted_.ms < every_ms) return;
    if (const Status kept = write_file(file_, format_rfc3339(now) + "\n", 0600); !kept)
        return log::warning("The time could not be noted: {}", describe(kept.error()));
    noted_ = now;
}

}  // namespace vistter::appliance
