// What a broker needs of Studio while both run.
#include "studio/app/broker_link.hpp"

#include <sys/types.h>

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>

#include "base/file.hpp"
#include "base/log.hpp"
#include "net/broker_config.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::uint64_t list_limit = 32u << 20, pid_limit = 32;

// A number in an old file may be another program's by now, which SIGHUP would end.
Status reload(const std::filesystem::path& pid_file) {
    const auto text = read_file(pid_file, pid_limit);
    if (!text) return text.error();
    pid_t pid = 0;
    std::from_chars(text->data(), text->data() + text->size(), pid);
    const auto name = read_file(fmt::format("/proc/{}/comm", pid), pid_limit);
    if (pid <= 1 || !name || !name->starts_with("mosquitto"))
        return fail(ErrorCode::RES_NOT_FOUND,
                    fmt::format("{} names no running mosquitto", pid_file.string()));
    if (::kill(pid, SIGHUP) == 0) return ok();
    return fail(ErrorCode::SYS_INTERNAL, fmt::format("mosquitto {} cannot be told to reload: {}",
                                                     pid, std::strerror(errno)));
}

}  // namespace

void BrokerLink::connect(const AcceptPipe& accept) {
    if (options_.broker_url.empty()) return;
    BrokerOptions broker;
    broker.url = options_.broker_url;
    broker.tls.root_pem = trust_.client_roots_pem();
    for (const std::string& pin : trust_.trust_bundle().pins)
        broker.tls.pins.push_back(from_hex(pin).value_or(Bytes()));
    const TlsFiles identity = trust_.client_identity(net::broker_studio_name);
    broker.tls.identity = {identity.certificate_pem, identity.key_pem};
    broker_ = open_broker(loop_, machine_random(), devices_, std::move(broker), accept);
}

std::optional<BrokerView> BrokerLink::view() const {
    if (!broker_) return std::nullopt;
    const BrokerStatus status = broker_->status();
    const std::int64_t now = machine_clock().wall().ms;
    const bool ends_soon =
        status.certificate_ends && status.certificate_ends->ms - now < broker_warning_days * day_ms;
    return BrokerView{options_.broker_url,     status.connected, status.since, status.last_error,
                      status.certificate_ends, ends_soon,        status.pipes};
}

void BrokerLink::check_certificate() const {
    const auto seen = view();
    if (!seen || !seen->certificate_ends_soon) return;
    log::warning("the broker's certificate ends at {}; run `vistter broker-config` again",
                 format_rfc3339(*seen->certificate_ends));
}

void BrokerLink::keep_revocations(const std::vector<std::string>& revoked) {
    const auto written = trust_.keep_revocations(revoked);
    if (!written) return log::error("{}", describe(written.error()));
    if (!*written || options_.broker_crl.empty()) return;
    if (const Status given = hand_over(); !given)
        log::error("the broker does not know what is revoked: {}", describe(given.error()));
}

Status BrokerLink::hand_over() const {
    const auto lists = read_file(trust_.revocations_file(), list_limit);
    if (!lists) return lists.error();
    if (Status kept = write_file(options_.broker_crl, *lists, 0600); !kept) return kept;
    if (options_.broker_pid_file.empty()) return ok();
    if (Status told = reload(options_.broker_pid_file); !told) return told;
    log::info("the broker was told to read {}", options_.broker_crl.string());
    return ok();
}

}  // namespace vistter::studio
