// What the road costs, beside the floor of the same transport (same payload, same TLS, no envelope)
// and of the cryptography. Prints words and one JSON line; the ratios are what may be quoted.
//
//   bench_road [--appliances N] [--rounds N] [--disk FOLDER] [--memory-folder FOLDER] [--part
//   one|many]
//
// `--part` stops after the figures in memory of one command at a time, or of 32 at a time to many
// appliances: what one profiles.
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/log.hpp"
#include "figures.hpp"
#include "kit/temporary_folder.hpp"
#include "sim/fleet/fleet.hpp"
#include "sim/fleet/storm.hpp"

namespace {

using namespace vistter;

struct Options {
    int appliances = 1'000, rounds = 2'000;
    std::string disk = std::filesystem::temp_directory_path().string();
    std::string memory = "/dev/shm";  // where nothing waits for a disk
    std::string part;
};

Options read_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        if (name == "--appliances") options.appliances = std::atoi(argv[i + 1]);
        if (name == "--rounds") options.rounds = std::atoi(argv[i + 1]);
        if (name == "--disk") options.disk = argv[i + 1];
        if (name == "--memory-folder") options.memory = argv[i + 1];
        if (name == "--part") options.part = argv[i + 1];
    }
    return options;
}

void print(const char* what, const bench::Waits& waits) {
    fmt::print("{:<42} p50 {:8.3f} ms   p99 {:8.3f} ms   {:8.0f} a second\n", what, waits.p50_ms,
               waits.p99_ms, waits.per_second);
}

// One command at a time against its floor: two signatures, two checks, one round trip.
int measure_one(const Options& options) {
    const auto sizes = bench::message_sizes();
    const auto crypto = bench::measure_crypto(sizes.command_json);
    const auto echo = bench::measure_echo(1, 1, options.rounds, sizes.command, sizes.ack);
    const auto one = bench::measure_commands(1, 1, options.rounds, options.memory);
    const double floor_ms = echo.p50_ms + 2 * (crypto.sign_us + crypto.verify_us) / 1'000;
    print("echo, 1 connection", echo);
    print("command to durable ACK, 1 at a time, memory", one.waits);
    fmt::print("sign {:.1f} us, verify {:.1f} us; floor {:.3f} ms; ratio {:.2f}; {:.0f} us CPU\n",
               crypto.sign_us, crypto.verify_us, floor_ms, one.waits.p50_ms / floor_ms, one.cpu_us);
    return 0;
}

