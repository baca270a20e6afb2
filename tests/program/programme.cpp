// Starting, polling and decoding.
#include "programme.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <stdexcept>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "contract/messages.hpp"
#include "crypto/digest.hpp"

namespace vistter::program::test {
namespace {

constexpr std::int64_t patience_ns = 30'000'000'000;
constexpr std::int64_t ready_ms = 20'000;

std::unique_ptr<ipc::Connection> connected(const std::string& path, const char* role) {
    auto connection = ipc::connect_to(path);
    if (!connection) throw std::runtime_error(connection.error().message);
    if (!(*connection)->open(role)) throw std::runtime_error("the programme does not listen");
    (*connection)->set_queue_limit(16 * 1024 * 1024);
    return std::move(connection).value();
}

int mean(const kit::DecodedLuma& picture, int left, int top, int side) {
    int sum = 0;
    for (int row = top; row < top + side; ++row) {
        for (int column = left; column < left + side; ++column)
            sum += picture.y[row * picture.width + column];
    }
    return sum / (side * side);
}

// The text between `before` and the next quote.
std::string member(const std::string& json, const std::string& before, std::size_t& from) {
    std::size_t start = json.find(before, from);
    if (start == std::string::npos) throw std::runtime_error("no " + before + " in " + json);
    start += before.size();
    from = json.find_first_of("\",}", start);
    return json.substr(start, from - start);
}

}  // namespace

Programme::Programme(std::vector<std::string> extra) {
    std::vector<std::string> argv{std::string(VISTTER_BIN_DIR) + "/vistter-program",
                                  "--socket",
                                  path("control"),
                                  "--media-socket",
                                  path("media"),
                                  "--width",
                                  std::to_string(width),
                                  "--height",
                                  std::to_string(height),
                                  "--preset",
                                  "ultrafast",
                                  "--bitrate",
                                  "2000",
                                  "--proof-strip"};
    argv.insert(argv.end(), extra.begin(), extra.end());
    auto process =
        sim::ChildProcess::start({.argv = argv, .log_file = {}, .extra_environment = {}});
    if (!process) throw std::runtime_error(process.error().message);
    process_ = std::move(*process);
    auto line = process_.read_line(ready_ms);
    if (!line) throw std::runtime_error(line.error().message);
    connect_control();
    media_ = connected(path("media"), "output");
    if (!media_->send(ipc::Subscribe{"program"})) throw std::runtime_error("cannot subscribe");
}

void Programme::connect_control() {
    control_ = connected(path("control"), "control");
}
void Programme::drop_control() {
    control_.reset();
}

void Programme::send(const ipc::Message& message) {
    if (!control_->send(message)) throw std::runtime_error("the programme does not take a message");
}

void Programme::pump(const std::function<bool()>& done) {
    const std::int64_t deadline = machine_clock().steady().ns + patience_ns;
    while (!done()) {
        if (machine_clock().steady().ns > deadline)
            throw std::runtime_error("waited too long for the programme");
        pollfd waits[2] = {{media_->fd(), POLLIN, 0}, {control_ ? control_->fd() : -1, POLLIN, 0}};
        ::poll(waits, 2, 1000);
        if (waits[0].revents != 0) read_media();
        if (control_ && waits[1].revents != 0) {
            auto messages = control_->receive();
            if (!messages) throw std::runtime_error(messages.error().message);
            for (ipc::Message& message : *messages) messages_.push_back(std::move(message));
        }
    }
}

void Programme::read_media() {
    auto messages = media_->receive();
    if (!messages) throw std::runtime_error(messages.error().message);
    for (const ipc::Message& message : *messages) {
        if (const auto* info = std::get_if<ipc::StreamInfo>(&message)) {
            decoder_ = std::make_unique<kit::UnitDecoder>(info->video_codec_data, info->width,
                                                          info->height);
        } else if (const auto* unit = std::get_if<ipc::AccessUnit>(&message);
                   unit != nullptr && unit->kind == 0) {
            look(*unit);
        }
    }
}

void Programme::look(const ipc::AccessUnit& unit) {
    kit::DecodedLuma picture = decoder_->decode(unit.data, unit.pts_ns);
    const int cell = media::barcode_cell(width);
    Seen seen;
    seen.frame = unit.frame;
    auto strip =
        media::read_barcode(picture.y.data(), width, width, height - cell - cell % 2, cell);
    if (strip && strip->source == media::program_source) seen.strip = strip->frame;
    auto camera = media::read_barcode(picture.y.data(), width, width, 0, cell);
    if (camera) {
        seen.camera = camera->source;
        seen.camera_frame = camera->frame;
    }
    seen.box = mean(picture, 40, 280, 24);
    seen.elsewhere = mean(picture, 520, 280, 24);
    seen_.push_back(seen);
}

const Seen& Programme::at(std::int64_t frame) const {
    auto found = std::find_if(seen_.begin(), seen_.end(),
                              [&](const Seen& seen) { return seen.frame == frame; });
    if (found == seen_.end())
        throw std::runtime_error(fmt::format("frame {} was never sent", frame));
    return *found;
}

Seen Programme::wait_for_frame(std::int64_t frame) {
    pump([&] { return !seen_.empty() && seen_.back().frame >= frame; });
    return at(frame);
}

Seen Programme::wait_for_picture(std::int64_t from, std::function<bool(const Seen&)> wanted) {
    std::size_t next = 0;
    Seen found;
    pump([&] {
        for (; next < seen_.size(); ++next) {
            if (seen_[next].frame < from || !wanted(seen_[next])) continue;
            found = seen_[next];
            return true;
        }
        return false;
    });
    return found;
}

std::int64_t Programme::newest_frame() {
    send(ipc::RequestStatus{});
    wait<ipc::StatusEnd>();
    std::int64_t frame = 0;
    for (const ipc::Message& message : messages_) {
        if (const auto* tick = std::get_if<ipc::Tick>(&message)) frame = tick->frame;
    }
    return frame;
}

std::string Programme::store(const std::string& name, const std::string& content) {
    if (!write_file(path(name), content, 0600)) throw std::runtime_error("cannot write " + name);
    return path(name);
}

ipc::ShowLoaded Programme::load(const std::string& timeline_id,
                                const contract::TimelineDocument& document) {
    contract::TimelineLoad load;
    load.timeline_id = timeline_id;
    load.revision = 1;
    load.document = document;
    load.document.name = "test";
    for (contract::OverlayRef& ref : load.document.overlays)
        ref.doc_sha256 = crypto::sha256_hex(ref.ocl_text);
    std::string body = contract::write_body(load);
    std::string file = store(timeline_id + ".json", body);
    send(ipc::LoadShow{timeline_id, 1, file, crypto::sha256_hex(body), path("assets")});
    return wait<ipc::ShowLoaded>(
        [&](const ipc::ShowLoaded& loaded) { return loaded.timeline_id == timeline_id; });
}

Cameras::Cameras(int port) {
    std::vector<std::string> argv{std::string(VISTTER_BIN_DIR) + "/vistter-camera-sim",
                                  "--camera",
                                  "cam_1=1",
                                  "--camera",
                                  "cam_2=2",
                                  "--port",
                                  std::to_string(port),
                                  "--width",
                                  std::to_string(width),
                                  "--height",
                                  std::to_string(height),
                                  "--rate",
                                  "30/1"};
    auto process =
        sim::ChildProcess::start({.argv = argv, .log_file = {}, .extra_environment = {}});
    if (!process) throw std::runtime_error(process.error().message);
    process_ = std::move(*process);
    auto line = process_.read_line(ready_ms * 3);
    if (!line) throw std::runtime_error(line.error().message);
    std::size_t from = 0;
    port_ = std::stoi(member(*line, "\"port\":", from));
    for (int i = 0; i < 2; ++i) urls_.push_back(member(*line, "\"url\":\"", from));
}

std::string white_box_json(const std::string& overlay_id, int outro_ms) {
    return fmt::format(
        R"({{"ocl_version":"1.0","min_reader":"1.0","kind":"ocl.document","overlay_id":"{}","revision":1,)"
        R"("features_used":[],"features_required":[],"canvas":{{"width":{},"height":{},"fit":"contain"}},)"
        R"("authored_rate":{{"num":30,"den":1}},"assets":{{}},"tokens":{{}},"scenes":[{{"scene_id":"main",)"
        R"("duration_ms":null,"phases":{{"intro_ms":0,"outro_ms":{},"body":"run"}},"layers":[{{"layer_id":"box",)"
        R"("kind":"solid","anchor":{{"area":"canvas","point":"top_left"}},"props":{{"size":[96,64],)"
        R"("position":[16,256],"fill_color":"#ffffffff"}}}}]}}],"fallbacks":{{"policy":"hide_all"}}}})",
        overlay_id, width, height, outro_ms);
}

}  // namespace vistter::program::test
