// Writes nginx's configuration and keeps the process.
#include "sim/kit/nginx_rtmp.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/file.hpp"

namespace vistter::sim {
namespace {

constexpr const char* nginx_path = "/usr/sbin/nginx";
constexpr const char* module_path = "/usr/lib/nginx/modules/ngx_rtmp_module.so";
constexpr std::int64_t start_limit_ms = 10'000, look_interval_ms = 10;

std::string configuration(const RtmpServerSettings& s) {
    // One process without a master: it is our own child, and its end is the server's end. Idle
    // publishers are dropped so that a sender whose connection was lost can come back under its
    // name.
    return fmt::format(
        "daemon off;\nmaster_process off;\n{user}pid {folder}/nginx.pid;\nerror_log "
        "{folder}/nginx-error.log notice;\n"
        "load_module {module};\nevents {{ worker_connections 256; }}\n"
        "rtmp {{\n  server {{\n    listen 127.0.0.1:{port};\n    chunk_size 4096;\n    ack_window "
        "{window};\n"
        "    application {app} {{\n      live on;\n      drop_idle_publisher 5s;\n"
        "      record all;\n      record_path {folder}/recordings;\n      record_unique on;\n      "
        "record_suffix .flv;\n"
        "    }}\n    application closed {{ live on; deny publish all; }}\n  }}\n}}\n",
        fmt::arg("user", ::geteuid() == 0 ? "user root;\n" : ""),
        fmt::arg("folder", s.folder.string()), fmt::arg("module", module_path),
        fmt::arg("port", s.port), fmt::arg("window", s.ack_window_bytes),
        fmt::arg("app", s.application));
}

bool is_plain_path(const std::string& path) {
    return std::none_of(path.begin(), path.end(), [](char c) {
        return c == ' ' || c == ';' || c == '{' || c == '}' || c == '"' || c == '\'' || c == '$' ||
               c == '\n';
    });
}

}  // namespace

Result<RtmpServer> RtmpServer::start(const RtmpServerSettings& settings) {
    for (const char* needed : {nginx_path, module_path}) {
        if (::access(needed, R_OK) != 0) {
            return fail(
                ErrorCode::RES_NOT_FOUND,
                fmt::format("{} is missing: install nginx-light and libnginx-mod-rtmp", needed));
        }
    }
    RtmpServer server(settings);
    RtmpServerSettings& own = server.settings_;
    own.folder = std::filesystem::absolute(own.folder);
    if (!is_plain_path(own.folder.string())) {
        return fail(ErrorCode::CFG_INVALID,
                    "the RTMP server's folder must have a path without spaces and quotes");
    }
    std::error_code problem;
    std::filesystem::create_directories(own.folder / "recordings", problem);
    if (problem)
        return fail(ErrorCode::SYS_STORAGE,
                    "cannot make the RTMP server's folder: " + problem.message());
    if (own.port == 0) {
        Result<std::uint16_t> port = free_port();
        if (!port) return port.error();
        own.port = *port;
    } else if (port_answers(own.port)) {
        return fail(ErrorCode::SYS_PORT_IN_USE, fmt::format("port {} is already taken", own.port));
    }
    Status written = write_file(own.folder / "nginx.conf", configuration(own), 0600);
    if (!written) return written.error();
    Status started = server.restart();
    if (!started) return started.error();
    return server;
}

Status RtmpServer::restart() {
    const std::string folder = settings_.folder.string();
    Result<ChildProcess> child =
        ChildProcess::start({.argv = {nginx_path, "-p", folder, "-c", folder + "/nginx.conf", "-e",
                                      folder + "/nginx-error.log"},
                             .log_file = folder + "/nginx-start.log",
                             .extra_environment = {}});
    if (!child) return child.error();
    process_ = std::move(*child);
    const std::int64_t deadline = machine_clock().steady().ns + start_limit_ms * 1'000'000;
    while (!port_answers(settings_.port)) {
        // Its end is the event; the interval only bounds how late the port is noticed.
        if (process_.wait(look_interval_ms)) {
            return fail(
                ErrorCode::SYS_PORT_IN_USE,
                fmt::format("the RTMP server does not start; see {}/nginx-error.log", folder));
        }
        if (machine_clock().steady().ns > deadline)
            return fail(ErrorCode::SYS_TIMEOUT, "the RTMP server does not answer");
    }
    return ok();
}

std::string RtmpServer::url(const std::string& stream) const {
    return fmt::format("rtmp://127.0.0.1:{}/{}/{}", settings_.port, settings_.application, stream);
}

std::vector<std::filesystem::path> RtmpServer::recordings() const {
    std::vector<std::filesystem::path> files;
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator(recordings_folder(), problem)) {
        if (entry.is_regular_file() && entry.file_size() > 0) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) {
        return std::filesystem::last_write_time(a) < std::filesystem::last_write_time(b);
    });
    return files;
}

void RtmpServer::stop() {
    process_.stop(5000);
}

}  // namespace vistter::sim
