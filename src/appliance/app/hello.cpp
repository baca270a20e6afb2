// HELLO's facts; the road adds session, connection and counters.
#include "appliance/app/hello.hpp"

#include "appliance/adapters/system/probe.hpp"
#include "contract/ocl_limits.hpp"
#include "contract/registry.hpp"

namespace vistter::appliance {

contract::Hello make_hello(Appliance& appliance, SystemProbe& probe, const Clock& clock) {
    const SystemFigures system = probe.read();
    contract::Hello hello;
    hello.firmware_version = firmware_version;
    hello.firmware_build = "source";
    hello.firmware_channel = "dev";
    hello.hardware_model = system.model;
    hello.hardware_arch = system.arch;
    hello.hardware_cores = system.cores;
    hello.hardware_memory_mb = system.memory_total_mb;
    hello.hardware_encoders = {"x264"};
    hello.boot_id = system.boot_id;
    hello.uptime_s = system.uptime_s;
    hello.protocol = {{1, 0, 0}};
    hello.ocl_versions = {"1.0"};
    hello.ocl_features = contract::supported_ocl_features();
    hello.ocl_limits = contract::ocl_limits();
    hello.segment_versions = {"1.0"};
    hello.clock_now = clock.wall();
    hello.clock_synced = clock_is_synced();
    hello.clock_source = hello.clock_synced ? "ntp" : "rtc";
    hello.tzdata = tzdata_version();
    hello.timezone = local_timezone();
    hello.digest = appliance.digest();
    return hello;
}

}  // namespace vistter::appliance
