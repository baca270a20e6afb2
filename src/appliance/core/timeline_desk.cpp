// The way of a timeline document from command to ready.
#include "appliance/core/timeline_desk.hpp"

#include <algorithm>

#include "appliance/core/fingerprint.hpp"
#include "appliance/core/load_rules.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t progress_every_ns = 500'000'000;  // contract B.9: at most two a second

std::string lane_of(const std::string& timeline_id) {
    return "timeline:load:" + timeline_id;
}

std::string document_name(const std::string& timeline_id, std::int64_t revision) {
    return timeline_id + "-" + std::to_string(revision) + ".json";
}

std::string ready_result(const StoredTimeline& timeline) {
    return contract::ObjectWriter()
        .text("timeline_id", timeline.timeline_id)
        .integer("revision", timeline.revision)
        .text("state", "ready")
        .text("doc_sha256", timeline.doc_sha256)
        .str();
}

std::vector<std::string> cue_ids_of(const contract::TimelineDocument& document) {
    std::vector<std::string> ids;
    for (const auto& segment : document.segments)
        for (const auto& track : segment.tracks)
            for (const auto& cue : track.cues) ids.push_back(cue.cue_id);
    return ids;
}

Error precondition(std::int64_t expected, std::int64_t current) {
    Error error = fail_at(ErrorCode::STA_PRECONDITION, "/preconditions/current_revision",
                          "The appliance holds revision " + std::to_string(current) + ".");
    error.details[0].expected = std::to_string(expected);
    error.details[0].actual = std::to_string(current);
    return error;
}

}  // namespace

Decision TimelineDesk::decide(const contract::TimelineLoad& command, const contract::Envelope&) {
    if (command.activation != "stage" && command.activation != "replace_when_idle")
        return rejected(unsupported("/activation", command.activation, "stage, replace_when_idle"));
    if (command.segment_version != "1.0")
        return rejected(fail_at(ErrorCode::VER_UNSUPPORTED, "/segment_version",
                                "This appliance reads segments 1.0."));
    const auto held = shop_.timelines.find(command.timeline_id);
    const std::int64_t current = held ? held->revision : 0;
    if (command.expected_revision && *command.expected_revision != current)
        return rejected(precondition(*command.expected_revision, current));
    const std::string sha256 = shop_.library.sha256_hex(fingerprint_text(command));
    if (held && command.revision == current && held->doc_sha256 == sha256)
        return completed(lane_of(command.timeline_id), ready_result(*held));
    if (command.revision <= current)
        return rejected(fail_at(ErrorCode::TML_REVISION, "/revision",
                                "The appliance holds revision " + std::to_string(current) +
                                    " with another content; send a higher revision."));
    Faults faults;
    judge_load(command, shop_, faults);
    if (!faults.none()) return rejected(faults.error());
    if (command.dry_run) return would_do(lane_of(command.timeline_id));
    return accepted(lane_of(command.timeline_id));
}

void TimelineDesk::run(const contract::TimelineLoad& command, const contract::Envelope& envelope) {
    const std::string& id = envelope.message_id;
    if (loading_.contains(id)) return;
    shop_.reports.begin(id);
    const std::string sha256 = shop_.library.sha256_hex(fingerprint_text(command));
    const auto held = shop_.timelines.find(command.timeline_id, command.revision);
    if (held && held->doc_sha256 == sha256) return shop_.reports.succeeded(id, ready_result(*held));
    Loading& loading = loading_[id];
    loading.load = command;
    loading.command_id = id;
    loading.correlation_id = envelope.correlation_id;
    loading.body = envelope.body;
    loading.result.doc_sha256 = sha256;
    progress(loading, "queued");
    auto missing = missing_assets(command, shop_.library);
    if (missing.empty()) return fetched(id);
    fetch(loading, std::move(missing));
}

void TimelineDesk::progress(Loading& loading, std::string state) {
    loading.state = state;
    loading.last_progress = shop_.clock.steady();
    ProgressNote note;
    note.state = std::move(state);
    if (loading.bytes_total > 0) {
        note.percent = 100.0 * static_cast<double>(loading.bytes_done) /
                       static_cast<double>(loading.bytes_total);
        note.bytes_done = loading.bytes_done;
        note.bytes_total = loading.bytes_total;
    }
    shop_.reports.progress(loading.command_id, note);
}

