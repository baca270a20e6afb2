// What control asks for, sorted: quick things go straight to the tick thread, slow ones through the
// workers first.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "program/commands.hpp"
#include "program/loader.hpp"
#include "program/mailbox.hpp"
#include "program/worker.hpp"

namespace vistter::program {

// One thread (the control server's) calls everything here.
class ControlDesk {
  public:
    struct Ports {
        Mailbox<Command>& commands;
        Mailbox<ipc::Message>& events;
        std::function<void()> ring;              // events wait
        std::function<void()> request_keyframe;  // any thread
        std::function<void()> shut_down;
    };
    ControlDesk(Ports ports, const OutputFormat& format)
        : ports_(std::move(ports)), format_(format) {}

    // Messages that are not for this process are logged and dropped.
    void take(const ipc::Message& message);
    // CameraChanged for every camera whose state changed since the last call, or for all.
    std::vector<ipc::Message> camera_changes(bool all);
    // Destroys things the tick thread is done with.
    void bury(std::vector<Retired> retired);

  private:
    struct Camera {
        std::string url;
        CameraPtr input;
        std::string told_state;
    };
    struct OverlayKnown {  // the overlay worker's
        RendererPtr renderer;
        std::string scene_id;
        ocl::Tokens tokens;
    };
    struct ShowKnown {  // the overlay worker's
        std::weak_ptr<Show> show;
        std::vector<ocl::Tokens> tokens;  // by use
    };

    void set_camera(const ipc::SetCamera& order);
    void remove_camera(const std::string& camera_id);
    void load(const ipc::LoadShow& order);
    void show_overlay(const ipc::ShowOverlay& order);
    void set_tokens(const ipc::SetOverlayTokens& order);
    bool set_show_tokens(const std::string& overlay_id, const ocl::Tokens& tokens);
    void tell_failed(const std::string& overlay_id, const Error& error);
    void tell_faults(const std::string& overlay_id, const render::OverlayRenderer& renderer);
    void tell(ipc::Message message);

    Ports ports_;
    OutputFormat format_;
    std::map<std::string, Camera> cameras_;
    std::map<std::string, OverlayKnown> overlays_;
    std::vector<ShowKnown> shows_;
    // Declared last: their threads end before what they use. Overlays do not wait behind a large
    // show.
    Worker show_worker_, overlay_worker_;
};

}  // namespace vistter::program
