// Pairs from a file laid beside the appliance (--pairing-file): tried until Studio answers. A file
// for this appliance alone is deleted once it worked; an enrolment file is left for the others.
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
    bool shared_ = false;
    async::Handle waiting_;
};

}  // namespace vistter::appliance
