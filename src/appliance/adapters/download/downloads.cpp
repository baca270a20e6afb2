// One item after the other for each job; transient failures wait with back-off on the loop, never
// on a worker.
#include "appliance/adapters/download/downloads.hpp"

#include <map>
#include <stop_token>
#include <utility>

#include "base/backoff.hpp"
#include "base/log.hpp"
#include "net/http_client.hpp"

namespace vistter::appliance {
namespace {

constexpr int most_attempts = 6;
// Short, so that a stopping appliance never waits long for a worker; what came in is kept and
// resumed.
constexpr std::int64_t attempt_deadline_ms = 15'000;

struct Job {
    std::vector<contract::AssetEntry> assets;
    DownloadEvents events;
    std::size_t at = 0;
    std::int64_t done_before = 0;  // bytes of the finished items
    std::int64_t item_done = 0,
                 item_done_before = 0;  // of the item at hand: now, and when this attempt began
    Backoff backoff{{.base_ms = 500, .cap_ms = 10'000}};
    async::Handle waiting;
    std::stop_source running;
};

class HttpDownloads final : public Downloads {
  public:
    HttpDownloads(async::Loop& loop, async::WorkerPool& workers, Random& random,
                  const AddressPolicy& policy, std::string folder,
                  std::function<std::optional<AssetSource>()> source)
        : loop_(loop),
          workers_(workers),
          random_(random),
          policy_(policy),
          folder_(std::move(folder)),
          source_(std::move(source)) {}

    Status allowed(const std::string& url) override {
        const auto address = parse_address(url);
        if (!address) return address.error();
        if (address->scheme != "https")
            return fail(ErrorCode::SEC_UNAUTHORISED, "Assets are fetched over https only.");
        if (address->userinfo)
            return fail(ErrorCode::VAL_INLINE_SECRET, "An address must not carry a user name.");
        const auto source = source_();
        if (!source)
            return fail(ErrorCode::SEC_UNAUTHORISED,
                        "The appliance is not paired: no host may be fetched from.");
        const int port = address->port == 0 ? 443 : address->port;
        if (address->host != source->host || port != source->port)
            return fail(ErrorCode::SEC_UNAUTHORISED,
                        "Assets come from the paired Studio's host only.");
        return policy_.may_connect(address->host);
    }

    void fetch(const std::string& id, std::vector<contract::AssetEntry> assets,
               DownloadEvents events) override {
        if (jobs_.contains(id)) return;
        Job& job = jobs_[id];
        job.assets = std::move(assets);
        job.events = std::move(events);
        next(id);
    }

    void cancel(const std::string& id) override {
        const auto found = jobs_.find(id);
        if (found == jobs_.end()) return;
        found->second.running.request_stop();
        jobs_.erase(found);
    }

  private:
    void next(const std::string& id) {
        const auto found = jobs_.find(id);
        if (found == jobs_.end()) return;
        Job& job = found->second;
        if (job.at == job.assets.size()) {
            const auto finished = std::move(job.events.finished);
            jobs_.erase(found);
            return finished();
        }
        const auto& asset = job.assets[job.at];
        if (const Status ok_to_fetch = allowed(asset.uri); !ok_to_fetch)
            return ended(id, ok_to_fetch);
        net::Download download;
        download.request.url = asset.uri;
        const auto source = source_();
        download.request.tls = source->tls;
        download.request.proxy = source->proxy;
        download.request.deadline_ms = attempt_deadline_ms;
        download.request.stop = job.running.get_token();
        download.request.max_bytes = static_cast<std::size_t>(asset.size_bytes) + 1;
        download.request.allow = [policy = policy_](const std::string&,
                                                    const std::string& address) {
            return policy.may_connect(address).ok();
        };
        download.target = folder_ + "/" + asset.sha256;
        download.sha256 = asset.sha256;
        download.size_bytes = asset.size_bytes;
        download.progress = [this, id](std::int64_t done) {
            loop_.post([this, id, done] { moved(id, done); });
        };
        const bool queued = workers_.submit([this, id, download] {
            const Status status = net::download(download);
            loop_.post([this, id, status] { ended(id, status); });
        });
        if (!queued) wait(id, 1'000);
    }

    void moved(const std::string& id, std::int64_t done) {
        const auto found = jobs_.find(id);
        if (found == jobs_.end()) return;
        found->second.item_done = done;
        found->second.events.progress(found->second.done_before + done);
    }

    void wait(const std::string& id, std::int64_t ms) {
        jobs_.at(id).waiting = loop_.after(ms, [this, id] { next(id); });
    }

    void ended(const std::string& id, const Status& status) {
        const auto found = jobs_.find(id);
        if (found == jobs_.end()) return;
        Job& job = found->second;
        const auto& asset = job.assets[job.at];
        if (job.item_done > std::exchange(job.item_done_before, job.item_done))
            job.backoff.reset();  // it moves
        if (!status && is_transient(status.error().code) &&
            job.backoff.attempts() < most_attempts) {
            log::warning("Asset {} will be tried again: {}", asset.asset_id,
                         describe(status.error()));
            return wait(id, job.backoff.next_ms(random_));
        }
        if (status) {
            job.done_before += asset.size_bytes;
            job.events.progress(job.done_before);
            job.events.cached(asset);
        } else {
            job.events.failed(asset, status.error());
        }
        job.backoff.reset();
        job.item_done = job.item_done_before = 0;
        ++job.at;
        next(id);
    }

    // An expired address needs a new command; everything else of these may pass by itself.
    static bool is_transient(ErrorCode code) {
        return code == ErrorCode::AST_FETCH || code == ErrorCode::SYS_TIMEOUT;
    }

    async::Loop& loop_;
    async::WorkerPool& workers_;
    Random& random_;
    const AddressPolicy& policy_;
    std::string folder_;
    std::function<std::optional<AssetSource>()> source_;
    std::map<std::string, Job> jobs_;
};

}  // namespace

std::unique_ptr<Downloads> make_downloads(async::Loop& loop, async::WorkerPool& workers,
                                          Random& random, const AddressPolicy& policy,
                                          std::string assets_folder,
                                          std::function<std::optional<AssetSource>()> source) {
    return std::make_unique<HttpDownloads>(loop, workers, random, policy, std::move(assets_folder),
                                           std::move(source));
}

}  // namespace vistter::appliance
