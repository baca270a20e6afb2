// Pairs from a file laid beside the appliance (--pairing-file): tried until Studio answers, deleted
// once it worked.
#pragma once

#include <filesystem>

#include "appliance/core/local_ports.hpp"
#include "async/loop.hpp"
#include "base/backoff.hpp"

namespace vistter::appliance {

class PairingFile {
  public:
    PairingFile(async::Loop& loop, Random& random, Pairing& pairing, std::filesystem::path file);
    void start();  // nothing without a file

  private:
    void attempt();
    void answered(const Result<PairedAs>& paired);
    async::Loop& loop_;
    Random& random_;
    Pairing& pairing_;
    std::filesystem::path file_;
    Backoff backoff_{{.base_ms = 1'000, .cap_ms = 60'000}};
    async::Handle waiting_;
};

}  // namespace vistter::appliance
