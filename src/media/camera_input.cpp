// A thread per camera that opens pipelines one after another, watches their pictures, and backs off
// between them.
#include "media/camera_input.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/backoff.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/redact.hpp"
#include "media/camera_pipeline.hpp"

namespace vistter::media {
namespace {

constexpr std::int64_t stall_limit_ms = 3'000;
// The first picture waits for a keyframe, which cameras send every few seconds only.
constexpr std::int64_t first_picture_limit_ms = 8'000;
constexpr std::int64_t look_interval_ms = 100;
constexpr Backoff::Limits restart_limits{.base_ms = 100, .cap_ms = 1'000};
constexpr std::int64_t healthy_after_ns = 30'000'000'000;
constexpr std::int64_t fps_window_ns = 2'000'000'000;

std::int64_t now_ns() {
    return machine_clock().steady().ns;
}

// Arrival times of the last pictures, for the rate.
class RateMeter {
  public:
    void add(std::int64_t at_ns) { stamps_[count_++ % stamps_.size()] = at_ns; }
    double rate(std::int64_t now) const {
        std::int64_t first = now, last = 0, seen = 0;
        for (std::size_t i = 0; i < std::min(count_, stamps_.size()); ++i) {
            if (stamps_[i] < now - fps_window_ns) continue;
            first = std::min(first, stamps_[i]);
            last = std::max(last, stamps_[i]);
            ++seen;
        }
        if (seen < 2 || now - last > fps_window_ns / 2) return 0;
        return static_cast<double>(seen - 1) * 1e9 / static_cast<double>(last - first);
    }

  private:
    std::array<std::int64_t, 128> stamps_{};
    std::size_t count_ = 0;
};

// What the owner, the supervising thread and the decoder share.
class CameraDesk {
  public:
    CameraDesk(std::string url, int width, int height, std::function<void()> changed)
        : url_(std::move(url)), scaler_(width, height), changed_(std::move(changed)) {}

    void run();    // the supervising thread
    void close();  // no callback begins after it
    FramePtr newest() const;
    CameraStatus status() const;
    bool finished() const { return finished_; }

  private:
    std::optional<Error> run_once();
    void take(const PictureView& picture);
    void set_state(const char* state, std::string error);
    void tell();
    bool wait_before_retry(std::int64_t ms);
    std::optional<Error> silence(std::int64_t started_ns) const;

    const std::string url_;
    FrameScaler scaler_;  // decoder's thread only; pipelines follow each other
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool closing_ = false;
    std::atomic<bool> finished_ = false;
    FramePtr newest_;
    CameraStatus status_;
    RateMeter rate_;
    std::int64_t last_picture_ns_ = 0;
    std::mutex changed_mutex_;
    std::function<void()> changed_;
};

void CameraDesk::run() {
    Backoff backoff(restart_limits);
    std::string told;
    while (true) {
        std::int64_t started = now_ns();
        {
            std::lock_guard lock(mutex_);
            if (closing_) break;
        }
        std::optional<Error> ended = run_once();
        if (!ended) break;
        if (now_ns() - started > healthy_after_ns) {
            backoff.reset();
            told.clear();
        }
        bool stalled = ended->code == ErrorCode::SYS_TIMEOUT;
        // A camera may be away for days: the same reason is told once.
        if (std::exchange(told, describe(*ended)) != describe(*ended)) {
            log::warning("camera {}: {}; trying again until it is back", redact_url(url_),
                         ended->message);
        }
        set_state(stalled ? "stalled" : "offline", describe(*ended));
        if (!wait_before_retry(backoff.next_ms(machine_random()))) break;
        std::lock_guard lock(mutex_);
        ++status_.reconnects;
    }
    finished_ = true;
}

// Nothing when the owner closes the input.
std::optional<Error> CameraDesk::run_once() {
    std::int64_t started = now_ns();
    auto opened = CameraPipeline::open(url_, [this](const PictureView& picture) { take(picture); });
    if (!opened) return opened.error();
    std::unique_ptr<CameraPipeline> pipeline = std::move(*opened);
    while (true) {
        {
            std::lock_guard lock(mutex_);
            if (closing_) return std::nullopt;
        }
        if (std::optional<Error> ended = pipeline->wait(look_interval_ms)) return ended;
        if (std::optional<Error> stalled = silence(started)) return stalled;
    }
}

std::optional<Error> CameraDesk::silence(std::int64_t started_ns) const {
    std::lock_guard lock(mutex_);
    bool seen = last_picture_ns_ >= started_ns;
    std::int64_t quiet_ms = (now_ns() - (seen ? last_picture_ns_ : started_ns)) / 1'000'000;
    std::int64_t limit = seen ? stall_limit_ms : first_picture_limit_ms;
    if (quiet_ms < limit) return std::nullopt;
    return fail(ErrorCode::SYS_TIMEOUT, fmt::format("no picture for {} s", limit / 1000));
}

void CameraDesk::take(const PictureView& picture) {
    // Odd sizes and absurd ones never reach the scaler.
    if (picture.width < 2 || picture.height < 2) return;
    std::shared_ptr<Frame> frame = scaler_.fit(picture);
    std::int64_t arrived = now_ns();
    frame->arrived_ns = arrived;
    {
        std::lock_guard lock(mutex_);
        if (closing_) return;
        frame->number = status_.frames++;
        newest_ = std::move(frame);
        last_picture_ns_ = arrived;
        rate_.add(arrived);
        if (status_.state != "online") log::info("camera {}: pictures arrive", redact_url(url_));
        status_.state = "online";
        status_.error.clear();
    }
    tell();
}

void CameraDesk::set_state(const char* state, std::string error) {
    {
        std::lock_guard lock(mutex_);
        status_.state = state;
        status_.error = std::move(error);
    }
    tell();
}

void CameraDesk::tell() {
    std::lock_guard lock(changed_mutex_);
    if (changed_) changed_();
}

bool CameraDesk::wait_before_retry(std::int64_t ms) {
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return closing_; });
}

void CameraDesk::close() {
    {
        std::lock_guard lock(mutex_);
        closing_ = true;
    }
    wake_.notify_all();
    std::lock_guard lock(changed_mutex_);
    changed_ = nullptr;
}

FramePtr CameraDesk::newest() const {
    std::lock_guard lock(mutex_);
    return newest_;
}

CameraStatus CameraDesk::status() const {
    std::lock_guard lock(mutex_);
    CameraStatus status = status_;
    std::int64_t now = now_ns();
    status.fps = rate_.rate(now);
    if (status.frames > 0) status.last_frame_age_ms = (now - last_picture_ns_) / 1'000'000;
    return status;
}

// Threads of closed inputs that may still take a pipeline down. Ended ones are joined at the next
// closing, the rest when the process ends, so that closing an input costs its owner nothing.
class ClosedInputs {
  public:
    static ClosedInputs& instance() {
        static ClosedInputs closed;
        return closed;
    }
    ClosedInputs() {
        // What those threads use must live as long: touched first, so destroyed last.
        machine_clock();
        machine_random();
        log::debug("camera inputs are watched");
    }
    ~ClosedInputs() {
        for (Entry& entry : entries_) entry.thread.join();
    }
    void add(std::shared_ptr<CameraDesk> desk, std::thread thread) {
        std::lock_guard lock(mutex_);
        std::erase_if(entries_, [](Entry& entry) {
            if (!entry.desk->finished()) return false;
            entry.thread.join();
            return true;
        });
        entries_.push_back({std::move(desk), std::move(thread)});
    }

