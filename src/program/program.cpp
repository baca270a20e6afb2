// The composition root of vistter-program.
#include "program/program.hpp"

#include <fmt/format.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

#include "base/log.hpp"
#include "program/control_server.hpp"
#include "program/media_server.hpp"
#include "program/tick_loop.hpp"

namespace vistter::program {
namespace {

// Blocks the ending signals in every thread and gives the descriptor that tells of them. A peer
// that went away is an error of its write, not a signal.
int take_signals() {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    return ::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
}

void say_ready(const Options& options) {
    std::string line = fmt::format("{{\"ready\":true,\"socket\":\"{}\",\"media_socket\":\"{}\"}}\n",
                                   options.socket.string(), options.media_socket.string());
    [[maybe_unused]] ssize_t put = ::write(options.ready_fd, line.data(), line.size());
    if (options.ready_fd > 2) ::close(options.ready_fd);
}

ipc::StreamInfo stream_info(const media::EncoderSettings& settings, const media::CodecInfo& codec) {
    ipc::StreamInfo info;
    info.width = settings.width;
    info.height = settings.height;
    info.rate_num = settings.rate_num;
    info.rate_den = settings.rate_den;
    info.video_codec_data = codec.video_codec_data;
    info.audio_codec_data = codec.audio_codec_data;
    return info;
}

}  // namespace

Result<int> run_program(const Options& options) {
    int signals = take_signals();
    Result<std::unique_ptr<ipc::Listener>> control_socket = ipc::Listener::open(options.socket);
    if (!control_socket) return std::move(control_socket).error();
    Result<std::unique_ptr<ipc::Listener>> media_socket = ipc::Listener::open(options.media_socket);
    if (!media_socket) return std::move(media_socket).error();

    const media::EncoderSettings& settings = options.encoder;
    OutputFormat format{settings.width, settings.height, {settings.rate_num, settings.rate_den}};
    Mailbox<Command> commands;
    Mailbox<ipc::Message> events;
    Mailbox<Retired> retired;
    Wake wake;
    ControlServer control(std::move(*control_socket), signals, wake, events, retired);
    MediaServer media(std::move(*media_socket));
    std::atomic<int> exit_code{0};

    Result<std::unique_ptr<media::Encoder>> encoder = media::open_encoder(
        settings,
        [&](const media::CodecInfo& codec) { media.set_info(stream_info(settings, codec)); },
        [&](media::EncodedUnit unit) { media.put(std::move(unit)); },
        [&](Error error) {
            log::error("the encoder failed: {}", error.message);
            exit_code = 1;
            control.shut_down();
        });
    if (!encoder) return std::move(encoder).error();
    auto preview = media::open_preview(
        settings.width, settings.height,
        [&](std::int64_t frame, Bytes jpeg) { media.put_preview(frame, std::move(jpeg)); });
    auto request_keyframe = [&] { (*encoder)->request_keyframe(); };
    auto ring = [&] { wake.ring(); };
    media.start({request_keyframe, [&](bool wanted) { preview->set_wanted(wanted); }});
    ControlDesk desk({commands, events, ring, request_keyframe, [&] { control.shut_down(); }},
                     format);
    TickLoop tick({**encoder, *preview, commands, events, retired, ring, media.video_bytes()},
                  format, options.proof_strip);
    tick.start();
    say_ready(options);
    control.run(desk);
    log::info("the programme ends");
    media.stop();  // its hooks use what is destroyed before it
    return exit_code.load();
}

}  // namespace vistter::program
