// What is refused here has used no network and changed nothing.
#include "appliance/adapters/pairing/pairing.hpp"

#include <algorithm>

#include "appliance/adapters/pairing/redeem.hpp"
#include "crypto/pairing_code.hpp"
#include "crypto/pairing_token.hpp"

namespace vistter::appliance {
namespace {

// Another organisation's appliance is not taken over with what it knows of the former one.
bool same_owner(const Identity& former, const Identity& next) {
    const auto& pins = next.granted.trust.pins;
    return former.granted.tenant == next.granted.tenant &&
           former.granted.device_id == next.granted.device_id &&
           std::any_of(pins.begin(), pins.end(), [&](const std::string& pin) {
               const auto& known = former.granted.trust.pins;
               return std::find(known.begin(), known.end(), pin) != known.end();
           });
}

Error unpair_first() {
    return fail(ErrorCode::STA_TRANSITION,
                "The appliance belongs to another organisation; unpair it first.");
}

class HttpPairing final : public Pairing {
  public:
    HttpPairing(async::Loop& loop, async::WorkerPool& workers, const Clock& clock, Random& random,
                const AddressPolicy& policy, PairingOptions options)
        : loop_(loop),
          workers_(workers),
          clock_(clock),
          random_(random),
          policy_(policy),
          options_(std::move(options)) {}

    void pair(const std::string& token, const std::string& studio_url,
              std::function<void(Result<PairedAs>)> done) override {
        auto attempt = prepare(token, studio_url);
        if (!attempt) {
            note_refused(token, studio_url, attempt.error());
            return done(attempt.error());
        }
        run(
            [this, attempt = *std::move(attempt), done] {
                return [this, redeemed = redeem(attempt, policy_, random_), done,
                        url = attempt.studio_url] { finish(redeemed, url, done); };
            },
            done);
    }

    const std::string& serial() const override { return options_.serial; }
    std::optional<PairingReport> last() const override { return last_; }

    void diagnose(const std::string& studio_url,
                  std::function<void(Result<PairingReport>)> done) override {
        if (busy_) return done(busy_now());
        Probe what{options_.identity(), "", options_.codec, options_.proxy, clock_.wall()};
        if (!what.identity) {
            const auto url = read_url(studio_url);
            if (!url) return done(url.error());
            what.url = *url;
        }
        const std::string url = what.identity ? what.identity->studio_url : what.url;
        run(
            [this, what, url, done] {
                return [report = report_of(probe(what, policy_), url, what.now), done] {
                    done(report);
                };
            },
            done);
    }

    Status unpair(bool stop_air) override {
        if (busy_) return busy_now();
        if (!options_.identity())
            return fail(ErrorCode::STA_TRANSITION, "The appliance is not paired.");
        if (!stop_air && options_.on_air())
            return fail(ErrorCode::STA_IN_USE,
                        "An output is on air; stop it, or unpair with on_air=stop.");
        return options_.forget();
    }

  private:
    // `work` runs on a worker and returns what is to run on the loop.
    template <class Work, class Done>
    void run(Work work, const Done& done) {
        busy_ = true;
        const bool queued = workers_.submit([this, work = std::move(work)] {
            loop_.post([this, then = work()] {
                busy_ = false;
                then();
            });
        });
        if (queued) return;
        busy_ = false;
        done(fail(ErrorCode::SYS_BUSY, "The appliance is busy; try again in a moment."));
    }

    static Error busy_now() {
        return fail(ErrorCode::SYS_BUSY, "An attempt is running; wait for its answer.");
    }

    Result<std::string> read_url(std::string url) const {
        while (url.ends_with('/')) url.pop_back();
        const auto address = parse_address(url);
        if (!address || address->scheme != "https" || address->userinfo || address->path != "/")
            return fail_at(ErrorCode::VAL_SCHEMA, "/studio_url",
                           "Studio's address reads https://host[:port].");
        if (const Status allowed = policy_.may_connect(address->host); !allowed)
            return fail_at(ErrorCode::VAL_SCHEMA, "/studio_url", allowed.error().message);
        return url;
    }

    // A revoked appliance may come back to the Studio it belongs to, and to no other.
    Status may_pair(const std::string& studio_url) const {
        if (busy_) return busy_now();
        const auto former = options_.identity();
        if (!former) return ok();
        if (!options_.revoked())
            return fail(ErrorCode::STA_TRANSITION,
                        "The appliance is paired already; unpair it before pairing anew.");
        return former->studio_url == studio_url ? ok() : Status(unpair_first());
    }

    Result<Attempt> prepare(const std::string& token, const std::string& studio_url) const {
        Attempt attempt;
        if (crypto::reads_as_pairing_code(token)) {
            const auto code = crypto::parse_pairing_code(token);
            if (!code) return code.error();
            attempt.code = *code;
        } else {
            const auto parsed = crypto::parse_pairing_token(token);
            if (!parsed) return parsed.error();
            attempt.token = *parsed;
        }
        const auto url = read_url(studio_url);
        if (!url) return url.error();
        if (const Status may = may_pair(*url); !may) return may.error();
        attempt.studio_url = *url;
        attempt.serial = options_.serial;
        attempt.model = options_.model;
        attempt.arch = options_.arch;
        attempt.codec = options_.codec;
        attempt.proxy = options_.proxy;
        attempt.key_home = options_.key_home;
        attempt.now = clock_.wall();
        return attempt;
    }

    static PairingReport report_of(const Trip& trip, const std::string& url, WallTime now) {
        return {now, url, trip.form, steps_of(trip)};
    }

    // A typo is a failed step too; the address may be anything and is shown only if it is one.
    void note_refused(const std::string& token, const std::string& url, const Error& error) {
        if (error.code != ErrorCode::PAIR_CHECK) return;
        const auto address = read_url(url);
        PairingReport report{clock_.wall(),
                             address ? *address : "",
                             crypto::reads_as_pairing_code(token) ? "code" : "token",
                             {}};
        Trip trip;
        trip.failure = error;
        report.steps = steps_of(trip);
        for (PairingStep& step : report.steps)
            if (step.state == "ok") step.state = "skipped";
        last_ = report;
    }

    void finish(const Redeemed& redeemed, const std::string& url,
                const std::function<void(Result<PairedAs>)>& done) {
        Trip trip = redeemed.trip;
        const auto kept =
            redeemed.identity ? keep(*redeemed.identity) : Status(redeemed.identity.error());
        if (!kept) trip.failure = kept.error();
        last_ = report_of(trip, url, clock_.wall());
        if (!kept) return done(kept.error());
        const PairAnswer& granted = redeemed.identity->granted;
        done(PairedAs{granted.device_id, granted.tenant, granted.name});
    }

    Status keep(const Identity& identity) {
        const auto former = options_.identity();
        if (former && !same_owner(*former, identity)) return unpair_first();
        return options_.keep(identity);
    }

    async::Loop& loop_;
    async::WorkerPool& workers_;
    const Clock& clock_;
    Random& random_;
    const AddressPolicy& policy_;
    PairingOptions options_;
    std::optional<PairingReport> last_;
    bool busy_ = false;
};

}  // namespace

std::unique_ptr<Pairing> make_pairing(async::Loop& loop, async::WorkerPool& workers,
                                      const Clock& clock, Random& random,
                                      const AddressPolicy& policy, PairingOptions options) {
    return std::make_unique<HttpPairing>(loop, workers, clock, random, policy, std::move(options));
}

}  // namespace vistter::appliance
