// P-256 keys for TLS, for signing (ES256) and for sealing. Private keys never leave the process
// except as PEM for a 0600 file.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/digest.hpp"

struct evp_pkey_st;

namespace vistter::crypto {

// A P-256 public key. Copies share the key; immutable, usable from any thread.
class PublicKey {
  public:
    explicit PublicKey(std::shared_ptr<evp_pkey_st> key)  // shared: copies are handles
        : key_(std::move(key)) {}
    static Result<PublicKey> from_pem(std::string_view pem);
    std::string to_pem() const;
    // {"kty":"EC","crv":"P-256","x":...,"y":...}, nothing else (RFC 7518 section 6.2). Errors:
    // SEC_UNAUTHORISED, also for a point that is not on the curve.
    static Result<PublicKey> from_jwk(std::string_view json);
    std::string to_jwk() const;
    // SHA-256 over the DER SubjectPublicKeyInfo: what a pin is (RFC 7469 section 2.4).
    Digest spki_sha256() const;
    evp_pkey_st* native() const { return key_.get(); }

  private:
    std::shared_ptr<evp_pkey_st> key_;  // shared: copies are handles
};

class PrivateKey {
  public:
    explicit PrivateKey(std::shared_ptr<evp_pkey_st> key)  // shared: copies are handles
        : key_(std::move(key)) {}
    static PrivateKey generate();
    // Also what crypto/tpm.hpp made: such a key signs and agrees in the TPM, and its PEM is of no
    // use anywhere else.
    static Result<PrivateKey> from_pem(std::string_view pem);
    std::string to_pem() const;
    PublicKey public_key() const { return PublicKey(key_); }
    evp_pkey_st* native() const { return key_.get(); }

  private:
    std::shared_ptr<evp_pkey_st> key_;  // shared: copies are handles
};

}  // namespace vistter::crypto
