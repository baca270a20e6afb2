// Preview pictures from the programme's media socket, asked for only while somebody watches.
#pragma once

#include <filesystem>
#include <memory>

#include "appliance/core/local_ports.hpp"
#include "async/loop.hpp"

namespace vistter::appliance {

std::unique_ptr<Preview> make_preview(async::Loop& loop, std::filesystem::path media_socket);

}  // namespace vistter::appliance
