// CAMERA_ACTION at this size: add, update, remove, list; and what the programme says about each
// camera (contract B.8.2).
#pragma once

#include <map>

#include "appliance/core/workshop.hpp"

namespace vistter::appliance {

struct CameraView {
    Camera camera;
    std::string state = "offline";  // connecting, online, stalled, offline
    std::string error;
    double fps = 0;
    std::int64_t last_frame_age_ms = -1;
    bool has_credentials = false;
};

class CameraDesk {
  public:
    explicit CameraDesk(Workshop& workshop) : shop_(workshop) {}
    Decision decide(const contract::CameraAction& command);
    // Tells the programme the difference between what is stored and what it was told.
    void reconcile();
    void program_lost();
    void program_ready() { reconcile(); }
    void on_camera(const CameraReport& report);
    std::vector<CameraView> view();

  private:
    Decision add(const contract::CameraAction& command);
    Decision update(const contract::CameraAction& command);
    Decision remove(const contract::CameraAction& command);
    Decision list();
    // What `command` makes of the secret of that camera.
    Result<SecretChange> judge_secret(const contract::CameraAction& command,
                                      const std::string& camera_id);
    // The address with what the camera asks for: for the programme only.
    std::string url_with_secret(const Camera& camera);
    // The timelines of live runs that show the camera.
    std::vector<std::string> users_of(const std::string& camera_id);

    Workshop& shop_;
    std::map<std::string, std::string> told_;  // camera_id -> address the programme was given
    std::map<std::string, CameraReport> reports_;
};

std::string camera_url(const contract::CameraSpec& spec);

}  // namespace vistter::appliance
