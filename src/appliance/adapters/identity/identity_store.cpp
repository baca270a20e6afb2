// Writes the files of an identity into a new folder and then points the symbolic link `identity` at
// it.
#include "appliance/adapters/identity/identity_store.hpp"

#include <unistd.h>

#include <map>
#include <sstream>

#include "base/bytes.hpp"
#include "base/file.hpp"

namespace vistter::appliance {
namespace {

constexpr std::uint64_t file_limit = 64 * 1024;

using Files = std::map<std::string, std::string>;

Files to_files(const Identity& identity) {
    const PairAnswer& granted = identity.granted;
    std::ostringstream facts;
    facts << "device_id=" << granted.device_id << "\ntenant=" << granted.tenant
          << "\nname=" << granted.name << "\nsigning_kid=" << granted.signing_kid
          << "\nsession_url=" << granted.session_url
          << "\nstudio_url=" << identity.studio_url << "\n";
    for (const ChannelAddress& channel : granted.channels)
        facts << "channel=" << channel.transport << " " << channel.url << "\n";
    for (const std::string& pin : granted.trust.pins) facts << "pin=" << pin << "\n";
    Files files;
    const auto& keys = granted.trust.studio_keys;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        facts << "studio_kid=" << keys[i].kid << "\n";
        files["studio-key-" + std::to_string(i) + ".pem"] = keys[i].pem;
    }
    files["facts"] = facts.str();
    files["client.pem"] = granted.client_certificate;
    for (const std::string& root : granted.trust.roots) files["root.pem"] += root;
    files["tls-key.pem"] = identity.tls_key_pem;
    files["signing-key.pem"] = identity.signing_key_pem;
    return files;
}

void take_fact(Identity& identity, const std::string& key, const std::string& value) {
    PairAnswer& granted = identity.granted;
    const std::map<std::string, std::string*> members{{"device_id", &granted.device_id},
                                                      {"tenant", &granted.tenant},
                                                      {"name", &granted.name},
                                                      {"signing_kid", &granted.signing_kid},
                                                      {"session_url", &granted.session_url},
                                                      {"studio_url", &identity.studio_url}};
    if (const auto member = members.find(key); member != members.end()) *member->second = value;
    if (key == "pin") granted.trust.pins.push_back(value);
    if (key == "studio_kid") granted.trust.studio_keys.push_back({value, {}});
    const auto blank = value.find(' ');
    if (key == "channel" && blank != std::string::npos)
        granted.channels.push_back({value.substr(0, blank), value.substr(blank + 1)});
}

Result<Identity> from_folder(const std::filesystem::path& folder) {
    Identity identity;
    const auto facts = read_file(folder / "facts", file_limit);
    if (!facts) return facts.error();
    std::istringstream lines(*facts);
    for (std::string line; std::getline(lines, line);) {
        const auto equals = line.find('=');
        if (equals != std::string::npos)
            take_fact(identity, line.substr(0, equals), line.substr(equals + 1));
    }
    std::map<std::string, std::string*> wanted{{"client.pem", &identity.granted.client_certificate},
                                               {"root.pem", &identity.granted.trust.roots.emplace_back()},
                                               {"tls-key.pem", &identity.tls_key_pem},
                                               {"signing-key.pem", &identity.signing_key_pem}};
    auto& keys = identity.granted.trust.studio_keys;
    for (std::size_t i = 0; i < keys.size(); ++i)
        wanted["studio-key-" + std::to_string(i) + ".pem"] = &keys[i].pem;
    for (const auto& [name, into] : wanted) {
        auto content = read_file(folder / name, file_limit);
        if (!content) return content.error();
        *into = *std::move(content);
    }
    return identity;
}

}  // namespace

void IdentityStore::clear_others() {
    std::error_code failed;
    const auto current = std::filesystem::read_symlink(link(), failed);
    for (const auto& entry : std::filesystem::directory_iterator(state_, failed)) {
        const auto name = entry.path().filename();
        if (name.string().starts_with("identity-") && name != current)
            std::filesystem::remove_all(entry.path(), failed);
    }
}

Result<std::optional<Identity>> IdentityStore::load() {
    clear_others();
    std::error_code failed;
    if (!std::filesystem::is_symlink(link(), failed)) return std::optional<Identity>();
    auto identity = from_folder(link());
    if (!identity)
        return fail(ErrorCode::SYS_STORAGE, "The identity in " + link().string() +
                                                " cannot be read (" + identity.error().message +
                                                "); restore it, or remove it and pair again.");
    return std::optional<Identity>(*std::move(identity));
}

Status IdentityStore::save(const Identity& identity) {
    Bytes tail(8);
    random_.fill(tail);
    const std::filesystem::path folder = state_ / ("identity-" + to_hex(tail));
    if (const Status made = make_private_directory(folder); !made) return made;
    for (const auto& [name, content] : to_files(identity)) {
        if (const Status kept = write_file(folder / name, content, 0600); !kept) return kept;
    }
    const std::filesystem::path next = state_ / ("identity-" + to_hex(tail) + ".link");
    if (::symlink(folder.filename().c_str(), next.c_str()) != 0 ||
        ::rename(next.c_str(), link().c_str()) != 0)
        return fail(ErrorCode::SYS_STORAGE,
                    "The new identity in " + folder.string() + " could not be switched in.");
    if (const Status synced = sync_directory(state_); !synced) return synced;
    clear_others();
    return ok();
}

}  // namespace vistter::appliance
