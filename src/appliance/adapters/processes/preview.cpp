// One subscription for all watchers.
#include "appliance/adapters/processes/preview.hpp"

#include <map>

#include "appliance/adapters/processes/ipc_link.hpp"

namespace vistter::appliance {
namespace {

constexpr std::int64_t retry_ms = 500;

class MediaPreview final : public Preview {
  public:
    MediaPreview(async::Loop& loop, std::filesystem::path socket)
        : loop_(loop), socket_(std::move(socket)) {}

    std::function<void()> watch(std::function<void(const std::string&)> image) override {
        const int id = ++last_id_;
        watchers_[id] = std::move(image);
        if (!link_) connect();
        return [this, id] {
            watchers_.erase(id);
            if (watchers_.empty()) {
                link_.reset();
                retrying_.reset();
            }
        };
    }

  private:
    void connect() {
        auto link = IpcLink::connect(
            loop_, socket_, {[this](const ipc::Message& m) { take(m); }, [this] { lost(); }});
        if (!link) return lost();
        link_ = *std::move(link);
        link_->send(ipc::Subscribe{"preview"});
    }
    void lost() {
        link_.reset();
        if (watchers_.empty()) return;
        retrying_ = loop_.after(retry_ms, [this] { connect(); });
    }
    void take(const ipc::Message& message) {
        const auto* image = std::get_if<ipc::PreviewImage>(&message);
        if (image == nullptr) return;
        const std::string jpeg(as_text(image->jpeg));
        const auto watchers = watchers_;  // a watcher may leave while it is served
        for (const auto& [id, serve] : watchers) serve(jpeg);
    }

    async::Loop& loop_;
    std::filesystem::path socket_;
    std::unique_ptr<IpcLink> link_;
    std::map<int, std::function<void(const std::string&)>> watchers_;
    int last_id_ = 0;
    async::Handle retrying_;
};

}  // namespace

std::unique_ptr<Preview> make_preview(async::Loop& loop, std::filesystem::path media_socket) {
    return std::make_unique<MediaPreview>(loop, std::move(media_socket));
}

}  // namespace vistter::appliance
