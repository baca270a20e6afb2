// DEVICE_CONFIG: merges a patch into the configuration, whole or not at all (contract B.8.1,
// acceptance G2.10).
#pragma once

#include <map>

#include "appliance/core/workshop.hpp"

namespace vistter::appliance {

class ConfigDesk {
  public:
    explicit ConfigDesk(Workshop& workshop) : shop_(workshop) {}
    Decision decide(const contract::DeviceConfig& command);
    void committed(const contract::DeviceConfig& command, const contract::Envelope& envelope);

  private:
    using Changes = std::map<std::string, SecretChange>;  // by owner
    bool destination_in_use(const std::string& destination_id);
    void judge(const contract::ConfigPatch& patch, Faults& faults);
    // What becomes of the secrets of the destinations that the patch names.
    Changes judge_secrets(const contract::ConfigPatch& patch, Faults& faults);
    Workshop& shop_;
};

}  // namespace vistter::appliance
