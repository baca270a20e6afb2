// Names, addresses and ports: what the server certificate says, what the ready line says, and
// whether a port is free.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "studio/app/options.hpp"
#include "studio/webapi/services.hpp"

namespace vistter::studio {

// The host in Studio's own addresses: --public-host, else the listening address, else this
// machine's name.
std::string reachable_host(const Options& options);
// Every name and address the server certificate is for, each once.
std::vector<std::string> server_names(const Options& options);
Addresses addresses_of(const std::vector<std::string>& hosts, const std::string& host,
                       std::uint16_t web_port, std::uint16_t channel_port);
// Errors: SYS_PORT_IN_USE naming the port and the next step. Port 0 is always free.
Status check_port_free(const Endpoint& endpoint);

}  // namespace vistter::studio
