// vistter-camera-sim: RTSP cameras for sandbox and tests, each with a machine-readable frame number
// in its picture.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <deque>
#include <iostream>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/log.hpp"
#include "sim/camera/feeder.hpp"
#include "sim/camera/rtsp_server.hpp"

namespace vistter::sim {
namespace {

constexpr int loop_seconds = 10;

struct Options {
    std::vector<std::string> cameras, files;
    std::uint16_t port = 0;
    PictureFormat format;
    std::string rate = "30/1", cache, login;
    int ready_fd = STDOUT_FILENO;
};

struct Named {
    std::string id, value;
};

Result<Named> split(const std::string& text) {
    std::size_t equals = text.find('=');
    Named named{text.substr(0, equals), equals == std::string::npos ? "" : text.substr(equals + 1)};
    bool plain = !named.id.empty() && named.id.size() <= 40;
    for (char c : named.id)
        plain = plain && (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-');
    if (!plain || named.value.empty()) {
        return fail(ErrorCode::CFG_INVALID,
                    "expected ID=VALUE with an id of letters, digits, _ and -: " + text);
    }
    return named;
}

struct Studio {
    std::deque<Broadcast> broadcasts;  // a deque: their places must not move
    std::vector<std::unique_ptr<Feeder>> feeders;
    std::vector<std::string> ids;
};

Status add_camera(Studio& studio, const Options& options, const Named& named) {
    char* end = nullptr;
    unsigned long source = std::strtoul(named.value.c_str(), &end, 10);
    if (*end != '\0' || source > 14)
        return fail(ErrorCode::CFG_INVALID, "a source number is 0 to 14");
    TestPictureSettings picture;
    picture.camera_id = named.id;
    picture.source = static_cast<unsigned>(source);
    picture.width = options.format.width;
    picture.height = options.format.height;
    picture.rate_num = options.format.rate_num;
    picture.rate_den = options.format.rate_den;
    picture.loop_frames = loop_seconds * picture.rate_num / picture.rate_den;
    Result<PlayLoop> loop = make_test_loop(picture, options.cache);
    if (!loop) return loop.error();
    studio.feeders.push_back(
        feed_loop(std::move(*loop), options.format, studio.broadcasts.emplace_back()));
    studio.ids.push_back(named.id);
    return ok();
}

Status add_file(Studio& studio, const Options& options, const Named& named) {
    auto feeder = feed_file(named.value, options.format, studio.broadcasts.emplace_back());
    if (!feeder) return feeder.error();
    studio.feeders.push_back(std::move(*feeder));
    studio.ids.push_back(named.id);
    return ok();
}

Status serve(const Options& options) {
    Studio studio;
    for (const std::string& text : options.cameras) {
        Result<Named> named = split(text);
        if (!named) return named.error();
        Status added = add_camera(studio, options, *named);
        if (!added) return added;
    }
    for (const std::string& text : options.files) {
        Result<Named> named = split(text);
        if (!named) return named.error();
        Status added = add_file(studio, options, *named);
        if (!added) return added;
    }
    if (studio.ids.empty())
        return fail(ErrorCode::CFG_INVALID, "name at least one --camera or --file");
    auto server = open_rtsp_server(options.port);
    if (!server) return server.error();
    if (!options.login.empty()) {
        const auto login = read_file(options.login, 1024);
        if (!login) return login.error();
        const std::size_t colon = login->find(':');
        if (colon == std::string::npos)
            return fail(ErrorCode::CFG_INVALID, "the login's file holds user:password");
        (*server)->require_login(login->substr(0, colon), login->substr(colon + 1));
    }
    std::string listed;
    for (std::size_t i = 0; i < studio.ids.size(); ++i) {
        (*server)->mount(studio.ids[i], studio.broadcasts[i]);
        listed += fmt::format("{}{{\"id\":\"{}\",\"url\":\"rtsp://127.0.0.1:{}/{}\"}}",
                              i == 0 ? "" : ",", studio.ids[i], (*server)->port(), studio.ids[i]);
    }
    std::string line =
        fmt::format("{{\"ready\":true,\"port\":{},\"cameras\":[{}]}}\n", (*server)->port(), listed);
    if (::write(options.ready_fd, line.data(), line.size()) < 0)
        return fail(ErrorCode::SYS_INTERNAL, "nobody waits for us");
    (*server)->run();
    server->reset();
    return ok();
}

int run(int argc, char** argv) {
    Options options;
    CLI::App app{"Simulated RTSP cameras"};
    app.add_option("--camera", options.cameras,
                   "ID=SOURCE_NUMBER: a moving test picture (repeatable)");
    app.add_option("--file", options.files, "ID=PATH: a video file, looped (repeatable)");
    app.add_option("--port", options.port, "TCP port on 127.0.0.1, 0 for a free one");
    app.add_option("--width", options.format.width, "even; a multiple of 80 for a readable strip")
        ->check(CLI::Range(160, 3840));
    app.add_option("--height", options.format.height)->check(CLI::Range(90, 2160));
    app.add_option("--rate", options.rate, "frames a second as N/D");
    app.add_option("--cache", options.cache, "folder that keeps encoded loops between starts");
    app.add_option("--login", options.login, "file with user:password that viewers must give");
    app.add_option("--ready-fd", options.ready_fd, "where the ready line goes");
    CLI11_PARSE(app, argc, argv);
    if (std::sscanf(options.rate.c_str(), "%d/%d", &options.format.rate_num,
                    &options.format.rate_den) != 2 ||
        options.format.rate_num < 1 || options.format.rate_den < 1 ||
        options.format.width % 2 != 0 || options.format.height % 2 != 0) {
        std::cerr << "the rate is N/D, width and height are even\n";
        return 2;
    }
    log::open("vistter-camera-sim", log::Level::info);
    Status served = serve(options);
    if (served) return 0;
    log::error("{}", describe(served.error()));
    return 1;
}

}  // namespace
}  // namespace vistter::sim

int main(int argc, char** argv) {
    return vistter::sim::run(argc, argv);
}
