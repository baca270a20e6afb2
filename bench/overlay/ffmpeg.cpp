// Raw pictures in, a filter graph on one thread, raw pictures out; frames 0 to 119, one way.
#include "ffmpeg.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "likeness.hpp"

extern char** environ;

namespace vistter::bench {

namespace {

namespace fs = std::filesystem;

constexpr int shown = Scene::period, looped = 12, pairs = 9;

// User and system milliseconds of a command; nothing if it fails.
std::optional<double> cpu_of(std::vector<std::string> words) {
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    for (const int fd : {0, 1, 2})
        posix_spawn_file_actions_addopen(&quiet, fd, "/dev/null", O_RDWR, 0);
    pid_t child = 0;
    const int failed = posix_spawnp(&child, argv[0], &quiet, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (failed != 0) return std::nullopt;
    int status = 0;
    rusage used{};
    if (wait4(child, &status, 0, &used) != child || status != 0) return std::nullopt;
    const auto ms = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
    };
    return ms(used.ru_utime) + ms(used.ru_stime);
}

class Ffmpeg {
  public:
    Ffmpeg(const Scene& scene, fs::path folder) : scene_(scene), folder_(std::move(folder)) {
        std::ofstream raw(folder_ / "in.yuv", std::ios::binary);
        for (int i = 0; i < looped; ++i) {
            render::OwnedPicture picture(scene.width(), scene.height());
            scene.paint_photo(picture.view(), i % 4);
            raw.write(reinterpret_cast<const char*>(picture.view().y), bytes());
        }
        for (std::size_t i = 0; i < 3; ++i)
            cairo_surface_write_to_png(scene.piece(i).pixels.get(), png(i).c_str());
    }

    std::optional<double> draws(const std::string& out) const { return run(graph(), out); }
    std::optional<double> draws_nothing() const { return run("[0:v]null[out]", "/dev/null"); }
    std::streamsize bytes() const {
        return static_cast<std::streamsize>(scene_.width()) * scene_.height() * 3 / 2;
    }

  private:
    std::string png(std::size_t i) const {
        return folder_ / (std::string(scene_.piece(i).name) + ".png");
    }

    std::optional<double> run(const std::string& graph, const std::string& out) const {
        std::vector<std::string> words{"ffmpeg",
                                       "-nostdin",
                                       "-y",
                                       "-v",
                                       "error",
                                       "-filter_complex_threads",
                                       "1",
                                       "-threads",
                                       "1",
                                       "-stream_loop",
                                       "-1",
                                       "-f",
                                       "rawvideo",
                                       "-pix_fmt",
                                       "yuv420p",
                                       "-s",
                                       fmt::format("{}x{}", scene_.width(), scene_.height()),
                                       "-r",
                                       "30",
                                       "-i",
                                       folder_ / "in.yuv"};
        for (std::size_t i = 0; i < 3; ++i) {
            words.insert(words.end(), {"-threads", "1", "-r", "30", "-i", png(i)});
        }
        words.insert(words.end(), {"-filter_complex", graph, "-map", "[out]", "-frames:v",
                                   std::to_string(shown), "-threads", "1", "-f", "rawvideo", out});
        return cpu_of(std::move(words));
    }

    // Each picture is decoded and converted once; the loops repeat it. Its overlay knows whole
    // chroma samples only, so the text sits up to a pixel off; all else is ours to the rounding.
    std::string graph() const {
        const Place bar = scene_.place(0, 0), bar_end = scene_.place(0, shown);
        const Place logo = scene_.place(1, 0), text = scene_.place(2, 0);
        const Place text_end = scene_.place(2, shown);
        const Piece& words = scene_.piece(2);
        const std::string size =
            fmt::format("({}+({})*n/{})", text.scale, text_end.scale - text.scale, shown);
        // BT.709 as everywhere; the source pictures are sRGB.
        const std::string still =
            "scale=out_color_matrix=bt709:out_range=tv,format=yuva420p,loop=-1:1:0,"
            "setpts=N/30/TB";
        return fmt::format(
            "[1:v]{0},fade=in:0:{1}:alpha=1[bar];[2:v]{0},fade=in:0:{1}:alpha=1[logo];"
            "[3:v]{0},scale=w='2*round({2}*{3}/2)':h='2*round({2}*{4}/2)':eval=frame:"
            "flags=bilinear[text];"
            "[0:v][bar]overlay=x=0:y='{5}+({6})*n/{1}':format=yuv420[a];"
            "[a][logo]overlay=x={7}:y={8}:format=yuv420[b];"
            "[b][text]overlay=x='{9}-w/2':y='{10}-h/2':format=yuv420[out]",
            still, shown, size, words.width, words.height, bar.y, bar_end.y - bar.y, logo.x, logo.y,
            text.x + words.width / 2.0, text.y + words.height / 2.0);
    }

    const Scene& scene_;
    fs::path folder_;
};

double lowest_likeness(const Scene& scene, render::OverlayRenderer& ours, const fs::path& theirs,
                       std::streamsize bytes) {
    std::ifstream file(theirs, std::ios::binary);
    double lowest = 99;
    for (const int n : {1, 30, 75, 118}) {
        render::OwnedPicture drawn(scene.width(), scene.height());
        scene.paint_photo(drawn.view(), n % looped % 4);
        ours.draw(drawn.view(), "main", {n, {}}, {30, 1}, {});
        std::vector<std::uint8_t> other(static_cast<std::size_t>(bytes));
        file.seekg(bytes * n);
        file.read(reinterpret_cast<char*>(other.data()), bytes);
        lowest = std::min(lowest, likeness(drawn.view().y, other.data(), other.size()));
    }
    return lowest;
}

}  // namespace

std::optional<Rival> measure_ffmpeg(const Scene& scene, render::OverlayRenderer& ours) {
    std::string name = fs::temp_directory_path() / "vistter-bench-XXXXXX";
    if (!mkdtemp(name.data())) return std::nullopt;
    const fs::path folder = name;
    const Ffmpeg ffmpeg(scene, folder);
    std::optional<Rival> rival;
    if (ffmpeg.draws(folder / "out.yuv")) {
        rival = Rival{0, lowest_likeness(scene, ours, folder / "out.yuv", ffmpeg.bytes())};
        std::vector<double> times;
        for (int round = 0; round < pairs; ++round) {
            const auto with = ffmpeg.draws("/dev/null"), without = ffmpeg.draws_nothing();
            if (with && without) times.push_back((*with - *without) / shown);
        }
        std::sort(times.begin(), times.end());
        if (!times.empty()) rival->ms = times[times.size() / 2];
    }
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    return rival;
}

}  // namespace vistter::bench
