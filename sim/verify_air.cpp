// vistter-verify-air: judges a recording of a show by the very plan that ran it. For each output
// frame of the run the plan says which camera and which overlays; the recording's strips and
// markers say what was there. One JSON line; exit 0 only if right.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <map>

#include "base/file.hpp"
#include "contract/messages.hpp"
#include "ocl/evaluate.hpp"
#include "sim/grader/recording.hpp"
#include "timeline/plan.hpp"

namespace vistter::sim {
namespace {

namespace json = boost::json;

struct Options {
    std::string recording, load, markers, rate = "30/1";
    std::int64_t start_frame = 0, end_frame = 0, run_frame = 0;
    std::vector<std::string> cameras;  // camera_id=strip number
};

// A marker layer of an overlay: its place in the picture and where its visibility comes from.
struct MarkerSource {
    Marker marker;
    std::string overlay_id, scene_id, layer_id;
    contract::OverlayDocument document;
};

struct Show {
    timeline::Plan plan;
    std::vector<MarkerSource> markers;
    std::map<std::string, int> sources;
    ocl::Rate rate;
    std::int64_t start_frame = 0, run_frame = 0;
};

Result<ocl::Rate> read_rate(const std::string& text) {
    long long num = 0, den = 0;
    if (std::sscanf(text.c_str(), "%lld/%lld", &num, &den) != 2 || num <= 0 || den <= 0) {
        return fail(ErrorCode::VAL_RANGE,
                    fmt::format("{} is no rate; write num/den, e.g. 30/1", text));
    }
    return ocl::Rate{num, den};
}

// The markers are opaque white: nearly full luma, no colour.
Marker white_marker(const json::value& entry, int width, int height) {
    const json::array& rect = entry.at("rect").as_array();
    const json::array& canvas = entry.at("canvas").as_array();
    auto scaled = [&](std::size_t at, int full, std::size_t side) {
        return static_cast<int>(rect.at(at).to_number<std::int64_t>() * full /
                                canvas.at(side).to_number<std::int64_t>());
    };
    Marker marker;
    marker.name = std::string(entry.at("overlay_id").as_string());
    marker.rect = {scaled(0, width, 0), scaled(1, height, 1), scaled(2, width, 0),
                   scaled(3, height, 1)};
    marker.y_min = 215;
    marker.u_min = marker.v_min = 112;
    marker.u_max = marker.v_max = 144;
    return marker;
}

Result<std::vector<MarkerSource>> read_markers(const std::string& file,
                                               const contract::TimelineDocument& document,
                                               int width, int height) {
    auto text = read_file(file, 65'536);
    if (!text.ok()) return text.error();
    std::vector<MarkerSource> found;
    const json::value entries = json::parse(text.value());
    for (const json::value& entry : entries.as_array()) {
        MarkerSource source;
        source.marker = white_marker(entry, width, height);
        source.overlay_id = source.marker.name;
        source.scene_id = std::string(entry.at("scene_id").as_string());
        source.layer_id = std::string(entry.at("layer_id").as_string());
        for (const contract::OverlayRef& overlay : document.overlays) {
            if (overlay.overlay_id == source.overlay_id && overlay.ocl)
                source.document = *overlay.ocl;
        }
        found.push_back(std::move(source));
    }
    return found;
}

bool marker_visible(const Show& show, const MarkerSource& source,
                    const timeline::FrameState& state) {
    for (const timeline::OverlayOnAir& overlay : state.overlays) {
        if (overlay.overlay_id != source.overlay_id || overlay.scene_id != source.scene_id)
            continue;
        auto scene = ocl::evaluate(source.document, source.scene_id, overlay.clock, show.rate,
                                   show.plan.uses().at(overlay.use).tokens);
        if (!scene.ok() || scene->finished) continue;
        for (const ocl::LayerState& layer : scene->layers) {
            if (layer.layer_id == source.layer_id && layer.visible && layer.opacity > 0.5)
                return true;
        }
    }
    return false;
}

ExpectedFrame expected_at(const Show& show, std::int64_t output_frame) {
    timeline::FrameState state = show.plan.at(output_frame - show.start_frame + show.run_frame);
    ExpectedFrame expected;
    const bool mixing = state.outgoing && state.mix_num < state.mix_den;
    const auto source = show.sources.find(std::string(state.program.id));
    if (!mixing && state.program.kind == timeline::VideoSource::Kind::camera &&
        source != show.sources.end()) {
        expected.source = source->second;
    }
    for (const MarkerSource& marker : show.markers)
        expected.visible.push_back(marker_visible(show, marker, state));
    return expected;
}

Result<Show> read_show(const Options& options, int width, int height) {
    auto rate = read_rate(options.rate);
    if (!rate.ok()) return rate.error();
    auto text = read_file(options.load, 4'194'304);
    if (!text.ok()) return text.error();
    auto load = contract::parse_timeline_load(text.value());
    if (!load.ok()) return load.error();
    auto plan = timeline::Plan::compile(load->document, *rate);
    if (!plan.ok()) return plan.error();
    auto markers = read_markers(options.markers, load->document, width, height);
    if (!markers.ok()) return markers.error();
    Show show{std::move(plan).value(), std::move(markers).value(), {}, *rate,
              options.start_frame,     options.run_frame};
    for (const std::string& camera : options.cameras) {
        const std::size_t equals = camera.rfind('=');
        if (equals == std::string::npos)
            return fail(ErrorCode::VAL_SCHEMA, "--camera wants camera_id=strip number");
        show.sources[camera.substr(0, equals)] = std::atoi(camera.c_str() + equals + 1);
    }
    return show;
}

// First and last output frame to grade: the run, as far as the recording holds it.
std::pair<std::int64_t, std::int64_t> range_of(const Options& options,
                                               const std::vector<ObservedFrame>& seen) {
    std::pair<std::int64_t, std::int64_t> range{options.start_frame, options.end_frame - 1};
    if (auto readable = readable_range(seen)) {
        range.first = std::max(range.first, readable->first);
        if (options.end_frame == 0) range.second = readable->second;
    }
    return range;
}

json::object to_json(const Verdict& verdict, bool cameras_checked) {
    json::array faults;
    for (const std::string& fault : verdict.faults) faults.push_back(json::value(fault));
    return {{"ok", verdict.ok},
            {"frames_graded", verdict.frames_graded},
            {"first", verdict.first},
            {"last", verdict.last},
            {"missing", verdict.missing},
            {"doubled", verdict.doubled},
            {"backwards", verdict.backwards},
            {"unreadable", verdict.unreadable},
            {"wrong_source", verdict.wrong_source_frames},
            {"wrong_overlay", verdict.overlay_wrong_frames},
            {"cuts", verdict.cuts},
            {"overlay_edges", verdict.overlay_edges},
            {"cameras_checked", cameras_checked},
            {"faults", std::move(faults)}};
}

Result<Verdict> judge(const Options& options) {
    auto size = open_recording(options.recording);
    if (!size.ok()) return size.error();
    auto first = (*size)->next({});
    if (!first.ok()) return first.error();
    const int width = (*size)->picture().width, height = (*size)->picture().height;
    auto show = read_show(options, width, height);
    if (!show.ok()) return show.error();
    GradeRequest request;
    for (const MarkerSource& source : show->markers) request.markers.push_back(source.marker);
    auto seen = read_recording(options.recording, request.markers);
    if (!seen.ok()) return seen.error();
    std::tie(request.first, request.last) = range_of(options, *seen);
    request.expected = [&](std::int64_t output_frame) { return expected_at(*show, output_frame); };
    return grade(request, *seen);
}

int run(int argc, char** argv) {
    Options options;
    CLI::App app{"Judges a recording of a show by the plan that ran it"};
    app.add_option("--recording", options.recording, "what the server recorded (.flv, .ts, .mp4)")
        ->required();
    app.add_option("--load", options.load, "the TIMELINE_LOAD body that was sent")->required();
    app.add_option("--markers", options.markers, "where the overlays' markers are")->required();
    app.add_option("--start-frame", options.start_frame, "output frame of the run's start")
        ->required();
    app.add_option("--end-frame", options.end_frame,
                   "first output frame after the run (default: to the end)");
    app.add_option("--run-frame", options.run_frame, "run frame at the start frame");
    app.add_option("--rate", options.rate, "output rate num/den");
    app.add_option("--camera", options.cameras,
                   "camera_id=strip number (repeatable); others are not checked");
    CLI11_PARSE(app, argc, argv);
    auto verdict = judge(options);
    if (!verdict.ok()) {
        std::cerr << "vistter-verify-air: " << describe(verdict.error()) << std::endl;
        return 1;
    }
    std::cout << json::serialize(to_json(*verdict, !options.cameras.empty())) << std::endl;
    return verdict->ok ? 0 : 1;
}

}  // namespace
}  // namespace vistter::sim

int main(int argc, char** argv) {
    return vistter::sim::run(argc, argv);
}
