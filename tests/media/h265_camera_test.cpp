// A camera that sends H.265 is decoded like any other.
#include <gst/rtsp-server/rtsp-server.h>
#include <gtest/gtest.h>

#include <thread>

#include "kit/event_count.hpp"
#include "media/camera_input.hpp"
#include "media/gstreamer.hpp"

namespace vistter::media {
namespace {

// An RTSP server with one H.265 mount, on a thread with its own main context.
class H265Server {
  public:
    H265Server()
        : context_(g_main_context_new()),
          loop_(g_main_loop_new(context_, FALSE)),
          server_(gst_rtsp_server_new()) {
        gst_rtsp_server_set_address(server_, "127.0.0.1");
        gst_rtsp_server_set_service(server_, "0");
        GstRTSPMediaFactory* factory = gst_rtsp_media_factory_new();
        gst_rtsp_media_factory_set_launch(
            factory,
            "( videotestsrc is-live=true pattern=white ! "
            "video/x-raw,format=I420,width=320,height=180,framerate=15/1 "
            "! x265enc speed-preset=ultrafast tune=zerolatency key-int-max=15 ! rtph265pay "
            "name=pay0 pt=96 )");
        GstRTSPMountPoints* mounts = gst_rtsp_server_get_mount_points(server_);
        gst_rtsp_mount_points_add_factory(mounts, "/cam", factory);
        g_object_unref(mounts);
        GSource* source = gst_rtsp_server_create_source(server_, nullptr, nullptr);
        g_source_attach(source, context_);
        g_source_unref(source);
        thread_ = std::thread([this] { g_main_loop_run(loop_); });
    }
    ~H265Server() {
        g_main_loop_quit(loop_);
        thread_.join();
        gst_rtsp_server_client_filter(
            server_,
            [](GstRTSPServer*, GstRTSPClient*, gpointer) { return GST_RTSP_FILTER_REMOVE; },
            nullptr);
        g_object_unref(server_);
        g_main_loop_unref(loop_);
        g_main_context_unref(context_);
    }
    std::string url() const {
        return "rtsp://127.0.0.1:" + std::to_string(gst_rtsp_server_get_bound_port(server_)) +
               "/cam";
    }

  private:
    GMainContext* context_;
    GMainLoop* loop_;
    GstRTSPServer* server_;
    std::thread thread_;
};

TEST(CameraInput, H265IsDecodedToo) {
    start_gstreamer();
    H265Server server;
    kit::EventCount event;
    auto camera = open_camera(server.url(), 320, 180, [&] { event.ring(); });
    ASSERT_TRUE(event.wait(20, [&] { return camera->status().frames >= 5; }))
        << camera->status().error;
    FramePtr newest = camera->newest();
    ASSERT_TRUE(newest);
    EXPECT_GT(newest->y()[90 * 320 + 160], 220) << "a white picture";
}

}  // namespace
}  // namespace vistter::media
