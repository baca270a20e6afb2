// Builds the control process from the ground up: storage, core, adapters, local API, road; then
// runs its loop.
#include "appliance/app/application.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "appliance/adapters/download/downloads.hpp"
#include "appliance/adapters/identity/identity_keeper.hpp"
#include "appliance/adapters/identity/known_time.hpp"
#include "appliance/adapters/identity/setup_code.hpp"
#include "appliance/adapters/library/library.hpp"
#include "appliance/adapters/pairing/pairing.hpp"
#include "appliance/adapters/processes/outputs.hpp"
#include "appliance/adapters/processes/preview.hpp"
#include "appliance/adapters/processes/program.hpp"
#include "appliance/adapters/road/road.hpp"
#include "appliance/adapters/secrets/secrets.hpp"
#include "appliance/adapters/store/salvage.hpp"
#include "appliance/adapters/store/stores.hpp"
#include "appliance/adapters/system/probe.hpp"
#include "appliance/app/credentials.hpp"
#include "appliance/app/forgetting.hpp"
#include "appliance/app/guarded_reports.hpp"
#include "appliance/app/hello.hpp"
#include "appliance/app/identity_guard.hpp"
#include "appliance/app/key_home.hpp"
#include "appliance/app/log_tails.hpp"
#include "appliance/app/pairing_file.hpp"
#include "appliance/app/road_identity.hpp"
#include "appliance/app/telemetry_timer.hpp"
#include "appliance/webapi/local_api.hpp"
#include "appliance/webapi/pair_codec.hpp"
#include "base/file.hpp"
#include "net/server.hpp"

