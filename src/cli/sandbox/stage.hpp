// The sandbox's stage: every process of a whole Vistter on loopback, and the steps that put the
// demo show on the air.
#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/sandbox/process.hpp"
#include "cli/sandbox/rest.hpp"
#include "sim/kit/child_process.hpp"
#include "sim/kit/nginx_rtmp.hpp"

namespace vistter::cli {

struct StageOptions {
    std::filesystem::path state;     // throw-away folder, exists
    std::filesystem::path programs;  // where the other executables are
    std::filesystem::path demo;      // sim/demo: timeline.json, overlays/, assets/
    std::vector<std::string>
        cameras;  // the user's own: rtsp:// addresses or video files, in place of simulated ones
    int width = 1280, height = 720;
};

// What the show looks like once it is on the air: enough to check it afterwards.
struct OnAir {
    std::string device_id, timeline_id, run_id, stream_id;
    std::int64_t start_frame = 0;
    std::int64_t end_frame = 0;  // first output frame after the run; 0 while it runs
    std::vector<std::string> camera_ids;
    std::vector<int> camera_strips;     // by camera: 0 means it has none to check
    std::vector<std::string> commands;  // message_ids in the order sent
    boost::json::value load;            // the body of the TIMELINE_LOAD the appliance got
};

class Stage {
  public:
    using Say = std::function<void(const std::string&)>;

    Stage(StageOptions options, Interrupt& interrupt, Say say);
    ~Stage();

    // Each step either succeeds or says what is wrong and what to do; SYS_BUSY when the user
    // interrupted.
    Status start_everything();
    Status pair();
    Result<OnAir> go_on_air();
    // Stops the run and the output in order, so that the recording is whole.
    Status leave_air(OnAir& on_air);
    void stop_everything();
    // Kills the appliance's control process with SIGKILL and starts it again on the same state and
    // address.
    Status restart_control();

    const RestClient& studio() const { return *studio_api_; }
    // After Studio's root was changed: the new one is in its state folder as root-<generation>.pem.
    Status trust_root(int generation);
    const RestClient& appliance() const { return *appliance_api_; }
    // What the RTMP server wrote, oldest first; whole once the output has stopped.
    std::vector<std::filesystem::path> recordings() const;
    boost::json::object addresses() const;
    // One of ours has died; its name.
    std::optional<std::string> casualty();

    // Sends a command and waits until it is terminal (or `until` says so); STA_* or the rejection's
    // own code on failure.
    Result<boost::json::value> command(OnAir& on_air, const std::string& type,
                                       const boost::json::value& body, const std::string& until);

  private:
    Status start_cameras();
    Status start_rtmp();
    Status start_studio();
    Status start_appliance();
    Status launch_appliance(const std::string& listen);
    Status sign_in_appliance();
    boost::json::value house_config() const;
    Status add_cameras(OnAir& on_air);
    Status load_show(OnAir& on_air);
    Result<boost::json::value> follow(const std::string& message_id, const std::string& until);
    Result<boost::json::value> wait_for(
        const std::string& what, std::int64_t deadline_ms,
        const std::function<std::optional<boost::json::value>()>& look);
    // Starts one of our programs and reads its ready line.
    Result<boost::json::value> start(const std::string& name, std::vector<std::string> arguments);

    StageOptions options_;
    Interrupt& interrupt_;
    Say say_;
    struct Running {
        std::string name;
        sim::ChildProcess process;
    };
    std::vector<Running> children_;
    std::optional<sim::RtmpServer> rtmp_;
    std::vector<std::string> camera_urls_;
    std::vector<int>
        camera_strips_;  // by camera: the number its strip carries, 0 for the user's own
    std::string rtmp_url_, root_pem_, studio_url_, appliance_url_, appliance_password_,
        setup_code_file_;
    std::optional<RestClient> studio_api_, appliance_api_;
    std::string serial_ = "SANDBOX-0001";
};

}  // namespace vistter::cli
