// Studio's broker, where it has one: the connection with Studio's certificate of now, its standing
// for people, and the revocation lists it is told to read.
#pragma once

#include <memory>
#include <optional>

#include "studio/adapters/authority/authority.hpp"
#include "studio/adapters/channel/broker.hpp"
#include "studio/app/options.hpp"
#include "studio/webapi/services.hpp"

namespace vistter::studio {

inline constexpr std::int64_t broker_warning_days = 30;  // before its certificate ends

class BrokerLink {
  public:
    // Everything given outlives it.
    BrokerLink(async::Loop& loop, const Options& options, StudioTrust& trust,
               const DeviceDirectory& devices)
        : loop_(loop), options_(options), trust_(trust), devices_(devices) {}

    // Connects, with a new certificate of Studio's own each time: it is a client there. Without a
    // broker in the options it does nothing.
    void connect(const AcceptPipe& accept);
    // Nothing: there is no broker.
    std::optional<BrokerView> view() const;
    // Now and then: a broker's certificate that ends soon is a warning in the log.
    void check_certificate() const;
    // These device certificates (PEM) open nothing any more: crl.pem in the state folder says so,
    // and a broker on this machine gets the file and is told to read it (--broker-crl,
    // --broker-pid-file).
    void keep_revocations(const std::vector<std::string>& revoked);

  private:
    Status hand_over() const;

    async::Loop& loop_;
    const Options& options_;
    StudioTrust& trust_;
    const DeviceDirectory& devices_;
    std::unique_ptr<Broker> broker_;
};

}  // namespace vistter::studio
