// gst-rtsp-server with a media pipeline of its own for every client: a client that hangs holds up
// nobody else.
#include "sim/camera/rtsp_server.hpp"

#include <glib-unix.h>
#include <gst/rtsp-server/rtsp-server.h>

#include <csignal>
#include <vector>

#include <fmt/format.h>

namespace vistter::sim {
namespace {

constexpr guint cleanup_interval_s = 2;
constexpr const char* viewer = "viewer";  // the role of whoever has signed in
// config-interval=1, not -1: "with every IDR" means before every IDR slice, which tears a keyframe
// of several slices apart.
constexpr const char* launch =
    "( appsrc name=stream format=time is-live=true max-bytes=0 max-buffers=0 "
    "caps=video/x-h264,stream-format=avc,alignment=au "
    "! rtph264pay name=pay0 pt=96 config-interval=1 )";

struct Seat {
    Broadcast* broadcast;
    media::GstHandle<GstElement> source;
};

void free_seat(gpointer seat, GClosure*) {
    delete static_cast<Seat*>(seat);
}

void on_unprepared(GstRTSPMedia*, gpointer seat) {
    auto* taken = static_cast<Seat*>(seat);
    taken->broadcast->leave(taken->source.get());
}

void on_media(GstRTSPMediaFactory*, GstRTSPMedia* media, gpointer broadcast) {
    GstElement* bin = gst_rtsp_media_get_element(media);
    auto* seat = new Seat{static_cast<Broadcast*>(broadcast), media::named(bin, "stream")};
    gst_object_unref(bin);
    seat->broadcast->join(seat->source.get());
    // The closure owns the seat and goes with the media.
    g_signal_connect_data(media, "unprepared", G_CALLBACK(on_unprepared), seat, free_seat,
                          GConnectFlags{});
}

gboolean on_cleanup(gpointer server) {
    GstRTSPSessionPool* sessions = gst_rtsp_server_get_session_pool(GST_RTSP_SERVER(server));
    gst_rtsp_session_pool_cleanup(sessions);
    g_object_unref(sessions);
    return G_SOURCE_CONTINUE;
}

gboolean on_signal(gpointer loop) {
    g_main_loop_quit(static_cast<GMainLoop*>(loop));
    return G_SOURCE_CONTINUE;
}

class GstServer final : public RtspServer {
  public:
    GstServer() : loop_(g_main_loop_new(nullptr, FALSE)), server_(gst_rtsp_server_new()) {}
    ~GstServer() override {
        gst_rtsp_server_client_filter(
            server_,
            [](GstRTSPServer*, GstRTSPClient*, gpointer) { return GST_RTSP_FILTER_REMOVE; },
            nullptr);
        if (attached_ != 0) g_source_remove(attached_);
        g_object_unref(server_);
        g_main_loop_unref(loop_);
    }

    Status listen(std::uint16_t port) {
        gst_rtsp_server_set_address(server_, "127.0.0.1");
        gst_rtsp_server_set_service(server_, std::to_string(port).c_str());
        attached_ = gst_rtsp_server_attach(server_, nullptr);
        if (attached_ == 0) {
            return fail(ErrorCode::SYS_PORT_IN_USE,
                        fmt::format("port {} is already taken: choose another", port));
        }
        return ok();
    }

    void mount(const std::string& name, Broadcast& broadcast) override {
        GstRTSPMediaFactory* factory = gst_rtsp_media_factory_new();
        gst_rtsp_media_factory_set_launch(factory, launch);
        gst_rtsp_media_factory_set_shared(factory, FALSE);
        gst_rtsp_media_factory_set_protocols(factory, GST_RTSP_LOWER_TRANS_TCP);
        gst_rtsp_media_factory_add_role(factory, viewer, GST_RTSP_PERM_MEDIA_FACTORY_ACCESS,
                                        G_TYPE_BOOLEAN, TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT,
                                        G_TYPE_BOOLEAN, TRUE, nullptr);
        g_signal_connect(factory, "media-configure", G_CALLBACK(on_media), &broadcast);
        GstRTSPMountPoints* mounts = gst_rtsp_server_get_mount_points(server_);
        gst_rtsp_mount_points_add_factory(mounts, ("/" + name).c_str(),
                                          factory);  // takes the factory
        g_object_unref(mounts);
    }

    void require_login(const std::string& user, const std::string& password) override {
        GstRTSPAuth* guard = gst_rtsp_auth_new();
        gst_rtsp_auth_set_supported_methods(guard, GST_RTSP_AUTH_DIGEST);
        GstRTSPToken* token =
            gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, viewer, nullptr);
        gst_rtsp_auth_add_digest(guard, user.c_str(), password.c_str(), token);
        gst_rtsp_token_unref(token);
        gst_rtsp_server_set_auth(server_, guard);
        g_object_unref(guard);
    }

    std::uint16_t port() const override {
        return static_cast<std::uint16_t>(gst_rtsp_server_get_bound_port(server_));
    }

    void run() override {
        guint sources[] = {g_unix_signal_add(SIGTERM, on_signal, loop_),
                           g_unix_signal_add(SIGINT, on_signal, loop_),
                           g_timeout_add_seconds(cleanup_interval_s, on_cleanup, server_)};
        g_main_loop_run(loop_);
        for (guint source : sources) g_source_remove(source);
    }

  private:
    GMainLoop* loop_;
    GstRTSPServer* server_;
    guint attached_ = 0;
};

}  // namespace

Result<std::unique_ptr<RtspServer>> open_rtsp_server(std::uint16_t port) {
    media::start_gstreamer();
    auto server = std::make_unique<GstServer>();
    Status listening = server->listen(port);
    if (!listening) return listening.error();
    return std::unique_ptr<RtspServer>(std::move(server));
}

}  // namespace vistter::sim