int measure_many(const Options& options) {
    const auto sizes = bench::message_sizes();
    const auto echoes =
        bench::measure_echo(options.appliances, 32, 4 * options.rounds, sizes.command, sizes.ack);
    const auto many =
        bench::measure_commands(options.appliances, 32, 4 * options.rounds, options.memory);
    print(fmt::format("echo, {} connections, 32 in flight", options.appliances).c_str(), echoes);
    print("commands, as many appliances, memory", many.waits);
    fmt::print("{:.0f} us CPU a command\n", many.cpu_us);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    log::open("bench_road", log::Level::error);
    const Options options = read_options(argc, argv);
    (void)sim::raise_file_limit();
    if (options.part == "one") return measure_one(options);
    if (options.part == "many") return measure_many(options);
    // First, while this process has one thread: it forks.
    const int idle = std::min(options.appliances, 300);
    const auto memory = bench::measure_memory(idle, options.memory);
    const auto sizes = bench::message_sizes();
    const auto crypto = bench::measure_crypto(sizes.command_json);
    const auto echo = bench::measure_echo(1, 1, options.rounds, sizes.command, sizes.ack);
    // One at a time to one appliance; both ends are told not to hold back for the pace (B.12).
    const auto one = bench::measure_commands(1, 1, options.rounds, options.memory);
    const auto synced = bench::measure_commands(1, 1, options.rounds / 4, options.disk);
    const auto echoes =
        bench::measure_echo(options.appliances, 32, 4 * options.rounds, sizes.command, sizes.ack);
    const auto many =
        bench::measure_commands(options.appliances, 32, 4 * options.rounds, options.memory);
    const auto many_synced =
        bench::measure_commands(options.appliances, 32, 4 * options.rounds, options.disk);
    const kit::TemporaryFolder folder(options.memory);
    const auto storm = sim::run_storm(options.appliances, sim::Departure::drained, 500, 180'000,
                                      folder.path().string());

    // A command and its ACK: two signatures, two checks.
    const double crypto_ms = 2 * (crypto.sign_us + crypto.verify_us) / 1'000;
    const double floor_ms = echo.p50_ms + crypto_ms;
    const double ratio = one.waits.p50_ms / floor_ms;
    // Command, ACK, RECEIPT: three signed messages a command.
    const double messages_per_core = 3e6 / many.cpu_us;
    print("echo, 1 connection", echo);
    print("command to durable ACK, 1 at a time, memory", one.waits);
    print("command to durable ACK, 1 at a time, disk", synced.waits);
    print(fmt::format("echo, {} connections, 32 in flight", options.appliances).c_str(), echoes);
    print("commands, as many appliances, memory", many.waits);
    print("commands, as many appliances, disk", many_synced.waits);
    fmt::print("sign {:.1f} us, verify {:.1f} us; floor {:.3f} ms; ratio {:.2f}\n", crypto.sign_us,
               crypto.verify_us, floor_ms, ratio);
    fmt::print("signed messages a second and core: {:.0f}\n", messages_per_core);
    fmt::print(
        "idle appliance at Studio {:.1f} KiB, same transport without one {:.1f} KiB: {:.2f}\n",
        memory.appliance_kb, memory.echo_kb, memory.appliance_kb / memory.echo_kb);
    fmt::print("command {} bytes of JSON, {} signed; ACK {} and {}\n", sizes.command_json,
               sizes.command, sizes.ack_json, sizes.ack);
    fmt::print("storm: {} of {} back in {:.1f} s, peak {:.0f} a second, evenly {:.0f}: {:.2f}\n",
               storm.back, storm.appliances, storm.window_s, storm.peak_per_s, storm.even_per_s,
               storm.peak_per_s / storm.even_per_s);
    fmt::print(
        "{{\"bench\":\"road\",\"echo_p50_ms\":{:.4f},\"echo_p99_ms\":{:.4f},\"crypto_ms\":{:.4f},"
        "\"ack_p50_ms\":{:.4f},\"ack_p99_ms\":{:.4f},\"ack_p50_ratio\":{:.3f},"
        "\"ack_synced_p50_ms\":{:.4f},\"ack_synced_p99_ms\":{:.4f},\"appliances\":{},"
        "\"echo_many_p50_ms\":{:.4f},\"echo_many_p99_ms\":{:.4f},\"ack_many_p50_ms\":{:.4f},"
        "\"ack_many_p99_ms\":{:.4f},\"ack_many_synced_p99_ms\":{:.4f},\"commands_per_s\":{:.0f},"
        "\"commands_synced_per_s\":{:.0f},\"messages_per_core_s\":{:.0f},\"appliance_kb\":{:.1f},"
        "\"echo_kb\":{:.1f},\"memory_ratio\":{:.3f},\"command_bytes\":{},"
        "\"command_json_bytes\":{},"
        "\"storm_peak_ratio\":{:.3f},\"storm_back\":{}}}\n",
        echo.p50_ms, echo.p99_ms, crypto_ms, one.waits.p50_ms, one.waits.p99_ms, ratio,
        synced.waits.p50_ms, synced.waits.p99_ms, options.appliances, echoes.p50_ms, echoes.p99_ms,
        many.waits.p50_ms, many.waits.p99_ms, many_synced.waits.p99_ms, many.waits.per_second,
        many_synced.waits.per_second, messages_per_core, memory.appliance_kb, memory.echo_kb,
        memory.appliance_kb / memory.echo_kb, sizes.command, sizes.command_json,
        storm.peak_per_s / storm.even_per_s, storm.back);
    return 0;
}
