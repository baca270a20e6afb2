// The core's ports in memory: what was stored, what was ordered, what was reported. For decision
// tests only; the real adapters have their own tests on real files, databases and processes.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "appliance/core/appliance.hpp"
#include "crypto/digest.hpp"

namespace vistter::appliance::test {

struct MemoryConfig final : ConfigStore {
    Config config;
    Config load() override { return config; }
    void save(const Config& next) override { config = next; }
};

struct MemoryCameras final : CameraStore {
    std::map<std::string, Camera> rows;
    std::vector<Camera> all() override {
        std::vector<Camera> out;
        for (const auto& [id, camera] : rows) out.push_back(camera);
        return out;
    }
    std::optional<Camera> find(const std::string& id) override {
        const auto found = rows.find(id);
        return found == rows.end() ? std::nullopt : std::optional(found->second);
    }
    void put(const Camera& camera) override { rows[camera.camera_id] = camera; }
    void remove(const std::string& id) override { rows.erase(id); }
};

struct MemoryTimelines final : TimelineStore {
    std::map<std::pair<std::string, std::int64_t>, StoredTimeline> rows;
    std::vector<StoredTimeline> all() override {
        std::map<std::string, StoredTimeline> newest;
        for (const auto& [key, row] : rows) newest[key.first] = row;
        std::vector<StoredTimeline> out;
        for (const auto& [id, row] : newest) out.push_back(row);
        return out;
    }
    std::optional<StoredTimeline> find(const std::string& id) override {
        std::optional<StoredTimeline> best;
        for (const auto& [key, row] : rows)
            if (key.first == id) best = row;
        return best;
    }
    std::optional<StoredTimeline> find(const std::string& id, std::int64_t revision) override {
        const auto found = rows.find({id, revision});
        return found == rows.end() ? std::nullopt : std::optional(found->second);
    }
    void put(const StoredTimeline& row, bool) override {
        rows[{row.timeline_id, row.revision}] = row;
    }
};

struct MemoryOverlays final : OverlayStore {
    std::map<std::string, StoredOverlay> rows;
    std::map<std::string, OverlayClaim> held;
    std::vector<StoredOverlay> all() override {
        std::vector<StoredOverlay> out;
        for (const auto& [id, row] : rows) out.push_back(row);
        return out;
    }
    std::optional<StoredOverlay> find(const std::string& id) override {
        const auto found = rows.find(id);
        return found == rows.end() ? std::nullopt : std::optional(found->second);
    }
    void put(const StoredOverlay& row) override { rows[row.overlay_id] = row; }
    void remove(const std::string& id) override { rows.erase(id); }
    std::vector<OverlayClaim> claims() override {
        std::vector<OverlayClaim> out;
        for (const auto& [slot, claim] : held) out.push_back(claim);
        return out;
    }
    void put_claim(const OverlayClaim& claim) override { held[claim.slot] = claim; }
    void remove_claim(const std::string& slot) override { held.erase(slot); }
};

struct MemoryRuns final : RunStore {
    std::vector<StoredRun> rows;
    std::vector<StoredRun> live() override {
        std::vector<StoredRun> out;
        for (const auto& run : rows)
            if (is_live_run(run.state)) out.push_back(run);
        return out;
    }
    std::vector<StoredRun> newest(int limit) override {
        std::vector<StoredRun> out(rows.rbegin(), rows.rend());
        if (out.size() > static_cast<std::size_t>(limit))
            out.resize(static_cast<std::size_t>(limit));
        return out;
    }
    std::optional<StoredRun> find(const std::string& id) override {
        for (const auto& run : rows)
            if (run.run_id == id) return run;
        return std::nullopt;
    }
    std::optional<StoredRun> find_by_command(const std::string& id) override {
        for (const auto& run : rows)
            if (run.command_id == id) return run;
        return std::nullopt;
    }
    void put(const StoredRun& run) override {
        for (auto& row : rows)
            if (row.run_id == run.run_id) {
                row = run;
                return;
            }
        rows.push_back(run);
    }
};

struct MemoryStreams final : StreamStore {
    std::map<std::string, StoredStream> rows;
    std::vector<StoredStream> all() override {
        std::vector<StoredStream> out;
        for (const auto& [id, row] : rows) out.push_back(row);
        return out;
    }
    std::optional<StoredStream> find(const std::string& id) override {
        const auto found = rows.find(id);
        return found == rows.end() ? std::nullopt : std::optional(found->second);
    }
    void put(const StoredStream& row) override { rows[row.stream_id] = row; }
};

struct MemoryAttempts final : AttemptStore {
    std::map<std::string, int> rows;
    int begin(const std::string& id) override { return ++rows[id]; }
    void forget(const std::string& id) override { rows.erase(id); }
};

struct MemoryLibrary final : Library {
    std::map<std::string, std::int64_t> assets;  // sha256 -> size
    std::map<std::string, std::string> documents;
    std::int64_t free = 10'000'000'000;
    bool broken = false;
    std::string sha256_hex(const std::string& text) override { return crypto::sha256_hex(text); }
    bool has_asset(const std::string& sha, std::int64_t size) override {
        return assets.contains(sha) && assets[sha] == size;
    }
    bool has_asset(const std::string& sha) override { return assets.contains(sha); }
    std::string assets_folder() override { return "/library/assets"; }
    Result<std::string> keep_document(const std::string& name, const std::string& text) override {
        if (broken) return fail(ErrorCode::LIM_STORAGE, "no room");
        documents[name] = text;
        return "/library/" + name;
    }
    std::string document_path(const std::string& name) override { return "/library/" + name; }
    std::int64_t free_bytes() override { return free; }
    std::string recording_path(const std::string& name) override { return "/recordings/" + name; }
};

struct ManualDownloads final : Downloads {
    std::vector<contract::AssetEntry> asked;
    DownloadEvents events;
    Status verdict = ok();
    std::vector<std::string> cancelled;
    void cancel(const std::string& job) override { cancelled.push_back(job); }
    void fetch(const std::string&, std::vector<contract::AssetEntry> assets,
               DownloadEvents to) override {
        asked = std::move(assets);
        events = std::move(to);
    }
    Status allowed(const std::string&) override { return verdict; }
};

// Writes down every order in one line.
struct RecordingProgram final : ProgramPort {
    std::vector<std::string> orders;
    bool up = true;
    void note(std::string line) {
        if (up) orders.push_back(std::move(line));
    }
    std::vector<std::string> take() { return std::exchange(orders, {}); }
    bool ready() const override { return up; }
    void set_camera(const std::string& id, const std::string& url) override {
        note("camera " + id + " " + url);
    }
    void remove_camera(const std::string& id) override { note("remove " + id); }
    void load_show(const StoredTimeline& t, const std::string& path, const std::string&) override {
        note("load " + t.timeline_id + " " + std::to_string(t.revision) + " " + path);
    }
    void play(const StoredRun& run) override {
        note("play " + run.timeline_id + " at " + std::to_string(run.start_frame) + " from " +
             std::to_string(run.first_run_frame));
    }
    void pause(const std::string&) override { note("pause"); }
    void resume(const std::string&) override { note("resume"); }
    void seek(const std::string&, std::int64_t frame) override {
        note("seek " + std::to_string(frame));
    }
    void stop(const std::string&, const std::string& mode) override { note("stop " + mode); }
    void show_overlay(const OverlayClaim& claim, const StoredOverlay&, const std::string&,
                      const std::string&) override {
        note("show " + claim.overlay_id + " " + claim.scene_id + " " + tokens_json(claim.tokens));
    }
    void set_tokens(const std::string& id, const std::string& tokens) override {
        note("tokens " + id + " " + tokens);
    }
    void hide_overlay(const std::string& id, const std::string& transition) override {
        note("hide " + id + " " + transition);
    }
};

struct RecordingOutputs final : OutputPort {
    std::vector<std::string> orders;
    std::vector<std::string> take() { return std::exchange(orders, {}); }
    void start(const OutputSpec& o) override {
        orders.push_back("start " + o.destination_id + " " + o.kind + " " + o.location);
    }
    void keep_only(const std::vector<OutputSpec>& w) override {
        orders.push_back("keep " + std::to_string(w.size()));
    }
    void stop(const std::string&, const std::string& id, std::int64_t ms) override {
        orders.push_back("stop " + id + " " + std::to_string(ms));
    }
};

struct RecordingRoad final : Reporter {
    struct Said {
        std::string command_id;
        contract::Progress progress;
    };
    std::vector<Said> said;
    std::vector<contract::Event> events;
    void progress(const std::string& id, contract::Progress p) override {
        said.push_back({id, std::move(p)});
    }
    void event(contract::Event e, const std::string&) override { events.push_back(std::move(e)); }
    std::vector<contract::Metrics> measured;
    bool takes_metrics = true;
    bool metrics(contract::Metrics m) override {
        if (takes_metrics) measured.push_back(std::move(m));
        return takes_metrics;
    }
    void state_report(contract::StateReport) override {}
    // "queued downloading succeeded"
    std::string states(const std::string& id) const {
        std::string out;
        for (const auto& one : said)
            if (one.command_id == id) out += (out.empty() ? "" : " ") + one.progress.state;
        return out;
    }
    int count(const std::string& type) const {
        return static_cast<int>(std::count_if(events.begin(), events.end(),
                                              [&](const auto& e) { return e.event_type == type; }));
    }
};

// Keys and slots by name: what was asked, what is in which slot, and a trial the test ends.
struct ScriptedCredentials final : CredentialPort {
    contract::CredentialRefresh current, next;
    CredentialFacts now{"dev_x#1", "dev_x#2", "https://studio", WallTime{1'900'000'000'000}};
    std::vector<std::string> asked;  // in order
    std::optional<Error> unfit, unkept;
    Done trial;  // of prove() or renew_token()
    std::function<void()> waiting;

