// What the local API stands on, gathered by the composition root.
#pragma once

#include <filesystem>
#include <functional>

#include "appliance/core/appliance.hpp"
#include "appliance/core/local_ports.hpp"
#include "appliance/core/metrics_history.hpp"
#include "async/loop.hpp"

namespace vistter::appliance {

struct LocalServices {
    async::Loop& loop;
    async::WorkerPool& workers;
    const Clock& clock;
    Random& random;
    Appliance& appliance;
    Reports& reports;
    AccountStore& accounts;
    MetricsHistory& metrics;
    SetupCode& setup_code;
    Pairing& pairing;
    Preview* preview = nullptr;  // null without a picture
    std::function<LinkStatus()> link;
    // The ends of the logs of every process, by name.
    std::function<std::vector<std::pair<std::string, std::string>>()> logs;
    std::filesystem::path web;  // folder of the page; may be empty
};

}  // namespace vistter::appliance
