// Facts line by line, certificates and keys file by file.
#include "appliance/adapters/identity/identity_files.hpp"

#include <sstream>

#include "base/file.hpp"
#include "crypto/sealed.hpp"

namespace vistter::appliance {
namespace {

constexpr std::uint64_t file_limit = 64 * 1024;
constexpr const char* rest_key_file =
    "rest-key.pem";  // the TPM's key that the others are sealed to
constexpr std::string_view rest_kid = "rest";
constexpr std::string_view pem_start = "-----BEGIN ", tpm_start = "-----BEGIN TSS2";

using Members = std::map<std::string, std::string*>;

Members text_facts(Identity& identity) {
    PairAnswer& granted = identity.granted;
    return {{"device_id", &granted.device_id},
            {"tenant", &granted.tenant},
            {"name", &granted.name},
            {"signing_kid", &granted.signing_kid},
            {"session_url", &granted.session_url},
            {"sealing_kid", &granted.sealing_kid},
            {"recover_url", &granted.recover_url},
            {"admit_url", &granted.admit_url},
            {"studio_url", &identity.studio_url},
            {"former_sealing_kid", &identity.former_sealing_kid}};
}

Members secret_files(Identity& identity) {
    return {{"tls-key.pem", &identity.tls_key_pem},
            {"signing-key.pem", &identity.signing_key_pem},
            {"sealing-key.pem", &identity.sealing_key_pem},
            {"former-sealing-key.pem", &identity.former_sealing_key_pem}};
}

std::string facts_of(Identity identity) {
    std::ostringstream facts;
    for (const auto& [name, value] : text_facts(identity)) facts << name << "=" << *value << "\n";
    for (const ChannelAddress& channel : identity.granted.channels)
        facts << "channel=" << channel.transport << " " << channel.url << "\n";
    for (const std::string& pin : identity.granted.trust.pins) facts << "pin=" << pin << "\n";
    for (const auto& key : identity.granted.trust.studio_keys)
        facts << "studio_kid=" << key.kid << "\n";
    return facts.str();
}

void take_fact(Identity& identity, const std::string& key, const std::string& value) {
    PairAnswer& granted = identity.granted;
    const Members members = text_facts(identity);
    if (const auto member = members.find(key); member != members.end()) *member->second = value;
    if (key == "pin") granted.trust.pins.push_back(value);
    if (key == "studio_kid") granted.trust.studio_keys.push_back({value, {}});
    const auto blank = value.find(' ');
    if (key == "channel" && blank != std::string::npos)
        granted.channels.push_back({value.substr(0, blank), value.substr(blank + 1)});
}

std::string key_file(std::size_t index) {
    return "studio-key-" + std::to_string(index) + ".pem";
}

std::string root_file(std::size_t index) {
    return index == 0 ? "root.pem" : "root-" + std::to_string(index) + ".pem";
}

Status take_roots(Identity& identity, const std::filesystem::path& folder) {
    auto& roots = identity.granted.trust.roots;
    for (;;) {
        auto pem = read_file(folder / root_file(roots.size()), file_limit);
        const bool end = !pem && pem.error().code == ErrorCode::RES_NOT_FOUND && !roots.empty();
        if (end) return ok();
        if (!pem) return pem.error();
        roots.push_back(*std::move(pem));
    }
}

}  // namespace

Status write_secrets(const std::filesystem::path& folder, const SecretFiles& secrets,
                     crypto::KeyHome home, Random& random) {
    if (const Status made = make_private_directory(folder); !made) return made;
    if (home == crypto::KeyHome::file) {
        for (const auto& [name, pem] : secrets) {
            if (const Status kept = write_file(folder / name, pem, 0600); !kept) return kept;
        }
        return ok();
    }
    // A key of its own for what is written now: what lies there from before keeps its own words.
    const auto rest = read_secret(folder, rest_key_file);
    const auto known = rest ? crypto::PrivateKey::from_pem(*rest) : rest.error();
    const crypto::PrivateKey key = known ? *known : crypto::generate_in_tpm();
    if (!known) {
        const Status kept = write_file(folder / rest_key_file, key.to_pem(), 0600);
        if (!kept) return kept;
    }
    for (const auto& [name, pem] : secrets) {
        const std::string text = pem.starts_with(tpm_start)
                                     ? pem
                                     : crypto::seal(key.public_key(), rest_kid, pem, random);
        if (const Status kept = write_file(folder / name, text, 0600); !kept) return kept;
    }
    return ok();
}

Result<std::string> read_secret(const std::filesystem::path& folder, const std::string& name) {
    auto text = read_file(folder / name, file_limit);
    if (!text || text->starts_with(pem_start)) return text;
    const auto rest = read_file(folder / rest_key_file, file_limit);
    if (!rest) return rest.error();
    const auto key = crypto::PrivateKey::from_pem(*rest);
    if (!key) return key.error();
    return crypto::unseal(*key, rest_kid, *text);
}

Status write_identity(const std::filesystem::path& folder, const Identity& identity,
                      crypto::KeyHome home, Random& random) {
    Identity copy = identity;
    SecretFiles secrets;
    for (const auto& [name, pem] : secret_files(copy)) {
        if (!pem->empty()) secrets[name] = *pem;
    }
    if (const Status kept = write_secrets(folder, secrets, home, random); !kept) return kept;
    std::map<std::string, std::string> files{{"facts", facts_of(identity)},
                                             {"client.pem", identity.granted.client_certificate}};
    const auto& roots = identity.granted.trust.roots;
    for (std::size_t i = 0; i < roots.size(); ++i) files[root_file(i)] = roots[i];
    const auto& keys = identity.granted.trust.studio_keys;
    for (std::size_t i = 0; i < keys.size(); ++i) files[key_file(i)] = keys[i].pem;
    if (identity.revoked) files["revoked"] = "";
    for (const auto& [name, content] : files) {
        if (const Status kept = write_file(folder / name, content, 0600); !kept) return kept;
    }
    return ok();
}

Result<Identity> read_identity(const std::filesystem::path& folder) {
    Identity identity;
    const auto facts = read_file(folder / "facts", file_limit);
    if (!facts) return facts.error();
    std::istringstream lines(*facts);
    for (std::string line; std::getline(lines, line);) {
        const auto equals = line.find('=');
        if (equals != std::string::npos)
            take_fact(identity, line.substr(0, equals), line.substr(equals + 1));
    }
    auto certificate = read_file(folder / "client.pem", file_limit);
    if (!certificate) return certificate.error();
    identity.granted.client_certificate = *std::move(certificate);
    if (const Status taken = take_roots(identity, folder); !taken) return taken.error();
    auto& keys = identity.granted.trust.studio_keys;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        auto pem = read_file(folder / key_file(i), file_limit);
        if (!pem) return pem.error();
        keys[i].pem = *std::move(pem);
    }
    for (const auto& [name, into] : secret_files(identity)) {
        auto pem = read_secret(folder, name);
        const bool optional = name.find("sealing") != std::string::npos;
        if (!pem && optional && pem.error().code == ErrorCode::RES_NOT_FOUND) continue;
        if (!pem) return pem.error();
        *into = *std::move(pem);
    }
    std::error_code failed;
    identity.revoked = std::filesystem::exists(folder / "revoked", failed);
    return identity;
}

}  // namespace vistter::appliance