namespace vistter::appliance {
namespace {

constexpr int worker_threads = 4;
constexpr std::size_t waiting_work = 64;
constexpr std::int64_t leave_ms = 200;  // for the answer to an unpairing to leave

// One control process for one state folder: the lock goes with the process, however it ends.
Result<int> lock_state(const std::filesystem::path& state) {
    const int fd = ::open((state / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(ErrorCode::SYS_STORAGE,
                    "Cannot write to " + state.string() + ": " + std::strerror(errno));
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    ::close(fd);
    return fail(ErrorCode::SYS_BUSY, "Another vistter-appliance uses " + state.string() +
                                         "; stop it, or give this one its own --state.");
}

// What Studio may have sealed a secret to: the key in use and the one before it.
std::vector<SealingKey> sealing_keys(const std::optional<Identity>& identity) {
    std::vector<SealingKey> keys;
    if (!identity) return keys;
    if (!identity->sealing_key_pem.empty())
        keys.push_back({identity->granted.sealing_kid, identity->sealing_key_pem});
    if (!identity->former_sealing_key_pem.empty())
        keys.push_back({identity->former_sealing_kid, identity->former_sealing_key_pem});
    return keys;
}

// Everything on disk, opened before anything runs.
struct Storage {
    int lock = -1;
    std::unique_ptr<store::Database> database;
    std::unique_ptr<Library> library;
    std::unique_ptr<ConfigStore> config;
    std::unique_ptr<CameraStore> cameras;
    std::unique_ptr<TimelineStore> timelines;
    std::unique_ptr<OverlayStore> overlays;
    std::unique_ptr<RunStore> runs;
    std::unique_ptr<StreamStore> streams;
    std::filesystem::path damaged;  // a former database that was moved aside; empty: none
    std::vector<std::string> lost_tables;
    std::unique_ptr<AttemptStore> attempts;
    std::unique_ptr<AccountStore> accounts;
    std::unique_ptr<MetricsHistory> metrics;
    std::unique_ptr<SetupCode> setup_code;
    std::unique_ptr<KnownTime> time;
    std::unique_ptr<IdentityKeeper> identity;
};

void make_stores(Storage& storage) {
    storage.config = make_config_store(*storage.database);
    storage.cameras = make_camera_store(*storage.database);
    storage.timelines = make_timeline_store(*storage.database);
    storage.overlays = make_overlay_store(*storage.database);
    storage.runs = make_run_store(*storage.database);
    storage.streams = make_stream_store(*storage.database);
    storage.attempts = make_attempt_store(*storage.database);
    storage.accounts = make_account_store(*storage.database);
    storage.metrics = make_metrics_history(*storage.database);
}

// First what an unpairing promised.
Status open_identity(Storage& storage, const Options& options) {
    const auto home = key_home(options.keys);
    if (!home) return home.error();
    IdentityStore store(options.state, machine_random(), *home);
    if (const Status forgotten = forget_if_promised(options.state, store); !forgotten)
        return forgotten;
    storage.time = std::make_unique<KnownTime>(options.state, machine_clock());
    storage.identity = std::make_unique<IdentityKeeper>(
        std::move(store), [time = storage.time.get()] { return time->now(); });
    return storage.identity->open();
}

Result<Storage> open_storage(const Options& options) {
    Storage storage;
    for (const auto& folder : {options.state, options.run_dir}) {
        if (const Status made = make_private_directory(folder); !made) return made.error();
    }
    const auto lock = lock_state(options.state);
    if (!lock) return lock.error();
    storage.lock = *lock;
    if (const Status opened = open_identity(storage, options); !opened) return opened.error();
    auto salvaged =
        open_or_replace(options.state / "appliance.db", appliance_migrations(), machine_clock());
    if (!salvaged) return salvaged.error();
    storage.database = std::move(salvaged->database);
    storage.damaged = salvaged->aside;
    storage.lost_tables = std::move(salvaged->lost);
    auto library = open_library(options.state);
    if (!library) return library.error();
    storage.library = *std::move(library);
    make_stores(storage);
    auto code =
        open_setup_code(options.state, !storage.accounts->password_hash(), machine_random());
    if (!code) return code.error();
    storage.setup_code = *std::move(code);
    return storage;
}

class ControlProcess final : public Application {
  public:
    ControlProcess(Options options, Storage storage)
        : options_(std::move(options)),
          storage_(std::move(storage)),
          policy_(options_.allow_loopback, own_addresses()),
          probe_(make_system_probe(clock_, options_.state)),
          workers_(std::make_unique<async::WorkerPool>(worker_threads, waiting_work)),
          reports_(clock_, random_, *storage_.attempts) {
        build_picture();
        build_core();
        build_road();
        build_pairing();
        build_local_api();
    }

    ~ControlProcess() override {
        workers_.reset();  // what still runs there points into the members below
        if (storage_.lock >= 0) ::close(storage_.lock);
    }

    Status open() {
        net::ServerOptions server;
        server.address = options_.address;
        server.port = options_.port;
        server.max_body_bytes = 64 * 1024;
        auto listening = net::listen(loop_, server, api_->handler());
        if (!listening) return listening.error();
        server_ = *std::move(listening);
        begin();
        return tell_ready();
    }

    int run() override {
        signals_ = loop_.on_signals({SIGTERM, SIGINT}, [this](int) { stop(); });
        loop_.run();
        return 0;
    }

    std::optional<Options> again() const override { return again_; }

  private:
    void build_picture() {
        const auto media = options_.run_dir / "media.sock";
        if (!options_.picture) {
            no_program_ = make_no_program();
            no_outputs_ = make_no_outputs();
            return;
        }
        program_ = make_program_process(
            loop_, clock_, random_,
            {options_.programs / "vistter-program", options_.run_dir / "program.sock", media,
             options_.run_dir / "program.log", options_.programme, options_.proof_strip});
        outputs_ =
            make_output_processes(loop_, clock_, random_,
                                  {options_.programs / "vistter-output", media, options_.run_dir});
        preview_ = make_preview(loop_, media);
    }

    void build_core() {
        downloads_ = make_downloads(
            loop_, *workers_, random_, policy_, storage_.library->assets_folder(),
            [this] { return asset_source(identity(), storage_.time->floor(), options_.proxy); });
        credentials_ = std::make_unique<Credentials>(loop_, *storage_.identity, *storage_.time,
                                                     [this] { guard_->start_over(); });
        secrets_ = make_secrets(*storage_.database, random_,
                                {options_.state, storage_.identity->home(),
                                 [this] { return sealing_keys(identity()); }});
        ProgramPort& program = program_ ? static_cast<ProgramPort&>(*program_) : *no_program_;
        OutputPort& outputs = outputs_ ? static_cast<OutputPort&>(*outputs_) : *no_outputs_;
        appliance_ = std::make_unique<Appliance>(Workshop{clock_,
                                                          random_,
                                                          reports_,
                                                          *storage_.config,
                                                          *storage_.cameras,
                                                          *storage_.timelines,
                                                          *storage_.overlays,
                                                          *storage_.runs,
                                                          *storage_.streams,
                                                          *storage_.library,
                                                          *downloads_,
                                                          program,
                                                          outputs,
                                                          *credentials_,
                                                          *secrets_,
                                                          policy_,
                                                          {options_.picture, options_.programme}});
        reactions_ = std::make_unique<GuardedReports>(*appliance_);
    }

    void build_road() {
        RoadOptions options;
        options.hello = [this] { return make_hello(*appliance_, *hello_probe_, clock_); };
        options.state_report = [this] { return appliance_->state_report(); };
        options.status_changed = [this] { tell_verdict(); };
        options.session_refused = [this](const std::string& code) { guard_->turned_away(code); };
        options.proxy = options_.proxy;
        hello_probe_ = make_system_probe(clock_, options_.state);
        road_ =
            make_road(loop_, *workers_, *storage_.database, clock_, random_, std::move(options));
        reports_.attach(road_.get());
        credentials_->attach(*road_, *appliance_);
        telemetry_ = std::make_unique<TelemetryTimer>(
            loop_, TelemetryParts{clock_, *appliance_, reports_, *probe_, *storage_.metrics,
                                  [this] { return road_->status(); }});
        guard_ = std::make_unique<IdentityGuard>(
            GuardParts{loop_, *workers_, clock_, random_, policy_, *storage_.identity,
                       *storage_.time, reports_, make_pair_codec(), options_.proxy,
                       options_.state / "expiring-told", [this] { return road_->status(); },
                       [this](const Identity& identity) { return keep_identity(identity); }});
    }

    void build_pairing() {
        const SystemFigures system = probe_->read();
        PairingOptions pairing{
            find_serial(options_.serial),
            system.model,
            system.arch,
            make_pair_codec(),
            options_.proxy,
            storage_.identity->home(),
            [this] { return identity(); },
            [this] { return identity() && identity()->revoked; },
            [this] { return appliance_->on_air().has_value() || any_output_live(); },
            [this](const Identity& identity) { return keep_identity(identity); },
            [this] { return start_over(); }};
        log::info("Serial {}", pairing.serial);
        pairing_ = make_pairing(loop_, *workers_, clock_, random_, policy_, std::move(pairing));
        pairing_file_ =
            std::make_unique<PairingFile>(loop_, random_, *pairing_, options_.pairing_file);
    }

    void build_local_api() {
        api_ = make_local_api(
            LocalServices{loop_, *workers_, clock_, random_, *appliance_, reports_,
                          *storage_.accounts, *storage_.metrics, *storage_.setup_code, *pairing_,
                          preview_.get(), [this] { return link_status(); },
                          [this] { return log_tails(options_.run_dir); }, options_.web});
    }

    const std::optional<Identity>& identity() const { return storage_.identity->current(); }

    Status keep_identity(const Identity& identity) {
        if (const Status kept = storage_.identity->replace(identity); !kept) return kept;
        log::info("Paired: {} of tenant {} at {}", identity.granted.device_id,
                  identity.granted.tenant, identity.studio_url);
        guard_->start_over();
        open_road();
        return ok();
    }

    void open_road() {
        if (identity())
            road_->start(road_identity(*identity(), storage_.time->floor()), *appliance_);
    }

    // What a WELCOME said holds until the next one says otherwise.
    void tell_verdict() {
        const std::string verdict = road_->status().verdict;
        if (!verdict.empty()) appliance_->judged(verdict);
    }

    bool any_output_live() {
        const auto streams = appliance_->streams();
        return std::any_of(streams.begin(), streams.end(), [](const StreamView& stream) {
            return stream.state == StreamState::live;
        });
    }

    // Unpaired: the next life begins with nothing of this one (app/forgetting.hpp). The
    // answer to whoever asked leaves first.
    Status start_over() {
        if (const Status promised = promise_to_forget(options_.state); !promised) return promised;
        again_ = options_;
        again_->port = server_->port();
        again_->ready_fd = -1;
        again_->pairing_file.clear();
        leaving_ = loop_.after(leave_ms, [this] { stop(); });
        return ok();
    }

    // The picture first: it must come back soonest after a restart.
    void begin() {
        guarded("restore", [&] {
            if (outputs_) outputs_->set_listener(*reactions_);
            appliance_->restore();
            if (program_) program_->start(*reactions_);
            contract::ObjectWriter context;
            reports_.event("device.started",
                           context.text("boot_id", probe_->read().boot_id).text("reason", "start"));
        });
        guarded("damage", [&] { tell_damage(); });
        open_road();
        guard_->start();
        telemetry_->start();
        if (!identity()) pairing_file_->start();
    }

    void tell_damage() {
        if (storage_.damaged.empty()) return;
        contract::ObjectWriter context;
        reports_.event(
            "journal.corrupt",
            context.text("table", storage_.damaged.filename().string())
                .integer("quarantined", static_cast<std::int64_t>(storage_.lost_tables.size())));
    }

    LinkStatus link_status() const {
        LinkStatus link = road_->status();
        if (link.since.ms == 0) link.since = started_at_;  // unpaired since we know
        if (identity() && identity()->revoked && link.state != "connected") link.state = "revoked";
        return link;
    }

    Status tell_ready() {
        const std::string url =
            "http://" +
            (options_.address.find(':') == std::string::npos ? options_.address
                                                             : "[" + options_.address + "]") +
            ":" + std::to_string(server_->port());
        const auto code_file = setup_code_file(options_.state);
        if (!storage_.accounts->password_hash()) show_setup_code(url, code_file);
        if (options_.ready_fd < 0) return ok();
        const std::string line = contract::ObjectWriter()
                                     .boolean("ready", true)
                                     .text("url", url)
                                     .text("setup_code_file", code_file.string())
                                     .str() +
                                 "\n";
        if (::write(options_.ready_fd, line.data(), line.size()) !=
            static_cast<ssize_t>(line.size()))
            return fail(ErrorCode::SYS_INTERNAL,
                        "The ready line could not be written to --ready-fd.");
        if (options_.ready_fd > STDERR_FILENO) ::close(options_.ready_fd);
        return ok();
    }

    // On the console only: the log never holds it.
    void show_setup_code(const std::string& url, const std::filesystem::path& file) {
        const auto code = read_file(file, 256);
        if (!code) return log::warning("The setup code in {} cannot be read", file.string());
        std::fprintf(stderr, "Setup code: %s (open %s and enter it)\n",
                     code->substr(0, code->find('\n')).c_str(), url.c_str());
    }

    // Outputs drain while the programme still feeds them; what is wanted stays stored and starts
    // again next time.
    void stop() {
        if (stopping_) return;
        stopping_ = true;
        log::info("Stopping");
        telemetry_->stop();
        guard_->stop();
        guarded("stop", [&] {
            contract::ObjectWriter context;
            reports_.event("device.stopping", context.text("reason", "shutdown"));
            road_->stop("shutdown");
        });
        if (!outputs_) return loop_.stop();
        outputs_->stop_all([this] { program_->shut_down([this] { loop_.stop(); }); });
    }

    Options options_;
    Clock& clock_ = machine_clock();
    const WallTime started_at_ = clock_.wall();
    Random& random_ = machine_random();
    Storage storage_;
    AddressPolicy policy_;
    async::Loop loop_;
    std::unique_ptr<SystemProbe> probe_, hello_probe_;
    std::unique_ptr<async::WorkerPool> workers_;
    Reports reports_;
    std::unique_ptr<ProgramPort> no_program_;
    std::unique_ptr<OutputPort> no_outputs_;
    std::unique_ptr<ProgramProcess> program_;
    std::unique_ptr<OutputProcesses> outputs_;
    std::unique_ptr<Preview> preview_;
    std::unique_ptr<Downloads> downloads_;
    std::unique_ptr<Credentials> credentials_;
    std::unique_ptr<SecretPort> secrets_;
    std::unique_ptr<Appliance> appliance_;
    std::unique_ptr<GuardedReports> reactions_;
    std::unique_ptr<Road> road_;
    std::unique_ptr<TelemetryTimer> telemetry_;
    std::unique_ptr<IdentityGuard> guard_;
    std::unique_ptr<Pairing> pairing_;
    std::unique_ptr<PairingFile> pairing_file_;
    std::unique_ptr<LocalApi> api_;
    std::unique_ptr<net::Server> server_;
    async::Handle signals_, leaving_;
    std::optional<Options> again_;
    bool stopping_ = false;
};

Status port_is_free(const Options& options) {
    async::Loop loop;
    net::ServerOptions server;
    server.address = options.address;
    server.port = options.port;
    const auto listening = net::listen(loop, server, [](const auto&, auto) {});
    if (!listening) return listening.error();
    return ok();
}

}  // namespace

Result<std::unique_ptr<Application>> Application::start(Options options) {
    try {
        // A taken port is found before anything is written.
        if (const Status free = port_is_free(options); !free) return free.error();
        auto storage = open_storage(options);
        if (!storage) return storage.error();
        auto process = std::make_unique<ControlProcess>(std::move(options), *std::move(storage));
        if (const Status opened = process->open(); !opened) return opened.error();
        return std::unique_ptr<Application>(std::move(process));
    } catch (const store::StorageFailure& failure) {
        return failure.error();
    }
}

}  // namespace vistter::appliance
