// Certificates, signing requests and keys, as PEM and as DER.
#include "crypto/certificate.hpp"
#include "base/random.hpp"
#include "fuzz/target.hpp"
#include "fuzz/targets/fixed_key.hpp"

namespace vistter::fuzz {

// OpenSSL's decoders are slow, so each reader gets the inputs that are labelled for it; and one
// input in sixteen goes to all of them, whatever it is.
void certificate(std::string_view input) {
    const bool all = input.size() % 16 == 0;
    const auto is_for = [&](std::string_view label) {
        return all || input.find(label) != input.npos;
    };
    if (is_for("REQUEST-----")) {
        if (const auto request = crypto::read_csr(input)) (void)request->key.spki_sha256();
    }
    if (is_for("PUBLIC KEY-----")) {
        if (const auto key = crypto::PublicKey::from_pem(input)) (void)key->to_pem();
    }
    if (is_for("PRIVATE KEY-----")) (void)crypto::PrivateKey::from_pem(input);
    if (is_for("CERTIFICATE-----")) (void)crypto::Certificate::chain_from_pem(input);
    auto read = crypto::Certificate::from_pem(input);
    if (!read) read = crypto::Certificate::from_der(as_bytes(input));
    if (!read) return;
    (void)crypto::device_of(*read);
    (void)read->uri_names();
    const auto again = crypto::Certificate::from_der(read->to_der());
    must(again.ok() && again->thumbprint() == read->thumbprint(),
         "a certificate reads back as itself");
}

std::vector<std::string> certificate_examples() {
    SeededRandom random(1);
    const crypto::Validity validity{{1'700'000'000'000}, {1'900'000'000'000}};
    const auto root = crypto::make_root(fixed_key(), "Root", validity, random);
    const auto server = crypto::issue_server(fixed_key(), root, fixed_key().public_key(),
                                             {"127.0.0.1", "localhost"}, validity, random);
    const auto device = crypto::issue_device(
        fixed_key(), root, fixed_key().public_key(),
        crypto::device_uri("test", "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC"), validity, random);
    return {root.to_pem(),
            server.to_pem() + root.to_pem(),
            device.to_pem(),
            std::string(as_text(device.to_der())),
            fixed_key().public_key().to_pem(),
            crypto::make_csr(fixed_key(), "SERIAL-1", "challenge")};
}

}  // namespace vistter::fuzz
