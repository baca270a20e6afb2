// TLS settings shared by servers and clients: TLS 1.2 or newer, P-256 and X25519, our roots only,
// pins on the root's SPKI.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace vistter::net {

struct TlsIdentity {
    std::string certificate_chain_pem;  // leaf first; a server adds its root so that a pinned first
                                        // contact can see it
    std::string private_key_pem;        // or of a key in the TPM (crypto/tpm.hpp)
};

struct ServerTls {
    TlsIdentity identity;
    std::string
        client_root_pem;  // empty: no client certificate asked for; otherwise one is required
};

// A server is accepted if its chain verifies up to a self-signed root that is in the chain or in
// `root_pem`, the leaf names the host, and the root's SPKI SHA-256 starts with one of `pins` (10 to
// 32 bytes). No pin: nothing is accepted.
struct ClientTls {
    std::vector<std::vector<unsigned char>> pins;
    std::string root_pem;  // may be empty at the first, token-pinned contact
    TlsIdentity identity;  // empty strings: no client certificate
    // Certificates are judged as of the machine's time, but never as of an earlier one than this:
    // boards without a clock boot in the past (contract B.6).
    WallTime not_before{};
    // Any server at all is accepted, whoever it is. Only for an exchange that proves the connection
    // itself, with its exported secret (pairing with a short code); never for anything else.
    bool any_server = false;
};

}  // namespace vistter::net