    static std::string mark(const contract::CredentialRefresh& bundle) {
        return bundle.credential + " " + bundle.certificate + bundle.kid;
    }
    CredentialFacts facts() override { return now; }
    Result<std::string> request(const std::string& credential,
                                const std::string& challenge) override {
        asked.push_back("request " + credential);
        if (unfit) return *unfit;
        return contract::ObjectWriter().text("csr", challenge).str();
    }
    bool is_current(const contract::CredentialRefresh& bundle) override {
        return mark(current) == mark(bundle);
    }
    Status judge(const contract::CredentialRefresh&) override {
        if (unfit) return *unfit;
        return ok();
    }
    Status stage(const contract::CredentialRefresh& bundle) override {
        asked.push_back("stage " + mark(bundle));
        if (unfit) return *unfit;
        next = bundle;
        return ok();
    }
    void prove(std::int64_t, Done done) override {
        asked.push_back("prove");
        trial = std::move(done);
    }
    Status promote() override {
        asked.push_back("promote");
        if (unkept) return *unkept;
        current = next;
        return ok();
    }
    void drop() override { asked.push_back("drop"); }
    void renew_token(Done done) override {
        asked.push_back("renew");
        trial = std::move(done);
    }
    void at(WallTime, std::function<void()> work) override { waiting = std::move(work); }
    std::vector<std::string> take() { return std::exchange(asked, {}); }
};

// Opens what begins with "for-me:"; the rest of it is the secret.
struct MemorySecrets final : SecretPort {
    std::map<std::string, std::string> rows;
    bool locked = false;  // what is kept cannot be read
    Result<std::string> open(const std::string& sealed) override {
        constexpr std::string_view mine = "for-me:";
        if (!sealed.starts_with(mine))
            return fail(ErrorCode::SEC_BAD_SEAL, "sealed to dev_x#9, not to dev_x#2");
        return sealed.substr(mine.size());
    }
    void keep(const std::string& owner, const std::string& secret) override {
        rows[owner] = secret;
    }
    void forget(const std::string& owner) override { rows.erase(owner); }
    bool has(const std::string& owner) override { return rows.contains(owner); }
    Result<std::string> find(const std::string& owner) override {
        if (!rows.contains(owner)) return fail(ErrorCode::RES_NOT_FOUND, "no secret");
        if (locked) return fail(ErrorCode::SEC_BAD_SEAL, "kept by another machine");
        return rows[owner];
    }
};

// The whole core on these ports, with a clock that only the test moves.
struct Bench {
    ManualClock clock{WallTime{1'800'000'000'000}};
    SeededRandom random{20261122};
    MemoryConfig config;
    MemoryCameras cameras;
    MemoryTimelines timelines;
    MemoryOverlays overlays;
    MemoryRuns runs;
    MemoryStreams streams;
    MemoryAttempts attempts;
    MemoryLibrary library;
    ManualDownloads downloads;
    RecordingProgram program;
    RecordingOutputs outputs;
    ScriptedCredentials credentials;
    MemorySecrets secrets;
    RecordingRoad road;
    Reports reports{clock, random, attempts};
    std::unique_ptr<Appliance> appliance;
    int commands = 0;

