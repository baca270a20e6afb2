// vistter-grade-air: what a recording holds, frame by frame, and whether no frame is missing or
// doubled.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <iostream>

#include "sim/grader/recording.hpp"

namespace vistter::sim {
namespace {

namespace json = boost::json;

struct Options {
    std::string file, save;
    bool frames = false;
    std::int64_t from = -1, to = -1, picture = -1;
    std::vector<std::string> sources, probes;
};

struct SourceRange {
    std::int64_t from = 0, to = 0;
    int source = 0;
};

json::object to_json(const ObservedFrame& seen) {
    json::object line{{"index", seen.index}, {"pts_ns", seen.pts_ns}};
    if (seen.output_frame) line["output_frame"] = *seen.output_frame;
    if (seen.camera)
        line["camera"] =
            json::object{{"source", seen.camera->source}, {"frame", seen.camera->frame}};
    json::array patches;
    for (const Patch& patch : seen.patches)
        patches.push_back(json::array{patch.y, patch.u, patch.v});
    if (!patches.empty()) line["patches"] = std::move(patches);
    return line;
}

json::object to_json(const Verdict& v) {
    json::array faults;
    for (const std::string& fault : v.faults) faults.push_back(json::value(fault));
    return {{"ok", v.ok},
            {"frames_graded", v.frames_graded},
            {"first", v.first},
            {"last", v.last},
            {"missing", v.missing},
            {"doubled", v.doubled},
            {"backwards", v.backwards},
            {"unreadable", v.unreadable},
            {"wrong_source_frames", v.wrong_source_frames},
            {"overlay_wrong_frames", v.overlay_wrong_frames},
            {"cuts", v.cuts},
            {"faults", std::move(faults)}};
}

// Writes the luma plane as PGM, to look at.
void save_picture(const Options& options) {
    auto recording = open_recording(options.file);
    if (!recording) return;
    for (std::int64_t index = 0; index <= options.picture; ++index) {
        auto seen = (*recording)->next({});
        if (!seen || !*seen) return;
    }
    const media::Frame& f = (*recording)->picture();
    std::ofstream out(options.save, std::ios::binary);
    out << "P5\n" << f.width << ' ' << f.height << "\n255\n";
    out.write(reinterpret_cast<const char*>(f.y()),
              static_cast<std::streamsize>(f.width) * f.height);
}

bool read_options(const Options& options, std::vector<SourceRange>& ranges,
                  std::vector<Marker>& markers) {
    for (const std::string& text : options.sources) {
        SourceRange range;
        long long from = 0, to = 0;
        if (std::sscanf(text.c_str(), "%lld..%lld=%d", &from, &to, &range.source) != 3)
            return false;
        range.from = from;
        range.to = to;
        ranges.push_back(range);
    }
    for (const std::string& text : options.probes) {
        Marker marker{.name = text, .rect = {}};
        Rect& r = marker.rect;
        if (std::sscanf(text.c_str(), "%d,%d,%d,%d", &r.x, &r.y, &r.width, &r.height) != 4)
            return false;
        markers.push_back(std::move(marker));
    }
    return true;
}

int run(int argc, char** argv) {
    Options options;
    CLI::App app{"Reads the strips of a recording and grades it"};
    app.add_option("file", options.file, "a .flv, .ts or .mp4 recording")->required();
    app.add_flag("--frames", options.frames, "one JSON line a frame before the verdict");
    app.add_option("--from", options.from,
                   "first output frame to grade (default: the recording's first)");
    app.add_option("--to", options.to,
                   "last output frame to grade (default: the recording's last)");
    app.add_option("--source", options.sources,
                   "FROM..TO=N: output frames that must show camera N (repeatable)");
    app.add_option("--probe", options.probes,
                   "X,Y,W,H: measure this rectangle in every frame (repeatable)");
    app.add_option("--picture", options.picture, "save this recorded frame's luma with --save");
    app.add_option("--save", options.save, "PGM file for --picture");
    CLI11_PARSE(app, argc, argv);
    std::vector<SourceRange> ranges;
    GradeRequest request;
    if (!read_options(options, ranges, request.markers)) {
        std::cerr << "--source is FROM..TO=N, --probe is X,Y,W,H\n";
        return 2;
    }
    auto observed = read_recording(options.file, request.markers);
    if (!observed) {
        std::cerr << describe(observed.error()) << '\n';
        return observed.error().code == ErrorCode::RES_NOT_FOUND ? 5 : 1;
    }
    if (options.picture >= 0) save_picture(options);
    if (options.frames) {
        for (const ObservedFrame& seen : *observed)
            std::cout << json::serialize(to_json(seen)) << '\n';
    }
    auto range = readable_range(*observed).value_or(std::pair<std::int64_t, std::int64_t>{0, -1});
    request.first = options.from >= 0 ? options.from : range.first;
    request.last = options.to >= 0 ? options.to : range.second;
    request.expected = [&ranges](std::int64_t frame) {
        ExpectedFrame expected;
        for (const SourceRange& r : ranges) {
            if (frame >= r.from && frame <= r.to) expected.source = r.source;
        }
        return expected;
    };
    Verdict verdict = grade(request, *observed);
    std::cout << json::serialize(to_json(verdict)) << '\n';
    return verdict.ok ? 0 : 1;
}

}  // namespace
}  // namespace vistter::sim

int main(int argc, char** argv) {
    return vistter::sim::run(argc, argv);
}
