#include "cli/sandbox/stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/random.hpp"

namespace vistter::cli {
namespace json = boost::json;
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t start_deadline_ms = 60'000;

Result<std::string> setup_code(const std::string& file) {
    auto code = read_file(file, 256);
    if (!code.ok()) return code;
    std::string text = code.value();
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
    return text;
}

// A fresh password, kept in a 0600 file so that a person can sign in to the pages.
Result<std::string> make_password(const fs::path& file) {
    std::uint8_t raw[15];
    machine_random().fill(raw);
    std::string password = to_base64url(raw);
    Status stored = write_file(file, password + "\n", 0600);
    if (!stored.ok()) return stored.error();
    return password;
}

}  // namespace

Stage::Stage(StageOptions options, Interrupt& interrupt, Say say)
    : options_(std::move(options)), interrupt_(interrupt), say_(std::move(say)) {}

Stage::~Stage() {
    stop_everything();
}

Result<json::value> Stage::start(const std::string& name, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), (options_.programs / name).string());
    const fs::path log = options_.state / (name + ".log");
    auto process = sim::ChildProcess::start({arguments, log.string(), {}});
    if (!process.ok()) return process.error();
    children_.push_back({name, std::move(process).value()});
    auto line = children_.back().process.read_line(start_deadline_ms);
    if (!line.ok()) {
        auto words = read_file(log, 16 * 1024 * 1024);
        std::string last =
            words.ok() ? words->substr(words->size() > 600 ? words->size() - 600 : 0) : "";
        const std::size_t end = last.find_last_not_of("\n");
        const std::size_t begin = end == std::string::npos ? 0 : last.rfind('\n', end) + 1;
        return fail(
            line.error().code == ErrorCode::SYS_TIMEOUT ? ErrorCode::SYS_TIMEOUT
                                                        : ErrorCode::CFG_INVALID,
            fmt::format("{} could not start: {}", name, last.substr(begin, end - begin + 1)));
    }
    boost::system::error_code failed;
    json::value value = json::parse(line.value(), failed);
    if (failed || !value.is_object()) {
        return fail(ErrorCode::SYS_INTERNAL,
                    fmt::format("{} wrote an unreadable ready line", name));
    }
    return value;
}

Status Stage::start_cameras() {
    static constexpr const char* names[] = {"quay", "mole"};  // the demo show has two places
    const std::size_t places = std::max<std::size_t>(2, options_.cameras.size());
    std::vector<std::string> arguments{"--port",   "0",
                                       "--width",  std::to_string(options_.width),
                                       "--height", std::to_string(options_.height)};
    std::vector<std::size_t> files, simulated;
    for (std::size_t place = 0; place < places; ++place) {
        if (place >= options_.cameras.size()) {
            simulated.push_back(place);
            arguments.insert(arguments.end(),
                             {"--camera", fmt::format("{}={}", names[place], place + 1)});
        } else if (!options_.cameras[place].starts_with("rtsp://")) {
            files.push_back(place);
            arguments.insert(arguments.end(),
                             {"--file", fmt::format("own{}={}", place, options_.cameras[place])});
        }
    }
    camera_urls_ = options_.cameras;
    camera_urls_.resize(places);
    camera_strips_.assign(places, 0);
    if (!simulated.empty() || !files.empty()) {
        auto line = start("vistter-camera-sim", arguments);
        if (!line.ok()) return line.error();
        // The simulator lists its cameras first, then the files, each in the order asked for.
        std::vector<std::size_t> order = simulated;
        order.insert(order.end(), files.begin(), files.end());
        const json::array& served = line->as_object().at("cameras").as_array();
        for (std::size_t i = 0; i < order.size(); ++i)
            camera_urls_[order[i]] = text_of(served.at(i), "url");
    }
    for (std::size_t place : simulated) camera_strips_[place] = static_cast<int>(place) + 1;
    say_(fmt::format("cameras: {} simulated, {} of your own", simulated.size(),
                     options_.cameras.size()));
    return ok();
}

Status Stage::start_rtmp() {
    auto server = sim::RtmpServer::start({.folder = options_.state / "rtmp"});
    if (!server.ok()) return server.error();
    rtmp_.emplace(std::move(server).value());
    rtmp_url_ = rtmp_->url("program");
    say_(fmt::format("RTMP server: {}", rtmp_url_));
    return ok();
}

