// Reads small kernel files; what cannot be read stays 0 or empty.
#include "appliance/adapters/system/probe.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/utsname.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "crypto/digest.hpp"

namespace vistter::appliance {
namespace {

std::string read_line(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\n' || line.back() == '\0'))
        line.pop_back();
    return line;
}

struct CpuTimes {
    std::int64_t busy = 0, total = 0;
};

CpuTimes read_cpu() {
    std::istringstream fields(read_line("/proc/stat"));
    std::string label;
    fields >> label;
    CpuTimes times;
    std::int64_t value = 0;
    for (int i = 0; i < 8 && fields >> value; ++i) {
        times.total += value;
        if (i != 3 && i != 4) times.busy += value;  // idle, iowait
    }
    return times;
}

void read_memory(SystemFigures& out) {
    std::ifstream file("/proc/meminfo");
    std::string name, unit;
    std::int64_t kb = 0, total = 0, available = 0;
    while (file >> name >> kb) {
        std::getline(file, unit);
        if (name == "MemTotal:") total = kb;
        if (name == "MemAvailable:") available = kb;
    }
    out.memory_total_mb = total / 1024;
    out.memory_used_mb = (total - available) / 1024;
}

// The interface of the default route; "lo" when there is none.
std::string main_interface() {
    std::ifstream file("/proc/net/route");
    std::string name, destination, rest;
    std::getline(file, rest);
    while (file >> name >> destination) {
        std::getline(file, rest);
        if (destination == "00000000") return name;
    }
    return "lo";
}

struct Traffic {
    std::int64_t rx = 0, tx = 0;
};

Traffic read_traffic(const std::string& interface) {
    std::ifstream file("/proc/net/dev");
    std::string line;
    while (std::getline(file, line)) {
        const auto colon = line.find(':');
        if (colon == std::string::npos) continue;
        const auto start = line.find_first_not_of(' ');
        if (line.substr(start, colon - start) != interface) continue;
        std::istringstream fields(line.substr(colon + 1));
        Traffic traffic;
        std::int64_t skipped = 0;
        fields >> traffic.rx;
        for (int i = 0; i < 7; ++i) fields >> skipped;
        fields >> traffic.tx;
        return traffic;
    }
    return {};
}

// The hottest thermal zone, in degrees.
std::optional<double> read_temperature() {
    std::optional<double> hottest;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator("/sys/class/thermal", failed)) {
        if (!entry.path().filename().string().starts_with("thermal_zone")) continue;
        std::int64_t millidegrees = 0;
        if (!(std::istringstream(read_line(entry.path() / "temp")) >> millidegrees)) continue;
        const double degrees = static_cast<double>(millidegrees) / 1000;
        if (degrees > -100 && degrees < 300) hottest = std::max(hottest.value_or(degrees), degrees);
    }
    return hottest;
}

// How often heat has slowed a core since the boot; nothing where the kernel does not count it.
std::optional<std::int64_t> read_throttles() {
    std::optional<std::int64_t> total;
    std::error_code failed;
    for (const auto& cpu : std::filesystem::directory_iterator("/sys/devices/system/cpu", failed)) {
        std::int64_t count = 0;
        const auto counter = cpu.path() / "thermal_throttle" / "core_throttle_count";
        if (std::istringstream(read_line(counter)) >> count) total = total.value_or(0) + count;
    }
    return total;
}

class ProcProbe final : public SystemProbe {
  public:
    ProcProbe(const Clock& clock, std::filesystem::path state)
        : clock_(clock), state_(std::move(state)) {
        cpu_ = read_cpu();
        traffic_ = read_traffic(main_interface());
        at_ = clock_.steady();
    }

