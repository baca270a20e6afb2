// The machine's figures from /proc and the file system; its serial and model.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "appliance/core/system_probe.hpp"
#include "base/clock.hpp"

namespace vistter::appliance {

std::unique_ptr<SystemProbe> make_system_probe(const Clock& clock, std::filesystem::path state);

// The addresses of this machine's interfaces, as text.
std::set<std::string> own_addresses();
// The IANA name of the local time zone, "UTC" if unknown; and the installed tzdata's version, empty
// if unknown.
std::string local_timezone();
std::string tzdata_version();
bool clock_is_synced();

// Rulings 18: as given, else /etc/vistter/serial, else DMI, else derived from machine-id.
std::string find_serial(const std::string& given);

}  // namespace vistter::appliance
