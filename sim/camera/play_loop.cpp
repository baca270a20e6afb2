// Encodes the loop with the programme's own encoder and keeps it in a file if asked to.
#include "sim/camera/play_loop.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>

#include <fmt/format.h>

#include "base/file.hpp"
#include "media/encoder.hpp"

namespace vistter::sim {
namespace {

// Changes whenever pictures or encoding change, so that an old cache is not played.
constexpr int cache_version = 1;
constexpr std::uint64_t largest_cache = 64 * 1024 * 1024;

std::filesystem::path cache_file(const TestPictureSettings& s, const std::filesystem::path& cache) {
    return cache / fmt::format("camera-v{}-{}-{}-{}x{}-{}-{}-{}.loop", cache_version, s.camera_id,
                               s.source, s.width, s.height, s.loop_frames, s.rate_num, s.rate_den);
}

void put(std::string& out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(value >> shift));
}

void put(std::string& out, const Bytes& bytes) {
    put(out, static_cast<std::uint32_t>(bytes.size()));
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

bool take(std::string_view& in, std::uint32_t& value) {
    if (in.size() < 4) return false;
    value = 0;
    for (int i = 0; i < 4; ++i)
        value |= std::uint32_t{static_cast<unsigned char>(in[i])} << (8 * i);
    in.remove_prefix(4);
    return true;
}

bool take(std::string_view& in, Bytes& bytes) {
    std::uint32_t size = 0;
    if (!take(in, size) || in.size() < size) return false;
    bytes.assign(in.begin(), in.begin() + size);
    in.remove_prefix(size);
    return true;
}

void save(const PlayLoop& loop, const std::filesystem::path& file) {
    std::string out;
    put(out, loop.codec_data);
    for (const LoopUnit& unit : loop.units) {
        put(out, unit.keyframe ? 1u : 0u);
        put(out, unit.data);
    }
    std::error_code problem;
    std::filesystem::create_directories(file.parent_path(), problem);
    // A cache that cannot be written costs only the next start's time.
    [[maybe_unused]] Status written = write_file(file, out, 0600);
}

bool load(PlayLoop& loop, const std::filesystem::path& file, int frames) {
    Result<std::string> content = read_file(file, largest_cache);
    if (!content) return false;
    std::string_view in = *content;
    if (!take(in, loop.codec_data)) return false;
    while (!in.empty()) {
        std::uint32_t keyframe = 0;
        LoopUnit unit;
        if (!take(in, keyframe) || !take(in, unit.data)) return false;
        unit.keyframe = keyframe != 0;
        loop.units.push_back(std::move(unit));
    }
    return loop.units.size() == static_cast<std::size_t>(frames) && loop.units.front().keyframe;
}

Result<PlayLoop> encode(const TestPictureSettings& s) {
    PlayLoop loop;
    std::mutex mutex;
    std::string problem;
    media::EncoderSettings settings;
    settings.width = s.width;
    settings.height = s.height;
    settings.rate_num = s.rate_num;
    settings.rate_den = s.rate_den;
    settings.video_bitrate_kbps =
        std::max(800, static_cast<int>(std::int64_t{s.width} * s.height * 4000 / (1280 * 720)));
    settings.keyframe_interval_s = 1;
    auto opened = media::open_encoder(
        settings,
        [&](const media::CodecInfo& info) {
            std::lock_guard lock(mutex);
            loop.codec_data = info.video_codec_data;
        },
        [&](media::EncodedUnit unit) {
            std::lock_guard lock(mutex);
            if (unit.video)
                loop.units.push_back({.keyframe = unit.keyframe, .data = std::move(unit.data)});
        },
        [&](Error error) {
            std::lock_guard lock(mutex);
            problem = describe(error);
        });
    if (!opened) return opened.error();
    TestPicture picture(s);
    const int half_second = std::max(1, s.rate_num / (2 * s.rate_den));
    for (int number = 0; number < s.loop_frames; ++number) {
        picture.draw(number, (*opened)->begin_frame());
        if (number % half_second == 0) (*opened)->request_keyframe();
        (*opened)->end_frame(number);
    }
    (*opened)->finish();
    std::lock_guard lock(mutex);
    if (!problem.empty()) return fail(ErrorCode::STR_ENCODER, problem);
    if (loop.units.size() != static_cast<std::size_t>(s.loop_frames)) {
        return fail(ErrorCode::STR_ENCODER, "the loop has lost frames");
    }
    return loop;
}

}  // namespace

Result<PlayLoop> make_test_loop(const TestPictureSettings& settings,
                                const std::filesystem::path& cache) {
    PlayLoop cached;
    if (!cache.empty() && load(cached, cache_file(settings, cache), settings.loop_frames))
        return cached;
    Result<PlayLoop> loop = encode(settings);
    if (loop && !cache.empty()) save(*loop, cache_file(settings, cache));
    return loop;
}

}  // namespace vistter::sim
