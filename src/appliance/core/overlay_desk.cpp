// Overlays outside runs.
#include "appliance/core/overlay_desk.hpp"

#include <algorithm>

namespace vistter::appliance {
namespace {

std::string lane_of(const contract::OverlayUpdate& command) {
    return "overlay:" + command.slot;
}

std::string document_name(const StoredOverlay& overlay) {
    return overlay.overlay_id + "-" + overlay.sha256 + ".json";
}

Error not_held() {
    return fail_at(ErrorCode::RES_NOT_FOUND, "/overlay_id",
                   "The appliance holds no such overlay; send it with mode package first.");
}

bool fits(const contract::TokenSpec& spec, const contract::TokenValue& value) {
    if (!value) return true;  // back to the default
    if (spec.type == "number") return std::holds_alternative<double>(*value);
    if (spec.type == "boolean") return std::holds_alternative<bool>(*value);
    return std::holds_alternative<std::string>(*value);
}

std::string held_result(const StoredOverlay& overlay) {
    return contract::ObjectWriter()
        .text("overlay_id", overlay.overlay_id)
        .integer("revision", overlay.revision)
        .text("doc_sha256", overlay.sha256)
        .str();
}

}  // namespace

std::string tokens_json(const std::map<std::string, contract::TokenValue>& tokens) {
    contract::ObjectWriter out;
    for (const auto& [name, value] : tokens) {
        if (!value)
            out.null(name);
        else if (const auto* flag = std::get_if<bool>(&*value))
            out.boolean(name, *flag);
        else if (const auto* number = std::get_if<double>(&*value))
            out.number(name, *number);
        else
            out.text(name, std::get<std::string>(*value));
    }
    return out.str();
}

void judge_tokens(const std::map<std::string, contract::TokenValue>& tokens,
                  const contract::OverlayDocument& document, Faults& faults) {
    for (const auto& [name, value] : tokens) {
        const auto spec = document.tokens.find(name);
        if (spec == document.tokens.end()) {
            faults.add(ErrorCode::OCL_TOKEN, "/tokens/" + name,
                       "The overlay declares no such token.");
        } else if (!fits(spec->second, value)) {
            faults.add(ErrorCode::OCL_TOKEN, "/tokens/" + name,
                       "The overlay declares it as " + spec->second.type + ".");
        }
    }
}

Decision OverlayDesk::decide(const contract::OverlayUpdate& command) {
    if (command.effective != "now")
        return rejected(unsupported("/effective/mode", command.effective, "now"));
    if (command.mode == "package") return package(command);
    if (command.mode == "tokens") return tokens(command);
    if (command.mode == "show") return show(command);
    if (command.mode == "hide") return hide(command);
    if (command.mode == "remove") return remove(command);
    return rejected(unsupported("/mode", command.mode, "package, tokens, show, hide, remove"));
}

Decision OverlayDesk::package(const contract::OverlayUpdate& command) {
    if (command.ocl_package_uri || !command.ocl)
        return rejected(unsupported("/ocl_package_uri", "packages by address",
                                    "a document inline, in the member ocl"));
    Faults faults;
    const std::string sha256 = shop_.library.sha256_hex(command.ocl_text);
    if (command.checksum && *command.checksum != "sha256:" + sha256)
        faults.add(ErrorCode::AST_HASH, "/checksum", "The document does not have this checksum.");
    if (command.ocl->overlay_id != command.overlay_id)
        faults.add(ErrorCode::VAL_REFERENCE, "/ocl/overlay_id",
                   "The document names another overlay than the command.");
    for (const auto& [key, asset] : command.ocl->assets) {
        if (!shop_.library.has_asset(asset.sha256))
            faults.add(ErrorCode::VAL_REFERENCE, "/ocl/assets/" + key,
                       "The library does not hold this asset; a TIMELINE_LOAD brings assets.");
    }
    if (!faults.none()) return rejected(faults.error());
    if (command.dry_run) return would_do(lane_of(command));
    shop_.overlays.put({command.overlay_id, command.ocl->revision, sha256, command.ocl_text});
    return accepted(lane_of(command));
}

Decision OverlayDesk::tokens(const contract::OverlayUpdate& command) {
    const auto overlay = shop_.overlays.find(command.overlay_id);
    if (!overlay) return rejected(not_held());
    const auto document = contract::parse_overlay_document(overlay->ocl_text);
    if (!document) return rejected(document.error());
    Faults faults;
    judge_tokens(command.tokens, *document, faults);
    if (!faults.none()) return rejected(faults.error());
    const auto claim = claim_of(command.overlay_id);
    const bool in_run = std::any_of(on_air_.begin(), on_air_.end(), [&](const auto& shown) {
        return shown.second.overlay_id == command.overlay_id;
    });
    if (!claim && !in_run)
        return rejected(
            fail_at(ErrorCode::STA_TRANSITION, "/overlay_id", "The overlay is not shown."));
    if (command.dry_run) return would_do(lane_of(command));
    if (claim) {
        OverlayClaim changed = *claim;
        for (const auto& [name, value] : command.tokens) changed.tokens[name] = value;
        shop_.overlays.put_claim(changed);
    }
    return completed(lane_of(command), held_result(*overlay));
}

Decision OverlayDesk::show(const contract::OverlayUpdate& command) {
    const auto overlay = shop_.overlays.find(command.overlay_id);
    if (!overlay) return rejected(not_held());
    if (!shop_.settings.picture || !shop_.program.ready())
        return rejected(fail(ErrorCode::STA_NOT_READY,
                             "The picture process is not running; try again in a moment."));
    const auto document = contract::parse_overlay_document(overlay->ocl_text);
    if (!document) return rejected(document.error());
    Faults faults;
    judge_tokens(command.tokens, *document, faults);
    const bool has_scene =
        std::any_of(document->scenes.begin(), document->scenes.end(),
                    [&](const auto& scene) { return scene.scene_id == command.scene_id; });
    if (!has_scene)
        faults.add(ErrorCode::OCL_REFERENCE, "/scene_id", "The overlay has no such scene.");
    if (!faults.none()) return rejected(faults.error());
    if (command.dry_run) return would_do(lane_of(command));
    shop_.overlays.put_claim({command.slot, command.overlay_id, command.scene_id, command.z,
                              command.tokens, command.duration_ms.value_or(-1),
                              shop_.clock.wall()});
    return completed(lane_of(command), held_result(*overlay));
}

Decision OverlayDesk::hide(const contract::OverlayUpdate& command) {
    const auto claim = claim_of(command.overlay_id);
    if (!claim) {
        for (const auto& [slot, shown] : on_air_) {
            if (shown.overlay_id == command.overlay_id)
                return rejected(fail_at(
                    ErrorCode::STA_IN_USE, "/overlay_id",
                    "Run " + shown.run_id + " shows it; stop the run or change its timeline."));
        }
        if (!shop_.overlays.find(command.overlay_id)) return rejected(not_held());
        return rejected(
            fail_at(ErrorCode::STA_TRANSITION, "/overlay_id", "The overlay is not shown."));
    }
    if (command.dry_run) return would_do(lane_of(command));
    shop_.overlays.remove_claim(claim->slot);
    return completed(lane_of(command),
                     contract::ObjectWriter().text("overlay_id", command.overlay_id).str());
}

Decision OverlayDesk::remove(const contract::OverlayUpdate& command) {
    if (!shop_.overlays.find(command.overlay_id)) return rejected(not_held());
    if (claim_of(command.overlay_id))
        return rejected(
            fail_at(ErrorCode::STA_IN_USE, "/overlay_id", "The overlay is shown; hide it first."));
    if (command.dry_run) return would_do(lane_of(command));
    shop_.overlays.remove(command.overlay_id);
    return completed(lane_of(command),
                     contract::ObjectWriter().text("overlay_id", command.overlay_id).str());
}

std::optional<OverlayClaim> OverlayDesk::claim_of(const std::string& overlay_id) {
    for (OverlayClaim& claim : shop_.overlays.claims()) {
        if (claim.overlay_id == overlay_id) return std::move(claim);
    }
    return std::nullopt;
}

void OverlayDesk::run(const contract::OverlayUpdate& command, const contract::Envelope& envelope) {
    shop_.reports.begin(envelope.message_id);
    const auto overlay = shop_.overlays.find(command.overlay_id);
    if (!overlay)  // removed again while this waited for its turn
        return shop_.reports.failed(envelope.message_id, not_held());
    ProgressNote note;
    note.state = "preparing";
    shop_.reports.progress(envelope.message_id, note);
    const auto kept = shop_.library.keep_document(document_name(*overlay), overlay->ocl_text);
    if (!kept) return shop_.reports.failed(envelope.message_id, kept.error());
    shop_.reports.succeeded(envelope.message_id, held_result(*overlay));
}

void OverlayDesk::committed(const contract::OverlayUpdate& command) {
    if (command.dry_run) return;
    if (command.mode == "tokens")
        return shop_.program.set_tokens(command.overlay_id, tokens_json(command.tokens));
    if (command.mode == "hide")
        return shop_.program.hide_overlay(command.overlay_id, command.transition);
    if (command.mode != "show") return;
    if (const auto claim = claim_of(command.overlay_id)) show_to_program(*claim);
}

void OverlayDesk::show_to_program(const OverlayClaim& claim) {
    const auto overlay = shop_.overlays.find(claim.overlay_id);
    if (!overlay) return;
    const auto path = shop_.library.keep_document(document_name(*overlay), overlay->ocl_text);
    if (!path) {
        contract::ObjectWriter context;
        shop_.reports.event(
            "overlay.invalid",
            context.text("overlay_id", claim.overlay_id).text("error", describe(path.error())));
        return;
    }
    shop_.program.show_overlay(claim, *overlay, *path, shop_.library.assets_folder());
}

void OverlayDesk::program_ready() {
    for (const OverlayClaim& claim : shop_.overlays.claims()) {
        const auto shown = on_air_.find(claim.slot);
        if (shown != on_air_.end() && shown->second.overlay_id == claim.overlay_id) continue;
        const bool over =
            claim.duration_ms >= 0 && shop_.clock.wall().ms > claim.shown_at.ms + claim.duration_ms;
        if (over)
            shop_.overlays.remove_claim(claim.slot);
        else
            show_to_program(claim);
    }
}

void OverlayDesk::on_overlay(const OverlayReport& report) {
    const auto held = shop_.overlays.find(report.overlay_id);
    contract::ObjectWriter context;
    context.text("overlay_id", report.overlay_id)
        .text("slot", report.slot)
        .text("run_id", report.run_id);
    context.text("cue_id", report.cue_id).integer("frame", report.output_frame);
    if (held) context.integer("revision", held->revision).text("doc_sha256", held->sha256);
    if (report.state == "shown") {
        on_air_[report.slot] = report;
        const bool adopting =
            !shop_.program.ready();  // what a running programme already shows is no news
        if (!adopting) shop_.reports.event("overlay.shown", context);
    } else if (report.state == "hidden") {
        const auto shown = on_air_.find(report.slot);
        if (shown != on_air_.end() && shown->second.overlay_id == report.overlay_id)
            on_air_.erase(shown);
        for (const OverlayClaim& claim : shop_.overlays.claims()) {  // its duration ran out
            const bool timed = claim.duration_ms >= 0 && report.run_id.empty();
            if (timed && claim.slot == report.slot && claim.overlay_id == report.overlay_id)
                shop_.overlays.remove_claim(claim.slot);
        }
        shop_.reports.event("overlay.hidden", context);
    } else if (report.state == "fallback") {
        shop_.reports.event("overlay.fallback_used",
                            context.text("error", report.error_code + ": " + report.error_message));
    } else if (report.state == "failed") {
        shop_.reports.event("overlay.invalid",
                            context.text("error", report.error_code + ": " + report.error_message));
    }
}

std::vector<OverlayView> OverlayDesk::view() {
    std::vector<OverlayView> out;
    for (const StoredOverlay& overlay : shop_.overlays.all()) {
        OverlayView view{overlay.overlay_id, overlay.sha256, "held", {}, {}, {}, overlay.revision};
        for (const auto& [slot, shown] : on_air_) {
            if (shown.overlay_id != overlay.overlay_id) continue;
            view.state = "shown";
            view.slot = slot;
            view.scene_id = shown.scene_id;
            view.run_id = shown.run_id;
        }
        out.push_back(std::move(view));
    }
    return out;
}

}  // namespace vistter::appliance
