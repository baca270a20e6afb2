// A real vistter-program under test: its process, a control and a media connection, and every
// picture it encodes, decoded.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "contract/timeline_document.hpp"
#include "ipc/socket.hpp"
#include "kit/temporary_folder.hpp"
#include "kit/unit_decoder.hpp"
#include "media/barcode.hpp"
#include "sim/kit/child_process.hpp"

namespace vistter::program::test {

constexpr int width = 640, height = 360;

// What one output picture showed.
struct Seen {
    std::int64_t frame = 0;              // as the access unit says
    std::optional<std::uint32_t> strip;  // as the proof strip says
    std::optional<unsigned> camera;      // source number of the camera in the picture
    std::uint32_t camera_frame = 0;
    int box = 0;        // mean luma where the test's overlay is
    int elsewhere = 0;  // mean luma beside it
};

class Programme {
  public:
    // `extra`: more command line. Connects control and subscribes to the programme.
    explicit Programme(std::vector<std::string> extra = {});

    void send(const ipc::Message& message);
    // Every control message so far, in order.
    const std::vector<ipc::Message>& messages() const { return messages_; }
    // Reads until a message of kind M satisfies `wanted`; messages are looked at once, in order, by
    // all waits together.
    template <class M>
    M wait(std::function<bool(const M&)> wanted = [](const M&) { return true; }) {
        M found;
        pump([&] {
            for (; looked_ < messages_.size(); ++looked_) {
                const M* message = std::get_if<M>(&messages_[looked_]);
                if (message != nullptr && wanted(*message)) {
                    found = *message;
                    ++looked_;
                    return true;
                }
            }
            return false;
        });
        return found;
    }
    // Reads until output frame `frame` has been seen, and gives it.
    Seen wait_for_frame(std::int64_t frame);
    // Reads until a picture satisfies `wanted`, looking from frame `from` on.
    Seen wait_for_picture(std::int64_t from, std::function<bool(const Seen&)> wanted);
    const std::deque<Seen>& seen() const { return seen_; }
    const Seen& at(std::int64_t frame) const;
    // Where the next frame to be made is, at most.
    std::int64_t newest_frame();

    // Closes the control connection at once, as the kernel does for a process that is killed; a new
    // one may follow.
    void drop_control();
    void connect_control();

    // Stores a timeline and has it loaded; the answer may carry an error.
    ipc::ShowLoaded load(const std::string& timeline_id,
                         const contract::TimelineDocument& document);
    // Writes a file into the folder and gives its path.
    std::string store(const std::string& name, const std::string& content);
    std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
    sim::ChildProcess& process() { return process_; }

  private:
    void pump(const std::function<bool()>& done);
    void read_media();
    void look(const ipc::AccessUnit& unit);

    kit::TemporaryFolder folder_;
    sim::ChildProcess process_;
    std::unique_ptr<ipc::Connection> control_, media_;
    std::vector<ipc::Message> messages_;
    std::size_t looked_ = 0;
    std::unique_ptr<kit::UnitDecoder> decoder_;
    std::deque<Seen> seen_;
};

// Two simulated cameras, source numbers 1 and 2, as "cam_1" and "cam_2".
class Cameras {
  public:
    explicit Cameras(int port = 0);
    const std::string& url(int number) const { return urls_[static_cast<std::size_t>(number - 1)]; }
    int port() const { return port_; }
    sim::ChildProcess& process() { return process_; }

  private:
    sim::ChildProcess process_;
    std::vector<std::string> urls_;
    int port_ = 0;
};

// An overlay document whose scene "main" is a white box over the lower left of the picture, see
// Seen::box.
std::string white_box_json(const std::string& overlay_id, int outro_ms = 0);

}  // namespace vistter::program::test
