// Many appliances on one loop: each with its own keys, its own database and the real road.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "sim/fleet/appliance_end.hpp"

namespace vistter::sim {

class Fleet {
  public:
    // One appliance for each member of `trust`. Databases lie below `folder`, which exists. On the
    // loop's thread, like everything else here.
    Fleet(async::Loop& loop, const FleetTrust& trust, const std::filesystem::path& folder);

    void start(std::uint16_t port) { start(port, 0, appliances_.size()); }
    // Those from `first` on, `count` of them.
    void start(std::uint16_t port, std::size_t first, std::size_t count);
    void stop();
    int connected() const;
    std::vector<std::unique_ptr<ApplianceEnd>>& appliances() { return appliances_; }

  private:
    async::WorkerPool workers_;  // session tokens are fetched here
    std::vector<std::unique_ptr<ApplianceEnd>> appliances_;
};

// As many files as the kernel lets this process have; how many that is.
std::uint64_t raise_file_limit();

}  // namespace vistter::sim
