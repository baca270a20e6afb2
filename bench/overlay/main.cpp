// What overlays cost a frame, beside the floor: the same three moving layers blended by loops
// written by hand, at 1080p and 720p, with the pictures in cache and coming from memory. Nine
// interleaved pairs, medians of user and system time of one thread. Prints words and one JSON line
// for each size; the ratios are what may be quoted.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "ffmpeg.hpp"
#include "floor.hpp"
#include "likeness.hpp"
#include "scene.hpp"

namespace {

using namespace vistter;
using bench::Floor;
using bench::Scene;

constexpr int pairs = 9, frames = 240;

double cpu_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

using Draw = std::function<void(const render::Picture&, int)>;

// Pictures to draw on in turn: one stays in cache, many come from memory.
class Ring {
  public:
    Ring(const Scene& scene, int count) {
        for (int i = 0; i < count; ++i) {
            pictures_.emplace_back(scene.width(), scene.height());
            scene.paint_photo(pictures_.back().view(), i % 4);
        }
    }
    // Milliseconds a frame.
    double run(const Draw& draw) {
        const double start = cpu_ms();
        for (int n = 0; n < frames; ++n)
            draw(pictures_[static_cast<std::size_t>(n) % pictures_.size()].view(), n);
        return (cpu_ms() - start) / frames;
    }

  private:
    std::vector<render::OwnedPicture> pictures_;
};

double median(std::vector<double> values) {
    std::nth_element(values.begin(),
                     values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

// Medians in the order of `contenders`; all of them run once in each round.
std::vector<double> compare(Ring& ring, const std::vector<Draw>& contenders) {
    std::vector<std::vector<double>> times(contenders.size());
    for (int round = 0; round < pairs; ++round) {
        for (std::size_t i = 0; i < contenders.size(); ++i)
            times[i].push_back(ring.run(contenders[i]));
    }
    std::vector<double> medians;
    for (auto& each : times) medians.push_back(median(std::move(each)));
    return medians;
}

// How alike what both draw is, at worst, in decibels.
double likeness_of(const Scene& scene, const Draw& one, const Draw& other) {
    double lowest = 99;
    for (const int n : {0, 17, 60, 119, 200}) {
        render::OwnedPicture a(scene.width(), scene.height()), b(scene.width(), scene.height());
        scene.paint_photo(a.view(), n % 4);
        scene.paint_photo(b.view(), n % 4);
        one(a.view(), n);
        other(b.view(), n);
        const std::size_t size = static_cast<std::size_t>(scene.width()) * scene.height() * 3 / 2;
        lowest = std::min(lowest, bench::likeness(a.view().y, b.view().y, size));
    }
    return lowest;
}

Draw by(render::OverlayRenderer& renderer) {
    return [&renderer, scene = std::string("main")](const render::Picture& picture, int n) {
        renderer.draw(picture, scene, {n, {}}, {30, 1}, {});
    };
}

void print_rival(const char* name, const std::optional<bench::Rival>& rival, double ours) {
    if (!rival) return fmt::print("{:32} is not here\n", name);
    fmt::print("{:32} {:7.3f} (ours is 1/{:.1f}, {:.1f} dB alike)\n", name, rival->ms,
               rival->ms / ours, rival->likeness);
}

bool measure(int width, int height) {
    const Scene whole(width, height, 2), fraction(width, height, 1.37);
    Floor floor(whole);
    const auto moving = whole.renderer(Scene::Motion::moving);
    const auto between = fraction.renderer(Scene::Motion::moving);
    const auto resting = whole.renderer(Scene::Motion::resting);
    const auto empty = whole.renderer(Scene::Motion::empty);
    if (!moving || !between || !resting || !empty) return false;
    const Draw by_hand = [&](const render::Picture& picture, int n) { floor.draw(picture, n); };
    const double decibels = likeness_of(whole, by_hand, by(*moving));
    const std::vector<Draw> contenders{by_hand, by(*moving), by(*between), by(*resting),
                                       by(*empty)};
    Ring cache(whole, 1), memory(whole, 48);
    const auto hot = compare(cache, contenders), cold = compare(memory, contenders);
    fmt::print("{}x{}, milliseconds a frame          in cache       from memory\n", width, height);
    const char* const names[] = {"by hand (the floor)", "three layers, moving", "  between pixels",
                                 "three layers, resting", "three layers, nothing to draw"};
    for (std::size_t i = 0; i < contenders.size(); ++i) {
        fmt::print("{:32} {:7.3f} ({:4.2f} x) {:7.3f} ({:4.2f} x)\n", names[i], hot[i],
                   hot[i] / hot[0], cold[i], cold[i] / cold[0]);
    }
    const auto ffmpeg = bench::measure_ffmpeg(whole, *moving);
    print_rival("ffmpeg's filter graph", ffmpeg, cold[1]);
    fmt::print("likeness of the first two        {:7.1f} dB, {} stand-ins\n", decibels,
               moving->stand_ins());
    fmt::print(R"({{"bench":"overlay","width":{},"height":{},"floor_ms":{:.4f},"moving_ms":{:.4f},)"
               R"("moving_ratio":{:.3f},"moving_ratio_memory":{:.3f},"between_ratio":{:.3f},)"
               R"("resting_ms":{:.4f},"empty_ms":{:.4f},"likeness_db":{:.1f},"ffmpeg_ms":{:.3f},)"
               R"("ffmpeg_likeness_db":{:.1f}}})"
               "\n",
               width, height, hot[0], hot[1], hot[1] / hot[0], cold[1] / cold[0], hot[2] / hot[0],
               hot[3], hot[4], decibels, ffmpeg ? ffmpeg->ms : -1, ffmpeg ? ffmpeg->likeness : -1);
    return decibels > 45 && moving->stand_ins() == 0;
}

}  // namespace

int main() {
    if (!Floor::runs_here()) {
        fmt::print("the floor needs AVX2\n");
        return 0;
    }
    const bool large = measure(1920, 1080), small = measure(1280, 720);
    return large && small ? 0 : 1;
}