    explicit Bench(bool picture = true, bool allow_loopback = true) {
        reports.attach(&road);
        start(picture, allow_loopback);
    }
    // Builds the core again on the same stores, as a restarted control process does.
    void start(bool picture = true, bool allow_loopback = true) {
        appliance =
            std::make_unique<Appliance>(Workshop{clock,
                                                 random,
                                                 reports,
                                                 config,
                                                 cameras,
                                                 timelines,
                                                 overlays,
                                                 runs,
                                                 streams,
                                                 library,
                                                 downloads,
                                                 program,
                                                 outputs,
                                                 credentials,
                                                 secrets,
                                                 AddressPolicy(allow_loopback, {"192.0.2.7"}),
                                                 {picture, {}}});
    }
    void tick(std::int64_t frame) { appliance->on_tick({frame, clock.steady(), {30, 1}}); }

    struct Outcome {
        Decision decision;
        std::string id;
        std::string code() const {
            return decision.ack.error ? std::string(to_string(decision.ack.error->code)) : "";
        }
        std::string pointer() const { return decision.ack.error->details.at(0).pointer; }
    };
    // What the road does with a command: decide, then committed or run.
    Outcome send(contract::Body body, std::string body_text = "{}") {
        Command command;
        command.envelope.message_id = "command-" + std::to_string(++commands);
        command.envelope.correlation_id = "flow";
        command.envelope.body = std::move(body_text);
        command.body = std::move(body);
        Outcome out{appliance->decide(command), command.envelope.message_id};
        if (out.decision.run) appliance->run(command);
        if (out.decision.ack.status == "completed") appliance->committed(command);
        return out;
    }
};

inline contract::CameraSpec camera_spec(const std::string& name) {
    contract::CameraSpec spec;
    spec.name = name;
    spec.host = "198.51.100.4";
    spec.path = "/live";
    return spec;
}

}  // namespace vistter::appliance::test
