// The keeper's turns.
#include "appliance/adapters/processes/output_keeper.hpp"

#include <csignal>

#include "base/log.hpp"
#include "crypto/digest.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t healthy_after_ns = 30'000'000'000;
constexpr std::int64_t end_limit_ns = 3'000'000'000;

}  // namespace

std::string OutputKeeper::stem(const std::string& stream_id, const std::string& destination_id) {
    return "out-" + crypto::sha256_hex(stream_id + "|" + destination_id).substr(0, 16);
}

OutputKeeper::OutputKeeper(async::Loop& loop, const Clock& clock, Random& random,
                           const OutputsOptions& options, OutputSpec spec,
                           const std::function<void(const OutputReport&)>& report)
    : loop_(loop),
      clock_(clock),
      random_(random),
      options_(options),
      spec_(std::move(spec)),
      report_(report) {}

std::filesystem::path OutputKeeper::file(const char* extension) const {
    return options_.run_dir / (stem(spec_.stream_id, spec_.destination_id) + extension);
}

void OutputKeeper::start() {
    wanted_ = true;
    told_stopped_ = false;
    last_ = {};
    look();
}

void OutputKeeper::end(std::int64_t drain_ms) {
    wanted_ = false;
    told_stopped_ = false;
    drain_ms_ = drain_ms;
    kill_at_ = {clock_.steady().ns + drain_ms * 1'000'000 + end_limit_ns};
    if (link_) link_->send(ipc::StopOutput{drain_ms});
    look();
}

// Connects if it listens; otherwise starts it, not more often than the back-off allows; ends what
// must not be.
void OutputKeeper::look() {
    child_runs_ = child_.running();
    if (!wanted_ && told_stopped_) return;
    if (!link_) {
        auto link = IpcLink::connect(
            loop_, file(".sock"), {[this](const ipc::Message& m) { take(m); }, [this] { lost(); }});
        if (link) {
            link_ = *std::move(link);
            up_since_ = clock_.steady();
            if (!wanted_) link_->send(ipc::StopOutput{drain_ms_});
        }
    }
    if (wanted_) {
        if (!link_ && !child_runs_ && clock_.steady().ns >= not_before_.ns) spawn();
        return;
    }
    if (!link_ && !child_runs_) return tell_stopped();
    if (clock_.steady().ns < kill_at_.ns) return;
    log::warning("Output {} did not end in time and is killed", spec_.destination_id);
    if (link_ && link_->peer_pid() > 0) ::kill(link_->peer_pid(), SIGKILL);
    child_.kill(SIGKILL);
}

void OutputKeeper::spawn() {
    not_before_ = {clock_.steady().ns + backoff_.next_ms(random_) * 1'000'000};
    // A destination's address holds its stream key: it goes through a pipe, never over the command
    // line or a disk.
    const std::string config = "stream_id=" + spec_.stream_id +
                               "\ndestination_id=" + spec_.destination_id + "\nkind=" + spec_.kind +
                               "\nlocation=" + spec_.location + "\n";
    auto child = Child::start(options_.executable,
                              {"--socket", file(".sock").string(), "--media-socket",
                               options_.media_socket.string(), "--config", "/dev/stdin"},
                              file(".log"), config);
    if (!child) return log::error("{}", child.error().message);
    child_ = *child;
    child_runs_ = true;
    log::info("Started output {} of {}, pid {}", spec_.destination_id, spec_.stream_id,
              child_.pid());
}

void OutputKeeper::take(const ipc::Message& message) {
    const auto* s = std::get_if<ipc::OutputStatus>(&message);
    if (s == nullptr || told_stopped_) return;
    last_ = {s->stream_id,     s->destination_id, s->state,       s->error_code,
             s->error_message, s->attempt,        s->reconnects,  s->bytes,
             s->frames,        s->frames_dropped, s->first_frame, s->uptime_ms};
    last_.stream_id = spec_.stream_id;
    last_.destination_id = spec_.destination_id;
    if (last_.state == "stopped") return;  // said once, when the process is gone
    report_(last_);
}

void OutputKeeper::lost() {
    link_.reset();
    if (clock_.steady().ns - up_since_.ns > healthy_after_ns) backoff_.reset();
    // A failed output has said so and may go; any other death of a wanted output is a loss to be
    // told.
    if (wanted_ && last_.state != "failed") {
        log::warning("Output {} of {} is gone", spec_.destination_id, spec_.stream_id);
        last_.stream_id = spec_.stream_id;
        last_.destination_id = spec_.destination_id;
        const bool had_media = last_.state == "live" || last_.state == "reconnecting";
        last_.state = had_media ? "reconnecting" : "starting";
        report_(last_);
    }
    look();
}

void OutputKeeper::tell_stopped() {
    if (std::exchange(told_stopped_, true)) return;
    last_.stream_id = spec_.stream_id;
    last_.destination_id = spec_.destination_id;
    last_.state = "stopped";
    last_.error_code.clear();
    last_.error_message.clear();
    loop_.post([report = report_, last = last_] { report(last); });
}

}  // namespace vistter::appliance
