// Stage 8: the document put together, and judged by the public schema and the target's limits.
#include <algorithm>
#include <charconv>

#include "contract/validate.hpp"
#include "ocl/compile/stages.hpp"
#include "ocl/compile/walk.hpp"

namespace vistter::ocl {
namespace {

using contract::AuthoredLayer;
using Origins = std::vector<std::pair<std::string, std::string>>;

contract::Layer assembled_layer(const AuthoredLayer& authored, const std::string& at,
                                Origins& origins) {
    origins.emplace_back(at, authored.at);
    contract::Layer layer = authored.ocl;
    for (const contract::AuthoredTrack& track : authored.tracks) {
        const std::string track_at = at + "/tracks/" + std::to_string(layer.tracks.size());
        origins.emplace_back(track_at, track.at);
        for (std::size_t i = 0; i < track.keys.size(); ++i) {
            origins.emplace_back(track_at + "/keyframes/" + std::to_string(i), track.keys[i].at);
        }
        layer.tracks.push_back(track.track);
    }
    for (const AuthoredLayer& child : authored.layers) {
        const std::string child_at = at + "/layers/" + std::to_string(layer.layers.size());
        layer.layers.push_back(assembled_layer(child, child_at, origins));
    }
    return layer;
}

// What OCL calls by another name, back in the author's word.
std::string author_rest(std::string rest) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> words{
        {{"/in_ms", "/in"},
         {"/out_ms", "/out"},
         {"/t_ms", "/t"},
         {"/duration_ms", "/duration"},
         {"/intro_ms", "/intro"},
         {"/outro_ms", "/outro"},
         {"/body_end_ms", "/body_end"},
         {"/authored_rate", "/rate"}}};
    for (const auto& [ocl, author] : words) {
        if (rest.ends_with(ocl)) rest.replace(rest.size() - ocl.size(), ocl.size(), author);
    }
    return rest;
}

std::string origin_of_ocl(const Origins& origins, std::string_view pointer) {
    const std::pair<std::string, std::string>* best = nullptr;
    for (const auto& origin : origins) {
        const bool above =
            pointer.starts_with(origin.first) &&
            (pointer.size() == origin.first.size() || pointer[origin.first.size()] == '/');
        if (above && (!best || origin.first.size() > best->first.size())) best = &origin;
    }
    if (!best) return author_rest(std::string(pointer));
    return best->second + author_rest(std::string(pointer.substr(best->first.size())));
}

struct Sizes {
    std::int64_t layers = 0, tracks = 0, keys = 0, all_keys = 0, depth = 0;
};

void measure(const std::vector<contract::Layer>& layers, std::int64_t depth, Sizes& sizes) {
    sizes.depth = std::max(sizes.depth, depth);
    for (const contract::Layer& layer : layers) {
        ++sizes.layers;
        sizes.tracks = std::max(sizes.tracks, static_cast<std::int64_t>(layer.tracks.size()));
        for (const contract::PropertyTrack& track : layer.tracks) {
            const auto keys = static_cast<std::int64_t>(track.keyframes.size());
            sizes.keys = std::max(sizes.keys, keys);
            sizes.all_keys += keys;
        }
        measure(layer.layers, depth + 1, sizes);
    }
}

class Limits {
  public:
    Limits(const contract::CompileTarget& target, Report& report)
        : target_(target), report_(report) {}

    void check(const char* name, std::int64_t count, const std::string& at) {
        const auto limit = target_.limits.find(name);
        if (limit == target_.limits.end() || count <= limit->second) return;
        const std::string who = target_.name.empty() ? "the target" : target_.name;
        report_.error(ErrorCode::OCL_LIMIT, at,
                      std::to_string(count) + " for " + name + ", where " + who + " takes " +
                          std::to_string(limit->second) + ".");
    }

  private:
    const contract::CompileTarget& target_;
    Report& report_;
};

void check_limits(const Assembled& assembled, std::string_view text,
                  const contract::CompileTarget& target, Report& report) {
    const contract::OverlayDocument& document = assembled.document;
    const auto count = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
    Limits limits(target, report);
    limits.check("document_bytes", count(text), "");
    limits.check("scenes", count(document.scenes), "/scenes");
    limits.check("tokens", count(document.tokens), "/tokens");
    std::int64_t fonts = 0;
    for (const auto& [key, asset] : document.assets) {
        fonts += asset.media_type.starts_with("font/") ? 1 : 0;
        limits.check("image_side", std::max(asset.width, asset.height), "/assets/" + key);
        limits.check("asset_bytes", asset.size_bytes, "/assets/" + key);
    }
    limits.check("fonts", fonts, "/assets");
    Sizes all;
    for (std::size_t i = 0; i < document.scenes.size(); ++i) {
        Sizes scene;
        measure(document.scenes[i].layers, 0, scene);
        const std::string at =
            origin_of_ocl(assembled.origins, "/scenes/" + std::to_string(i)) + "/layers";
        limits.check("layers_per_scene", scene.layers, at);
        limits.check("group_depth", scene.depth, at);
        limits.check("tracks_per_layer", scene.tracks, at);
        limits.check("keys_per_track", scene.keys, at);
        all.all_keys += scene.all_keys;
    }
    limits.check("keys_per_document", all.all_keys, "/scenes");
}

bool reads_ocl_1(const contract::CompileTarget& target) {
    return std::any_of(target.versions.begin(), target.versions.end(),
                       [](const std::string& version) { return version.starts_with("1."); });
}

}  // namespace

Assembled assemble(const contract::AuthoredDocument& authored) {
    Assembled made{authored.ocl, {}};
    for (const contract::AuthoredScene& scene : authored.scenes) {
        const std::string at = "/scenes/" + std::to_string(made.document.scenes.size());
        made.origins.emplace_back(at, scene.at);
        contract::Scene out = scene.ocl;
        for (const AuthoredLayer& layer : scene.layers) {
            const std::string layer_at = at + "/layers/" + std::to_string(out.layers.size());
            out.layers.push_back(assembled_layer(layer, layer_at, made.origins));
        }
        made.document.scenes.push_back(std::move(out));
    }
    return made;
}

void check_target(const Assembled& assembled, std::string_view text,
                  const contract::CompileTarget& target, Report& report) {
    if (!reads_ocl_1(target)) {
        report.error(ErrorCode::OCL_VERSION, "",
                     (target.name.empty() ? "The target" : target.name) +
                         " reads no OCL 1.x; this compiler writes 1.0.");
    }
    const contract::OverlayVerdict verdict = contract::validate_overlay(text);
    const auto tell = [&](const contract::Finding& finding, Severity severity) {
        report.issues().push_back({severity, finding.code,
                                   origin_of_ocl(assembled.origins, finding.pointer),
                                   finding.pointer, finding.reason});
    };
    for (const contract::Finding& finding : verdict.faults) tell(finding, Severity::error);
    for (const contract::Finding& finding : verdict.warnings) tell(finding, Severity::warning);
    check_limits(assembled, text, target, report);
    // The stages speak of the author's places; the document's are added where they are known.
    for (Issue& issue : report.issues()) {
        if (!issue.ocl.empty()) continue;
        std::size_t best = 0;
        for (const auto& [ocl, authoring] : assembled.origins) {
            const bool above = issue.authoring.starts_with(authoring) &&
                               (issue.authoring.size() == authoring.size() ||
                                issue.authoring[authoring.size()] == '/');
            if (!above || (authoring.size() <= best && !issue.ocl.empty())) continue;
            best = authoring.size();
            issue.ocl = ocl;
        }
    }
}

}  // namespace vistter::ocl