  private:
    struct Entry {
        std::shared_ptr<CameraDesk> desk;  // shared with the thread beside it
        std::thread thread;
    };
    std::mutex mutex_;
    std::vector<Entry> entries_;
};

class SupervisedCamera final : public CameraInput {
  public:
    explicit SupervisedCamera(std::shared_ptr<CameraDesk> desk) : desk_(std::move(desk)) {
        ClosedInputs::instance();  // so that it outlives every input
        // The thread shares the desk: it may outlive the input while it takes a pipeline down.
        thread_ = std::thread([desk = desk_] { desk->run(); });
    }
    ~SupervisedCamera() override {
        desk_->close();
        ClosedInputs::instance().add(std::move(desk_), std::move(thread_));
    }
    FramePtr newest() const override { return desk_->newest(); }
    CameraStatus status() const override { return desk_->status(); }

  private:
    std::shared_ptr<CameraDesk> desk_;  // shared with its own thread, see above
    std::thread thread_;
};

}  // namespace

std::unique_ptr<CameraInput> open_camera(const std::string& url, int width, int height,
                                         std::function<void()> changed) {
    start_gstreamer();
    return std::make_unique<SupervisedCamera>(
        std::make_shared<CameraDesk>(url, width, height, std::move(changed)));
}

}  // namespace vistter::media
