// The keys and certificates of a made-up organisation: one Studio and as many appliances as asked
// for, all paired. For drills, benches and the fleet; nothing of it is ever stored.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/certificate.hpp"
#include "net/tls.hpp"

namespace vistter::sim {

struct Member {
    std::string device_id, kid, thumbprint;
    crypto::PrivateKey signing_key;
    net::TlsIdentity tls;
};

class FleetTrust {
  public:
    explicit FleetTrust(int appliances);

    // How a member reaches Studio.
    net::ClientTls client(const Member& member) const;
    std::string root_pem() const { return root->to_pem(); }

    static constexpr const char* tenant = "fleet";
    static constexpr const char* studio_kid = "studio:fleet#1";
    crypto::PrivateKey root_key, server_key, studio_key;
    std::optional<crypto::Certificate> root;
    net::TlsIdentity server;
    std::vector<Member> members;

  private:
    Member make_member();
};

}  // namespace vistter::sim
