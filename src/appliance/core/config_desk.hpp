// DEVICE_CONFIG: merges a patch into the configuration, whole or not at all (contract B.8.1,
// acceptance G2.10).
#pragma once

#include "appliance/core/workshop.hpp"

namespace vistter::appliance {

class ConfigDesk {
  public:
    explicit ConfigDesk(Workshop& workshop) : shop_(workshop) {}
    Decision decide(const contract::DeviceConfig& command);
    void committed(const contract::DeviceConfig& command, const contract::Envelope& envelope);

  private:
    bool destination_in_use(const std::string& destination_id);
    void judge(const contract::ConfigPatch& patch, Faults& faults);
    Workshop& shop_;
};

}  // namespace vistter::appliance
