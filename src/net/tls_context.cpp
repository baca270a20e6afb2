// OpenSSL contexts with our rules, and the judgement of a server's chain: pinned roots only, then
// the ordinary checks.
#include "net/tls_context.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "crypto/digest.hpp"
#include "crypto/keys.hpp"

namespace vistter::net {
namespace {

template <auto release>
struct Releaser {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};
void free_stack(STACK_OF(X509) * stack) {
    sk_X509_pop_free(stack, X509_free);
}
using OwnedBio = std::unique_ptr<BIO, Releaser<BIO_free_all>>;
using OwnedStore = std::unique_ptr<X509_STORE, Releaser<X509_STORE_free>>;
using OwnedStoreContext = std::unique_ptr<X509_STORE_CTX, Releaser<X509_STORE_CTX_free>>;
using Chain = std::unique_ptr<STACK_OF(X509), Releaser<free_stack>>;

constexpr std::size_t shortest_pin = 10, longest_pin = 32;
constexpr int longest_chain = 3;
constexpr std::string_view exporter_label = "EXPORTER-vistter-pairing";

Error invalid(const std::string& what) {
    return fail(ErrorCode::CFG_INVALID, what);
}

OwnedBio reader(const std::string& text) {
    return OwnedBio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Chain read_chain(const std::string& pem) {
    Chain chain(sk_X509_new_null());
    OwnedBio bio = reader(pem);
    while (X509* x509 = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
        sk_X509_push(chain.get(), x509);
    ERR_clear_error();  // the end of the text is reported as an error
    return chain;
}

// TLS 1.2 and newer, forward secrecy and AEAD only, nothing resumed: every connection proves itself
// anew.
bool set_rules(SSL_CTX* context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_num_tickets(context, 0) == 1 &&
           SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1 &&
           SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}

Status set_identity(SSL_CTX* context, const TlsIdentity& identity) {
    Chain chain = read_chain(identity.certificate_chain_pem);
    if (sk_X509_num(chain.get()) == 0) return invalid("the TLS certificate is not in PEM");
    const auto key = crypto::PrivateKey::from_pem(identity.private_key_pem);
    if (!key) return invalid("the TLS private key cannot be used: " + key.error().message);
    if (SSL_CTX_use_certificate(context, sk_X509_value(chain.get(), 0)) != 1) {
        return invalid("the TLS certificate is refused: " + last_tls_error());
    }
    for (int i = 1; i < sk_X509_num(chain.get()); ++i) {
        SSL_CTX_add1_chain_cert(context, sk_X509_value(chain.get(), i));
    }
    if (SSL_CTX_use_PrivateKey(context, key->native()) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        return invalid("the TLS private key does not belong to the certificate: " +
                       last_tls_error());
    }
    return ok();
}

Status require_client_certificate(SSL_CTX* context, const std::string& root_pem) {
    Chain roots = read_chain(root_pem);
    if (sk_X509_num(roots.get()) == 0)
        return invalid("the root for client certificates is not in PEM");
    X509_STORE* store = SSL_CTX_get_cert_store(context);
    for (int i = 0; i < sk_X509_num(roots.get()); ++i) {
        X509_STORE_add_cert(store, sk_X509_value(roots.get(), i));
        SSL_CTX_add_client_CA(context, sk_X509_value(roots.get(), i));
    }
    X509_STORE_set_flags(store, X509_V_FLAG_X509_STRICT);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_verify_depth(context, longest_chain);
    return ok();
}

crypto::Digest spki_sha256(X509* x509) {
    unsigned char* der = nullptr;
    int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
    crypto::Digest digest{};
    if (size > 0) digest = crypto::sha256({der, static_cast<std::size_t>(size)});
    OPENSSL_free(der);
    return digest;
}

bool is_pinned(X509* x509, const std::vector<std::vector<unsigned char>>& pins) {
    crypto::Digest digest = spki_sha256(x509);
    return std::ranges::any_of(pins, [&](const std::vector<unsigned char>& pin) {
        return pin.size() >= shortest_pin && pin.size() <= longest_pin &&
               std::equal(pin.begin(), pin.end(), digest.begin());
    });
}

// Adds the self-signed, pinned certificates of `chain` to the store; how many there were.
int trust_pinned(X509_STORE* store, STACK_OF(X509) * chain,
                 const std::vector<std::vector<unsigned char>>& pins) {
    int trusted = 0;
    for (int i = 0; i < sk_X509_num(chain); ++i) {
        X509* x509 = sk_X509_value(chain, i);
        if (X509_self_signed(x509, 1) != 1 || !is_pinned(x509, pins)) continue;
        X509_STORE_add_cert(store, x509);
        ++trusted;
    }
    return trusted;
}

void expect_server(X509_VERIFY_PARAM* rules, const std::string& host) {
    X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_depth(rules, longest_chain);
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_X509_STRICT);
    X509_VERIFY_PARAM_set_hostflags(
        rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (is_address(host))
        X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str());
    else
        X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size());
}

}  // namespace

Result<OwnedContext> make_server_context(const ServerTls& tls) {
    OwnedContext context(SSL_CTX_new(TLS_server_method()));
    if (!context || !set_rules(context.get()))
        return invalid("TLS cannot be set up: " + last_tls_error());
    if (Status set = set_identity(context.get(), tls.identity); !set) return set.error();
    if (tls.client_root_pem.empty()) return context;
    if (Status set = require_client_certificate(context.get(), tls.client_root_pem); !set)
        return set.error();
    return context;
}

Status ServerVerifier::install(SSL_CTX* context) {
    if (!set_rules(context)) return invalid("TLS cannot be set up: " + last_tls_error());
    if (!tls_.identity.certificate_chain_pem.empty()) {
        if (Status set = set_identity(context, tls_.identity); !set) return set;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context, &ServerVerifier::judge, this);
    return ok();
}

int ServerVerifier::judge(X509_STORE_CTX* offered, void* self) {
    auto* verifier = static_cast<ServerVerifier*>(self);
    if (verifier->tls_.any_server) {
        X509_STORE_CTX_set_error(offered, X509_V_OK);
        return 1;
    }
    std::string objection = verifier->objection(X509_STORE_CTX_get0_cert(offered),
                                                X509_STORE_CTX_get0_untrusted(offered));
    ERR_clear_error();
    if (objection.empty()) {
        X509_STORE_CTX_set_error(offered, X509_V_OK);
        return 1;
    }
    verifier->refusal_ = fail(ErrorCode::SEC_PIN, std::move(objection));
    X509_STORE_CTX_set_error(offered, X509_V_ERR_CERT_REJECTED);
    return 0;
}

// Why the chain is refused; empty if it is good.
std::string ServerVerifier::objection(X509* leaf, STACK_OF(X509) * chain) const {
    OwnedStore store(X509_STORE_new());
    Chain own_roots = read_chain(tls_.root_pem);
    int trusted = trust_pinned(store.get(), chain, tls_.pins) +
                  trust_pinned(store.get(), own_roots.get(), tls_.pins);
    if (trusted == 0) {
        return fmt::format(
            "pin mismatch: the root of the server at {} is not the expected one; check the "
            "address, and "
            "that nobody is in between",
            host_);
    }
    OwnedStoreContext verification(X509_STORE_CTX_new());
    if (!verification || X509_STORE_CTX_init(verification.get(), store.get(), leaf, chain) != 1) {
        return "the certificate chain cannot be read: " + last_tls_error();
    }
    X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(verification.get());
    expect_server(rules, host_);
    if (tls_.not_before > machine_clock().wall())
        X509_VERIFY_PARAM_set_time(rules, tls_.not_before.ms / 1000);
    if (X509_verify_cert(verification.get()) == 1) return {};
    int error = X509_STORE_CTX_get_error(verification.get());
    if (error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH) {
        return fmt::format("host mismatch: the server's certificate does not name {}", host_);
    }
    return fmt::format("the server's certificate is refused: {}",
                       X509_verify_cert_error_string(error));
}

std::vector<unsigned char> peer_certificate(const SSL* ssl) {
    std::unique_ptr<X509, Releaser<X509_free>> x509(SSL_get1_peer_certificate(ssl));
    if (!x509) return {};
    unsigned char* der = nullptr;
    int size = i2d_X509(x509.get(), &der);
    if (size <= 0) return {};
    std::vector<unsigned char> bytes(der, der + size);
    OPENSSL_free(der);
    return bytes;
}

std::optional<WallTime> peer_certificate_ends(const SSL* ssl) {
    std::unique_ptr<X509, Releaser<X509_free>> x509(SSL_get1_peer_certificate(ssl));
    std::tm parts{};
    if (!x509 || ASN1_TIME_to_tm(X509_get0_notAfter(x509.get()), &parts) != 1) return std::nullopt;
    return WallTime{std::int64_t{::timegm(&parts)} * 1'000};
}

std::vector<unsigned char> exported_secret(SSL* ssl) {
    if (SSL_is_init_finished(ssl) != 1) return {};
    if (SSL_version(ssl) < TLS1_3_VERSION && SSL_get_extms_support(ssl) != 1) return {};
    std::vector<unsigned char> secret(32);
    int made = SSL_export_keying_material(ssl, secret.data(), secret.size(), exporter_label.data(),
                                          exporter_label.size(), nullptr, 0, 0);
    return made == 1 ? secret : std::vector<unsigned char>();
}

bool refuses_our_certificate(unsigned long error) {
    if (ERR_GET_LIB(error) != ERR_LIB_SSL) return false;
    switch (ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET) {
        case SSL_AD_BAD_CERTIFICATE:
        case SSL_AD_UNSUPPORTED_CERTIFICATE:
        case SSL_AD_CERTIFICATE_REVOKED:
        case SSL_AD_CERTIFICATE_EXPIRED:
        case SSL_AD_CERTIFICATE_UNKNOWN:
        case SSL_AD_UNKNOWN_CA:
        case SSL_AD_ACCESS_DENIED:
        case SSL_AD_CERTIFICATE_REQUIRED:
            return true;
        default:
            return false;
    }
}

Error certificate_refused(const std::string& who, std::string_view detail) {
    return fail(ErrorCode::SEC_UNAUTHORISED,
                fmt::format("TLS: {} does not take our certificate: {}", who, detail));
}

bool is_address(const std::string& host) {
    unsigned char address[16];
    return ::inet_pton(AF_INET, host.c_str(), address) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), address) == 1;
}

std::string last_tls_error() {
    unsigned long first = ERR_get_error();
    ERR_clear_error();
    const char* reason = first == 0 ? nullptr : ERR_reason_error_string(first);
    return reason == nullptr ? "no reason given" : reason;
}

}  // namespace vistter::net
