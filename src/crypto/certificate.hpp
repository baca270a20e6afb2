// Studio's own small CA: root, server and device certificates, signing requests, pins (rulings 13,
// contract B.1.5).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "crypto/keys.hpp"

struct x509_st;

namespace vistter::crypto {

// An X.509 certificate with a P-256 key; reading any other one fails. Copies share it; immutable,
// for any thread.
class Certificate {
  public:
    explicit Certificate(std::shared_ptr<x509_st> x509)  // shared: copies are handles
        : x509_(std::move(x509)) {}
    static Result<Certificate> from_pem(std::string_view pem);
    static Result<Certificate> from_der(ByteView der);
    // Every certificate in the text, in order; at least one.
    static Result<std::vector<Certificate>> chain_from_pem(std::string_view pem);
    std::string to_pem() const;
    Bytes to_der() const;
    PublicKey public_key() const;
    std::string thumbprint() const;              // base64url SHA-256 of the DER (x5t#S256)
    std::vector<std::string> uri_names() const;  // every URI in the subject alternative name
    WallTime not_before() const;
    WallTime not_after() const;
    // The signature verifies with the issuer's key.
    bool issued_by(const Certificate& issuer) const;
    x509_st* native() const { return x509_.get(); }

  private:
    std::shared_ptr<x509_st> x509_;  // shared: copies are handles
};

struct Validity {
    WallTime from, to;
};

// Serial numbers: 16 random bytes from `random`.
Certificate make_root(const PrivateKey& key, std::string_view common_name, Validity validity,
                      Random& random);
// SAN: each name of `hosts` as DNS or, if it reads as an address, IP. Extended key usage: server.
Certificate issue_server(const PrivateKey& ca_key, const Certificate& ca, const PublicKey& subject,
                         const std::vector<std::string>& hosts, Validity validity, Random& random);
// SAN: exactly one URI; common name: the last part of it, the device id, which a broker takes for
// the user's name. Extended key usage: client.
Certificate issue_device(const PrivateKey& ca_key, const Certificate& ca, const PublicKey& subject,
                         std::string_view spiffe_uri, Validity validity, Random& random);

// "spiffe://vistter/t/<tenant>/d/<device_id>"
std::string device_uri(std::string_view tenant, std::string_view device_id);
struct DeviceName {
    std::string tenant, device_id;
};
// The device named by a client certificate that has exactly one URI of that form; SEC_UNAUTHORISED
// otherwise.
Result<DeviceName> device_of(const Certificate& certificate);

// PKCS #10 request (RFC 2986), PEM, proving possession of the key. `challenge` goes into the
// challengePassword attribute (RFC 2985 section 5.4.1) and proves that the request was made for one
// command; empty: none. At most 255 characters.
std::string make_csr(const PrivateKey& key, std::string_view common_name,
                     std::string_view challenge = {});
struct SigningRequest {
    PublicKey key;
    std::string challenge;  // empty: none
};
// A request whose self-signature verifies, with a P-256 key; SEC_UNAUTHORISED or VAL_TOO_BIG
// otherwise.
Result<SigningRequest> read_csr(std::string_view pem);

}  // namespace vistter::crypto