Status Stage::start_studio() {
    auto line = start("vistter-studio",
                      {"--state", (options_.state / "studio").string(), "--listen", "127.0.0.1:0",
                       "--channel", "127.0.0.1:0", "--environment", "sandbox"});
    if (!line.ok()) return line.error();
    studio_url_ = text_of(*line, "url");
    auto root = read_file(text_of(*line, "root_pem_file"), 65'536);
    if (!root.ok()) return root.error();
    root_pem_ = root.value();
    studio_api_.emplace(studio_url_, root_pem_);
    auto code = setup_code(text_of(*line, "setup_code_file"));
    if (!code.ok()) return code.error();
    auto password = make_password(options_.state / "studio-password");
    if (!password.ok()) return password.error();
    auto made = studio_api_->send(
        "POST", "/v1/setup", {{"code", *code}, {"username", "producer"}, {"password", *password}});
    if (!made.ok()) return made.error();
    auto session = studio_api_->send("POST", "/v1/auth/session",
                                     {{"username", "producer"}, {"password", *password}});
    if (!session.ok()) return session.error();
    studio_api_->set_token(text_of(*session, "token"));
    return ok();
}

Status Stage::trust_root(int generation) {
    const fs::path file = options_.state / "studio" / fmt::format("root-{}.pem", generation);
    auto root = read_file(file, 65'536);
    if (!root.ok()) return root.error();
    studio_api_->pin(*root);
    return ok();
}

Status Stage::launch_appliance(const std::string& listen) {
    auto line =
        start("vistter-appliance",
              {"--state", (options_.state / "appliance").string(), "--listen", listen, "--run-dir",
               (options_.state / "run").string(), "--serial", serial_, "--allow-loopback",
               "--proof-strip", "--width", std::to_string(options_.width), "--height",
               std::to_string(options_.height)});
    if (!line.ok()) return line.error();
    appliance_url_ = text_of(*line, "url");
    appliance_api_.emplace(appliance_url_, "");
    setup_code_file_ = text_of(*line, "setup_code_file");
    return ok();
}

Status Stage::sign_in_appliance() {
    auto session =
        appliance_api_->send("POST", "/local/v1/session", {{"password", appliance_password_}});
    if (!session.ok()) return session.error();
    appliance_api_->set_token(text_of(*session, "token"));
    return ok();
}

Status Stage::start_appliance() {
    Status launched = launch_appliance("127.0.0.1:0");
    if (!launched.ok()) return launched;
    auto code = setup_code(setup_code_file_);
    if (!code.ok()) return code.error();
    auto password = make_password(options_.state / "appliance-password");
    if (!password.ok()) return password.error();
    appliance_password_ = *password;
    auto made = appliance_api_->send("POST", "/local/v1/setup",
                                     {{"code", *code}, {"password", appliance_password_}});
    if (!made.ok()) return made.error();
    return sign_in_appliance();
}

Status Stage::restart_control() {
    auto control = std::find_if(children_.begin(), children_.end(),
                                [](const Running& one) { return one.name == "vistter-appliance"; });
    if (control->process.running()) control->process.send_signal(SIGKILL);
    control->process.wait(2'000);
    children_.erase(control);
    Status launched = launch_appliance(appliance_url_.substr(appliance_url_.find("://") + 3));
    if (!launched.ok()) return launched;
    return sign_in_appliance();
}

Status Stage::start_everything() {
    using Step = Status (Stage::*)();
    for (Step step : {&Stage::start_cameras, &Stage::start_rtmp, &Stage::start_studio,
                      &Stage::start_appliance}) {
        if (interrupt_.wait_ms(0)) return fail(ErrorCode::SYS_BUSY, "interrupted");
        Status done = (this->*step)();
        if (!done.ok()) return done;
    }
    say_(fmt::format("Studio page: {}", studio_url_));
    say_(fmt::format("appliance page: {}", appliance_url_));
    say_(fmt::format("program picture: {}/local/v1/preview/program.mjpeg", appliance_url_));
    say_(fmt::format("passwords (user producer): {} and {}",
                     (options_.state / "studio-password").string(),
                     (options_.state / "appliance-password").string()));
    return ok();
}

Status Stage::pair() {
    auto token =
        studio_api_->send("POST", "/v1/pairing-tokens", {{"serial", serial_}, {"ttl_s", 900}});
    if (!token.ok()) return token.error();
    auto paired =
        appliance_api_->send("POST", "/local/v1/pairing",
                             {{"token", text_of(*token, "token")}, {"studio_url", studio_url_}});
    if (!paired.ok()) return paired.error();
    say_(fmt::format("paired: the appliance is {} at Studio", text_of(*paired, "device_id")));
    auto connected =
        wait_for("the appliance to connect", 20'000, [&]() -> std::optional<json::value> {
            auto link = appliance_api_->get("/local/v1/link");
            if (!link.ok() || text_of(*link, "state") != "connected") return std::nullopt;
            return link.value();
        });
    if (!connected.ok()) return connected.error();
    say_("connected: mutual TLS, pinned, every message signed");
    return ok();
}

Result<json::value> Stage::wait_for(const std::string& what, std::int64_t deadline_ms,
                                    const std::function<std::optional<json::value>()>& look) {
    const std::int64_t deadline = machine_clock().steady().ns / 1'000'000 + deadline_ms;
    for (;;) {
        if (auto found = look()) return *found;
        if (interrupt_.wait_ms(100)) return fail(ErrorCode::SYS_BUSY, "interrupted");
        if (auto dead = casualty()) {
            return fail(ErrorCode::SYS_INTERNAL,
                        fmt::format("{} ended while waiting for {}; see {}/{}.log", *dead, what,
                                    options_.state.string(), *dead));
        }
        if (machine_clock().steady().ns / 1'000'000 > deadline) {
            return fail(ErrorCode::SYS_TIMEOUT,
                        fmt::format("waited {} s for {}; the logs are in {}", deadline_ms / 1000,
                                    what, options_.state.string()));
        }
    }
}

std::vector<fs::path> Stage::recordings() const {
    return rtmp_->recordings();
}

json::object Stage::addresses() const {
    return {{"studio", studio_url_},
            {"appliance", appliance_url_},
            {"program", appliance_url_ + "/local/v1/preview/program.mjpeg"},
            {"rtmp", rtmp_url_},
            {"state", options_.state.string()}};
}

std::optional<std::string> Stage::casualty() {
    for (Running& child : children_) {
        if (!child.process.running()) return child.name;
    }
    if (rtmp_ && !rtmp_->process().running()) return "nginx";
    return std::nullopt;
}

void Stage::stop_everything() {
    // Last started, first stopped: the appliance drains its outputs while the RTMP server still
    // listens.
    while (!children_.empty()) {
        children_.back().process.stop(15'000);
        children_.pop_back();
    }
    rtmp_.reset();
}

}  // namespace vistter::cli
