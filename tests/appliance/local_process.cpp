// Starting the appliance and talking to it.
#include "appliance/local_process.hpp"

#include <gtest/gtest.h>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <csignal>

#include "base/clock.hpp"
#include "base/file.hpp"

namespace vistter::appliance::test {
namespace {

namespace fs = std::filesystem;

// Waits until the process ends, at most `ms`: between two looks, and no longer once there is
// nothing to look at.
bool ends_within(pid_t pid, int ms) {
    const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (fd < 0) return true;
    pollfd ended{fd, POLLIN, 0};
    const bool over = ::poll(&ended, 1, ms) != 0;
    ::close(fd);
    return over;
}

}  // namespace

std::string Reply::member(std::string_view name) const {
    if (!body.is_object()) return {};
    const json::value* found = body.as_object().if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::string program_path(const std::string& name) {
    return std::string(VISTTER_BIN_DIR) + "/" + name;
}

LocalProcess::LocalProcess(const fs::path& state_folder,
                           const std::vector<std::string>& more_arguments,
                           const std::string& listen)
    : state(state_folder) {
    sim::ChildSettings settings;
    settings.argv = {program_path("vistter-appliance"),
                     "--state",
                     state.string(),
                     "--listen",
                     listen,
                     "--serial",
                     "TEST-0001"};
    settings.argv.insert(settings.argv.end(), more_arguments.begin(), more_arguments.end());
    settings.log_file = state.string() + ".log";
    auto started = sim::ChildProcess::start(settings);
    if (!started) throw std::runtime_error(describe(started.error()));
    process = std::move(*started);
    const auto line = process.read_line(30'000);
    if (!line)
        throw std::runtime_error("vistter-appliance did not get ready: " + describe(line.error()));
    url = std::string(json::parse(*line).at("url").as_string());
}

LocalProcess::~LocalProcess() {
    process.stop(10'000);
}

Reply LocalProcess::request(const std::string& method, const std::string& path,
                            const std::string& body, net::Headers headers) const {
    net::FetchOptions options;
    options.method = method;
    options.url = url + path;
    options.headers = std::move(headers);
    if (!bearer.empty()) options.headers.emplace("authorization", "Bearer " + bearer);
    options.body = body;
    const auto fetched = net::fetch(options);
    if (!fetched) return {0, {}, describe(fetched.error()), nullptr};
    Reply reply{fetched->status, fetched->headers, fetched->body, nullptr};
    boost::system::error_code failed;
    json::value value = json::parse(fetched->body, failed);
    if (!failed) reply.body = std::move(value);
    return reply;
}

Reply LocalProcess::post(const std::string& path, const json::value& body,
                         net::Headers headers) const {
    headers.emplace("content-type", "application/json");
    return request("POST", path, json::serialize(body), std::move(headers));
}

void LocalProcess::sign_in() {
    bearer.clear();
    if (const auto code = read_file(state / "setup-code", 64)) {
        const Reply made = post("/local/v1/setup", {{"code", code->substr(0, code->find('\n'))},
                                                    {"password", password}});
        EXPECT_EQ(made.status, 201) << made.text;
    }
    const Reply session = post("/local/v1/session", {{"password", password}});
    EXPECT_EQ(session.status, 200) << session.text;
    bearer = session.member("token");
}

bool LocalProcess::reaches(const std::string& path,
                           const std::function<bool(const json::value&)>& good,
                           std::int64_t limit_ms) const {
    const std::int64_t deadline = machine_clock().steady().ns + limit_ms * 1'000'000;
    while (machine_clock().steady().ns < deadline) {
        const Reply reply = request("GET", path);
        if (reply.status == 200 && good(reply.body)) return true;
        if (ends_within(process.pid(), 50)) return false;
    }
    return false;
}

std::vector<pid_t> processes_of(const fs::path& folder, const std::string& program) {
    std::vector<pid_t> out;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator("/proc", failed)) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const auto words = read_file(entry.path() / "cmdline", 65'536);
        if (!words || words->find(folder.string()) == std::string::npos) continue;
        if (words->substr(0, words->find('\0')).ends_with(program)) out.push_back(std::stoi(name));
    }
    return out;
}

bool end_of(pid_t pid, std::int64_t limit_ms) {
    return ends_within(pid, static_cast<int>(limit_ms));
}

void end_leftovers(const fs::path& folder) {
    for (const char* program : {"vistter-output", "vistter-program"}) {
        for (const pid_t pid : processes_of(folder, program)) ::kill(pid, SIGKILL);
    }
}

}  // namespace vistter::appliance::test
