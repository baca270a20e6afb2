// bench_media: CPU a frame of everything GStreamer does for us at 720p30, beside the cost of
// copying one picture.
#include <sys/resource.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "kit/event_count.hpp"
#include "kit/temporary_folder.hpp"
#include "media/camera_input.hpp"
#include "media/encoder.hpp"
#include "media/muxer.hpp"
#include "sim/kit/child_process.hpp"
#include "sim/kit/nginx_rtmp.hpp"

namespace vistter {
namespace {

constexpr int width = 1280, height = 720, decoded_frames = 300, encoded_frames = 600;
constexpr std::size_t picture_bytes = std::size_t{width} * height * 3 / 2;

// CPU time of this whole process so far, in milliseconds.
double own_cpu_ms() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

double cpu_ms_of(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string field;
    double ticks = 0;
    for (int i = 1; i <= 15 && stat >> field; ++i) {
        if (i >= 14) ticks += std::stod(field);
    }
    return ticks * 1e3 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void print(const char* what, double ms, double floor_ms) {
    std::printf("%-44s %7.3f ms CPU a frame %7.1f x\n", what, ms, ms / floor_ms);
}

double copy_floor(const std::vector<media::FramePtr>& pictures) {
    std::vector<std::uint8_t> target(picture_bytes);
    double before = own_cpu_ms();
    for (int i = 0; i < encoded_frames; ++i) {
        std::memcpy(target.data(), pictures[i % pictures.size()]->bytes.data(), picture_bytes);
    }
    return (own_cpu_ms() - before) / encoded_frames;
}

struct Encoded {
    media::CodecInfo codec;
    std::vector<media::EncodedUnit> units;
};

double encode(const std::vector<media::FramePtr>& pictures, const std::string& preset,
              Encoded& encoded) {
    media::EncoderSettings settings;
    settings.preset = preset;
    auto encoder = media::open_encoder(
        settings, [&](const media::CodecInfo& info) { encoded.codec = info; },
        [&](media::EncodedUnit unit) { encoded.units.push_back(std::move(unit)); },
        [](const Error&) {});
    if (!encoder) return 0;
    double before = own_cpu_ms();
    for (int frame = 0; frame < encoded_frames; ++frame) {
        std::memcpy((*encoder)->begin_frame(), pictures[frame % pictures.size()]->bytes.data(),
                    picture_bytes);
        (*encoder)->end_frame(frame);
    }
    (*encoder)->finish();
    return (own_cpu_ms() - before) / encoded_frames;
}

double send(const Encoded& encoded, const std::string& kind, const std::string& location) {
    media::SinkSettings settings;
    settings.kind = kind;
    settings.location = location;
    settings.codec = encoded.codec;
    settings.width = width;
    settings.height = height;
    double before = own_cpu_ms();
    auto sink = media::open_sink(settings, [](const Error&) {});
    if (!sink) return 0;
    std::int64_t frames = 0;
    for (const media::EncodedUnit& unit : encoded.units) {
        frames += (*sink)->push(unit) && unit.video ? 1 : 0;
    }
    (*sink)->finish(10'000);
    return frames == 0 ? 0 : (own_cpu_ms() - before) / static_cast<double>(frames);
}

int run(const std::filesystem::path& programs) {
    kit::TemporaryFolder folder;
    auto camera_process =
        sim::ChildProcess::start({.argv = {(programs / "vistter-camera-sim").string(), "--camera",
                                           "bench=1", "--width", "1280", "--height", "720"},
                                  .log_file = (folder / "camera.log").string(),
                                  .extra_environment = {}});
    auto line = camera_process ? camera_process->read_line(60'000)
                               : Result<std::string>(camera_process.error());
    if (!line) return std::fprintf(stderr, "%s\n", describe(line.error()).c_str()), 1;
    std::size_t at = line->find("rtsp://");
    const std::string url = line->substr(at, line->find('"', at) - at);

    std::vector<media::FramePtr> pictures;
    kit::EventCount event;
    auto camera = media::open_camera(url, width, height, [&] { event.ring(); });
    event.wait(60, [&] {
        media::FramePtr newest = camera->newest();
        if (newest && (pictures.empty() || pictures.back()->number != newest->number))
            pictures.push_back(newest);
        return pictures.size() >= 60;
    });
    if (pictures.size() < 60) return std::fprintf(stderr, "the camera gives no pictures\n"), 1;
    double camera_before = cpu_ms_of(camera_process->pid()), decode_before = own_cpu_ms();
    std::int64_t first = camera->status().frames;
    event.wait(60, [&] { return camera->status().frames >= first + decoded_frames; });
    double decode_ms = (own_cpu_ms() - decode_before) / decoded_frames;
    double camera_ms = (cpu_ms_of(camera_process->pid()) - camera_before) / decoded_frames;
    camera.reset();
    camera_process->stop(5'000);

    double floor_ms = copy_floor(pictures);
    print("copying one picture (the floor)", floor_ms, floor_ms);
    print("a simulated camera, one client", camera_ms, floor_ms);
    print("a camera input: RTSP, decode, copy", decode_ms, floor_ms);
    Encoded encoded;
    print("the encoder: x264 superfast and silent AAC", encode(pictures, "superfast", encoded),
          floor_ms);
    print("a file destination (.ts)", send(encoded, "file", (folder / "bench.ts").string()),
          floor_ms);
    auto server = sim::RtmpServer::start({.folder = folder / "rtmp"});
    if (server) print("an RTMP destination", send(encoded, "rtmp", server->url("bench")), floor_ms);
    return 0;
}

}  // namespace
}  // namespace vistter

int main(int, char** argv) {
    vistter::log::open("bench_media", vistter::log::Level::warning);
    std::error_code ignored;
    auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
    return vistter::run((self.empty() ? std::filesystem::path(argv[0]) : self).parent_path());
}
