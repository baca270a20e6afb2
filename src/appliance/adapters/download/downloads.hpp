// Fetches assets from the paired Studio on worker threads: signed addresses, size and SHA-256
// checked (rulings 17).
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "appliance/core/address_policy.hpp"
#include "appliance/core/library_port.hpp"
#include "async/loop.hpp"
#include "base/random.hpp"
#include "net/proxy.hpp"
#include "net/tls.hpp"

namespace vistter::appliance {

// Whom assets may come from; nothing before pairing.
struct AssetSource {
    std::string host;
    int port = 443;
    net::ClientTls tls;
    net::Proxy proxy = {};  // the way there; empty url: straight
};

// `source` is asked at every job. Everything given must outlive the result; `workers` must end
// before it.
std::unique_ptr<Downloads> make_downloads(async::Loop& loop, async::WorkerPool& workers,
                                          Random& random, const AddressPolicy& policy,
                                          std::string assets_folder,
                                          std::function<std::optional<AssetSource>()> source);

}  // namespace vistter::appliance
