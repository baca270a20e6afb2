#include "sim/fleet/fleet.hpp"

#include <sys/resource.h>

#include <stdexcept>

#include "appliance/adapters/store/stores.hpp"

namespace vistter::sim {
namespace fs = std::filesystem;

Fleet::Fleet(async::Loop& loop, const FleetTrust& trust, const fs::path& folder)
    : workers_(4, 100'000) {
    // The schema is applied once; every appliance begins with a copy of that file.
    const fs::path blank = folder / "blank.db";
    if (auto made = store::open_database(blank, appliance::appliance_migrations()); !made)
        throw std::runtime_error(describe(made.error()));
    for (const Member& member : trust.members) {
        const fs::path file = folder / (member.device_id + ".db");
        fs::copy_file(blank, file);
        appliances_.push_back(
            std::make_unique<ApplianceEnd>(loop, workers_, trust, member, file.string()));
    }
}

void Fleet::start(std::uint16_t port, std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) appliances_[i]->start(port, port);
}

void Fleet::stop() {
    for (auto& appliance : appliances_) appliance->stop();
}

int Fleet::connected() const {
    int count = 0;
    for (const auto& appliance : appliances_) {
        count += appliance->running() && appliance->road().status().state == "connected" ? 1 : 0;
    }
    return count;
}

std::uint64_t raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

}  // namespace vistter::sim