void TimelineDesk::fetch(Loading& loading, std::vector<contract::AssetEntry> missing) {
    for (const auto& asset : missing) loading.bytes_total += asset.size_bytes;
    progress(loading, "downloading");
    const std::string id = loading.command_id;
    DownloadEvents events;
    events.progress = [this, id](std::int64_t done) { on_bytes(id, done); };
    events.cached = [this](const contract::AssetEntry& asset) {
        contract::ObjectWriter context;
        context.text("asset_id", asset.asset_id)
            .text("sha256", asset.sha256)
            .integer("bytes", asset.size_bytes);
        shop_.reports.event("asset.cached", context);
    };
    events.failed = [this, id](const contract::AssetEntry& asset, const Error& why) {
        contract::ObjectWriter context;
        context.text("asset_id", asset.asset_id)
            .text("sha256", asset.sha256)
            .integer("bytes", asset.size_bytes);
        shop_.reports.event("asset.fetch_failed", context.text("error", describe(why)));
        const auto found = loading_.find(id);
        if (found != loading_.end() && asset.required && !found->second.lost_asset)
            found->second.lost_asset = why;
    };
    events.finished = [this, id] { fetched(id); };
    shop_.downloads.fetch(id, std::move(missing), std::move(events));
}

void TimelineDesk::on_bytes(const std::string& command_id, std::int64_t done) {
    const auto found = loading_.find(command_id);
    if (found == loading_.end()) return;
    Loading& loading = found->second;
    loading.bytes_done = std::min(done, loading.bytes_total);
    if (shop_.clock.steady().ns - loading.last_progress.ns >= progress_every_ns)
        progress(loading, "downloading");
}

void TimelineDesk::fetched(const std::string& command_id) {
    const auto found = loading_.find(command_id);
    if (found == loading_.end()) return;
    Loading& loading = found->second;
    if (loading.lost_asset) return give_up(command_id, *loading.lost_asset);
    loading.bytes_done = loading.bytes_total;
    progress(loading, "validating");
    // Cameras may have gone while assets came in; a document that no longer fits must not become
    // ready.
    Faults faults;
    judge_load(loading.load, shop_, faults);
    if (!faults.none()) return give_up(command_id, faults.error());
    prepare(loading);
}

void TimelineDesk::prepare(Loading& loading) {
    progress(loading, "preparing");
    StoredTimeline& result = loading.result;
    result.timeline_id = loading.load.timeline_id;
    result.revision = loading.load.revision;
    result.name = loading.load.document.name;
    result.body = loading.body;
    result.body_sha256 = shop_.library.sha256_hex(loading.body);
    const auto path = shop_.library.keep_document(
        document_name(result.timeline_id, result.revision), loading.body);
    if (!path) return give_up(loading.command_id, path.error());
    if (!shop_.settings.picture) return finish(loading.command_id);
    show_to_program(
        result);  // on_show() goes on; while the programme is away, program_ready() asks again
}

void TimelineDesk::show_to_program(const StoredTimeline& timeline) {
    if (!shop_.program.ready()) return;
    const std::string name = document_name(timeline.timeline_id, timeline.revision);
    shop_.program.load_show(timeline, shop_.library.document_path(name),
                            shop_.library.assets_folder());
}

void TimelineDesk::on_show(const ShowReport& report) {
    const auto found = std::find_if(loading_.begin(), loading_.end(), [&](const auto& entry) {
        const Loading& loading = entry.second;
        return loading.state == "preparing" && loading.result.timeline_id == report.timeline_id &&
               loading.result.revision == report.revision;
    });
    if (found == loading_.end()) return;
    if (report.error_code.empty()) return finish(found->first);
    give_up(found->first, fail(error_code_from(report.error_code).value_or(ErrorCode::SYS_INTERNAL),
                               report.error_message));
}

void TimelineDesk::cancelled(const std::string& command_id) {
    if (loading_.erase(command_id) == 0) return;
    shop_.downloads.cancel(command_id);
    ProgressNote note;
    note.state = "cancelled";
    shop_.reports.progress(command_id, note);
}

