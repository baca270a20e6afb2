// Inside net: our TLS rules put into OpenSSL contexts, one place for servers, WebSocket clients and
// libcurl alike.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/tls.hpp"

namespace vistter::net {

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using OwnedContext = std::unique_ptr<SSL_CTX, FreeContext>;

// A context for accepting connections. Errors: CFG_INVALID naming what cannot be read.
Result<OwnedContext> make_server_context(const ServerTls& tls);

// Judges one server's certificate chain (net/tls.hpp says how) and remembers why it refused it. It
// must outlive every connection made with a context it was installed in. One thread.
class ServerVerifier {
  public:
    // `host`: a DNS name or an IP address, which the leaf must name.
    ServerVerifier(const ClientTls& tls, std::string host) : tls_(tls), host_(std::move(host)) {}
    ServerVerifier(const ServerVerifier&) = delete;
    ServerVerifier& operator=(const ServerVerifier&) = delete;

    // Sets the protocol rules, our identity and this judgement. Errors: CFG_INVALID.
    Status install(SSL_CTX* context);
    // SEC_PIN with the reason, once a chain has been refused.
    const std::optional<Error>& refusal() const { return refusal_; }

  private:
    static int judge(X509_STORE_CTX* offered, void* self);
    std::string objection(X509* leaf, STACK_OF(X509) * chain) const;

    const ClientTls tls_;
    const std::string host_;
    std::optional<Error> refusal_;
};

// The verified peer's certificate as DER; empty without one.
std::vector<unsigned char> peer_certificate(const SSL* ssl);
// When that certificate ends; nothing without one.
std::optional<WallTime> peer_certificate_ends(const SSL* ssl);
// The connection's exported secret (net/http.hpp); empty before the handshake, and over a TLS 1.2
// connection without extended master secret (RFC 7627), whose secrets two connections may share.
std::vector<unsigned char> exported_secret(SSL* ssl);
// Whether this OpenSSL error is the peer's alert that it does not take our certificate (unknown,
// expired, revoked, of another root, or none).
bool refuses_our_certificate(unsigned long error);
// That as SEC_UNAUTHORISED.
Error certificate_refused(const std::string& who, std::string_view detail);
// Whether `host` reads as an IP address.
bool is_address(const std::string& host);
// This thread's last OpenSSL error in words, the queue emptied.
std::string last_tls_error();

}  // namespace vistter::net
