// The local HTTP API (contract F.3) as one handler for net::listen.
#pragma once

#include <memory>

#include "appliance/webapi/local_services.hpp"
#include "net/http.hpp"

namespace vistter::appliance {

class LocalApi {
  public:
    virtual ~LocalApi() = default;
    // Valid while the LocalApi lives; on the loop's thread.
    virtual net::Handler handler() = 0;
};

std::unique_ptr<LocalApi> make_local_api(LocalServices services);

}  // namespace vistter::appliance