void TimelineDesk::finish(std::string command_id) {
    Loading loading = std::move(loading_.at(command_id));
    loading_.erase(command_id);
    loading.result.ready_at = shop_.clock.wall();
    shop_.timelines.put(loading.result, loading.load.retain_previous);
    for (const auto& overlay : loading.load.document.overlays) {
        const auto held = shop_.overlays.find(overlay.overlay_id);
        if (held && held->revision > overlay.revision) continue;
        shop_.overlays.put(
            {overlay.overlay_id, overlay.revision, overlay.doc_sha256, overlay.ocl_text});
    }
    contract::ObjectWriter context;
    context.text("timeline_id", loading.result.timeline_id)
        .text("from", "loaded")
        .text("to", "ready");
    context.integer("revision", loading.result.revision);
    shop_.reports.event("timeline.state", context, loading.correlation_id);
    shop_.reports.succeeded(command_id, ready_result(loading.result));
}

void TimelineDesk::give_up(std::string command_id, Error why) {
    const Loading loading = std::move(loading_.at(command_id));
    loading_.erase(command_id);
    contract::ObjectWriter context;
    context.text("timeline_id", loading.load.timeline_id)
        .text("from", "loading")
        .text("to", "invalid");
    context.integer("revision", loading.load.revision).text("reason", to_string(why.code));
    shop_.reports.event("timeline.state", context, loading.correlation_id);
    shop_.reports.failed(command_id, why);
}

void TimelineDesk::program_ready() {
    for (const StoredTimeline& listed : shop_.timelines.all()) {
        const auto timeline = shop_.timelines.find(listed.timeline_id);
        if (!timeline) continue;
        // The file is written again if it went missing; its content is in the database.
        const std::string name = document_name(timeline->timeline_id, timeline->revision);
        if (shop_.library.keep_document(name, timeline->body)) show_to_program(*timeline);
    }
    for (const StoredRun& run : shop_.runs.live()) {
        const auto timeline = shop_.timelines.find(run.timeline_id, run.revision);
        const auto newest = shop_.timelines.find(run.timeline_id);
        if (timeline && newest && newest->revision != timeline->revision)
            show_to_program(*timeline);
    }
    for (const auto& [id, loading] : loading_) {
        if (loading.state == "preparing") show_to_program(loading.result);
    }
}

Result<const ReadyShow*> TimelineDesk::find(const std::string& timeline_id,
                                            std::optional<std::int64_t> revision) {
    const auto stored =
        revision ? shop_.timelines.find(timeline_id, *revision) : shop_.timelines.find(timeline_id);
    if (!stored) {
        const bool coming = std::any_of(loading_.begin(), loading_.end(), [&](const auto& entry) {
            return entry.second.load.timeline_id == timeline_id;
        });
        if (coming)
            return fail_at(ErrorCode::STA_NOT_READY, "/timeline_id",
                           "The timeline is still loading; wait for its PROGRESS.");
        if (revision && shop_.timelines.find(timeline_id))
            return fail_at(ErrorCode::RES_NOT_FOUND, "/revision",
                           "The appliance does not hold this revision.");
        return fail_at(ErrorCode::RES_NOT_FOUND, "/timeline_id",
                       "The appliance holds no such timeline; load it first.");
    }
    const auto key = std::make_pair(stored->timeline_id, stored->revision);
    if (const auto found = ready_.find(key); found != ready_.end()) return &found->second;
    const auto load = contract::parse_timeline_load(stored->body);
    if (!load) return load.error();
    const auto& programme = shop_.settings.programme;
    auto plan = timeline::Plan::compile(load->document, {programme.rate_num, programme.rate_den});
    if (!plan) return plan.error();
    const auto [at, added] =
        ready_.emplace(key, ReadyShow{*stored, *std::move(plan), cue_ids_of(load->document)});
    return &at->second;
}

std::vector<TimelineView> TimelineDesk::view() {
    std::vector<TimelineView> out;
    for (const StoredTimeline& timeline : shop_.timelines.all())
        out.push_back({timeline.timeline_id, timeline.name, "ready", timeline.doc_sha256,
                       timeline.revision, 100});
    for (const auto& [id, loading] : loading_) {
        const double percent = loading.bytes_total == 0
                                   ? 100.0
                                   : 100.0 * static_cast<double>(loading.bytes_done) /
                                         static_cast<double>(loading.bytes_total);
        out.push_back({loading.load.timeline_id, loading.load.document.name, "loading",
                       loading.result.doc_sha256, loading.load.revision, percent});
    }
    return out;
}

}  // namespace vistter::appliance