    SystemFigures read() override {
        SystemFigures out;
        const CpuTimes cpu = read_cpu();
        if (cpu.total > cpu_.total)
            out.cpu_percent = 100.0 * static_cast<double>(cpu.busy - cpu_.busy) /
                              static_cast<double>(cpu.total - cpu_.total);
        cpu_ = cpu;
        std::istringstream(read_line("/proc/loadavg")) >> out.load1;
        out.cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
        read_memory(out);
        struct statvfs disk {};
        if (::statvfs(state_.c_str(), &disk) == 0) {
            out.disk_total_bytes = static_cast<std::int64_t>(disk.f_blocks * disk.f_frsize);
            out.disk_used_bytes =
                out.disk_total_bytes - static_cast<std::int64_t>(disk.f_bfree * disk.f_frsize);
        }
        out.temp_c = read_temperature();
        out.clock_synced = clock_is_synced();
        if (const auto throttles = read_throttles()) {
            out.throttled = throttles_ && *throttles > *throttles_;
            throttles_ = throttles;
        }
        read_network(out);
        double uptime = 0;
        std::istringstream(read_line("/proc/uptime")) >> uptime;
        out.uptime_s = static_cast<std::int64_t>(uptime);
        out.boot_id = read_line("/proc/sys/kernel/random/boot_id");
        out.model = read_line("/sys/class/dmi/id/product_name");
        if (out.model.empty()) out.model = read_line("/proc/device-tree/model");
        if (out.model.empty()) out.model = "generic";
        struct utsname name {};
        ::uname(&name);
        out.arch = std::string(name.machine) == "aarch64" ? "arm64" : "amd64";
        return out;
    }

  private:
    void read_network(SystemFigures& out) {
        out.network_interface = main_interface();
        const Traffic traffic = read_traffic(out.network_interface);
        const SteadyTime now = clock_.steady();
        const double ms = static_cast<double>(now.ns - at_.ns) / 1e6;
        if (ms > 0) {  // bits in a millisecond are kilobits in a second
            out.rx_kbps = std::max(0.0, static_cast<double>(traffic.rx - traffic_.rx) * 8 / ms);
            out.tx_kbps = std::max(0.0, static_cast<double>(traffic.tx - traffic_.tx) * 8 / ms);
        }
        traffic_ = traffic;
        at_ = now;
    }

    const Clock& clock_;
    std::filesystem::path state_;
    CpuTimes cpu_;
    std::optional<std::int64_t> throttles_;
    Traffic traffic_;
    SteadyTime at_;
};

}  // namespace

std::unique_ptr<SystemProbe> make_system_probe(const Clock& clock, std::filesystem::path state) {
    return std::make_unique<ProcProbe>(clock, std::move(state));
}

std::set<std::string> own_addresses() {
    std::set<std::string> out;
    struct ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return out;
    for (const auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr) continue;
        char text[INET6_ADDRSTRLEN] = {};
        if (entry->ifa_addr->sa_family == AF_INET)
            ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr,
                        text, sizeof text);
        else if (entry->ifa_addr->sa_family == AF_INET6)
            ::inet_ntop(AF_INET6,
                        &reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr)->sin6_addr, text,
                        sizeof text);
        if (text[0] != 0) out.insert(text);
    }
    ::freeifaddrs(list);
    return out;
}

std::string local_timezone() {
    if (const std::string named = read_line("/etc/timezone"); !named.empty()) return named;
    std::error_code failed;
    const std::string target = std::filesystem::read_symlink("/etc/localtime", failed).string();
    const auto at = target.find("zoneinfo/");
    return at == std::string::npos ? "UTC" : target.substr(at + 9);
}

std::string tzdata_version() {
    for (const char* path : {"/usr/share/zoneinfo/+VERSION", "/usr/share/zoneinfo/tzdata.zi"}) {
        std::string line = read_line(path);
        if (line.starts_with("# version ")) line = line.substr(10);
        if (!line.empty()) return line;
    }
    return {};
}

bool clock_is_synced() {
    struct timex state {};
    return ::adjtimex(&state) != TIME_ERROR;
}

std::string find_serial(const std::string& given) {
    if (!given.empty()) return given;
    if (const std::string set = read_line("/etc/vistter/serial"); !set.empty()) return set;
    const std::string dmi = read_line("/sys/class/dmi/id/product_serial");
    if (!dmi.empty() && dmi != "None" && dmi != "Not Specified" &&
        dmi.find("O.E.M.") == std::string::npos)
        return dmi;
    const std::string machine = read_line("/etc/machine-id");
    return "VS-" + crypto::sha256_hex("vistter-serial:" + machine).substr(0, 12);
}

}  // namespace vistter::appliance
