// Pairing, the report of the last attempt, diagnosis and unpairing over the local API.
#pragma once

#include "appliance/webapi/call.hpp"
#include "appliance/webapi/local_services.hpp"

namespace vistter::appliance {

class PairingDesk {
  public:
    explicit PairingDesk(LocalServices& services) : services_(services) {}
    void get(Call& call);
    void post(Call& call);
    void remove(Call& call);
    void diagnose(Call& call);

  private:
    LocalServices& services_;
};

}  // namespace vistter::appliance
