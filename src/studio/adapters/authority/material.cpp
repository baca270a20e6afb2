// The files of the CA, the listeners and the signing keys.
#include "studio/adapters/authority/material.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

#include "studio/adapters/authority/key_files.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t root_days = 20 * 365;
constexpr std::int64_t server_days = 397;
constexpr std::int64_t renew_before_days = 30;
constexpr std::int64_t clock_slack_ms = 3'600'000;

std::string common_name(const std::string& environment, std::int64_t number) {
    return number == 1 ? fmt::format("Vistter Studio {} root", environment)
                       : fmt::format("Vistter Studio {} root {}", environment, number);
}

// The certificate of a root key; made when it is missing.
Result<crypto::Certificate> open_root(const KeyRing& ring, const RingKey& owner,
                                      const std::string& environment, WallTime now,
                                      Random& random) {
    const std::filesystem::path path = ring.file(owner.number, "pem");
    if (const auto pem = read_if_there(path)) {
        auto root = crypto::Certificate::from_pem(*pem);
        if (!root || !root->issued_by(*root) ||
            root->public_key().spki_sha256() != owner.key.public_key().spki_sha256()) {
            return fail(
                ErrorCode::CFG_INVALID,
                fmt::format("{} does not belong to {} beside it; restore both from a backup",
                            path.string(), ring.file(owner.number, "key").string()));
        }
        return root;
    }
    auto root = crypto::make_root(owner.key, common_name(environment, owner.number),
                                  validity(now, root_days), random);
    if (auto kept = keep_file(path, root.to_pem()); !kept) return kept.error();
    return root;
}

std::filesystem::path spare_file(const Material& material, std::string_view kind) {
    const std::int64_t number = material.root_keys.current().number;
    const std::filesystem::path folder = material.root_keys.file(number, "key").parent_path();
    return folder / (number == 1 ? fmt::format("spare-root.{}", kind)
                                 : fmt::format("spare-root-{}.{}", number, kind));
}

// The pin of the offline spare root. Its private key is only ever written, so that it can be moved
// off the machine; once the pin is on disk the key file is not needed here again, until it becomes
// the root.
Status open_spare(Material& material) {
    if (const auto pin = read_if_there(spare_file(material, "pin"))) {
        material.spare_pin = *pin;
        return ok();
    }
    const std::filesystem::path path = spare_key_file(material);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        const auto made = crypto::PrivateKey::generate();
        if (auto kept = keep_file(path, made.to_pem()); !kept) return kept;
    }
    const auto spare = read_key(path);
    if (!spare) return spare.error();
    material.spare_pin = to_hex(spare->key.public_key().spki_sha256());
    material.made_spare = true;
    return keep_file(spare_file(material, "pin"), material.spare_pin);
}

}  // namespace

crypto::Validity validity(WallTime now, std::int64_t days) {
    return {WallTime{now.ms - clock_slack_ms}, WallTime{now.ms + days * day_ms}};
}

std::filesystem::path spare_key_file(const Material& material) {
    return spare_file(material, "key");
}

Result<Material> open_material(const AuthorityOptions& options, WallTime now, Random& random) {
    const std::filesystem::path& state = options.state;
    auto root_keys = KeyRing::open(state, "root", now);
    if (!root_keys) return root_keys.error();
    auto server_keys = KeyRing::open(state, "server", now);
    if (!server_keys) return server_keys.error();
    auto message_keys = KeyRing::open(state, "signing", now);
    if (!message_keys) return message_keys.error();
    auto session_keys = KeyRing::open(state, "session", now);
    if (!session_keys) return session_keys.error();
    std::vector<crypto::Certificate> roots;
    for (const RingKey& each : root_keys->all()) {
        auto root = open_root(*root_keys, each, options.environment, now, random);
        if (!root) return root.error();
        roots.push_back(std::move(*root));
    }
    auto url_key = open_secret(state / "url.key", random);
    if (!url_key) return url_key.error();
    Material material{std::move(*root_keys),
                      std::move(*server_keys),
                      std::move(*message_keys),
                      std::move(*session_keys),
                      std::move(roots),
                      {},
                      false,
                      std::move(*url_key),
                      {}};
    if (auto spare = open_spare(material); !spare) return spare.error();
    if (auto renewed = renew_server(material, options, now, random); !renewed)
        return renewed.error();
    return material;
}

Result<bool> renew_server(Material& material, const AuthorityOptions& options, WallTime now,
                          Random& random) {
    const std::string hosts = fmt::format("{}\n", fmt::join(options.hosts, "\n"));
    const crypto::PrivateKey& key = material.server_keys.current().key;
    const auto pem = read_if_there(options.state / "server.pem");
    if (pem && read_if_there(options.state / "server.hosts") == hosts) {
        const auto kept = crypto::Certificate::from_pem(*pem);
        if (kept && kept->issued_by(material.roots.front()) &&
            kept->public_key().spki_sha256() == key.public_key().spki_sha256() &&
            kept->not_after().ms - now.ms > renew_before_days * day_ms) {
            material.server_pem = *pem;
            return false;
        }
    }
    const std::string issued =
        crypto::issue_server(material.root_keys.current().key, material.roots.front(),
                             key.public_key(), options.hosts, validity(now, server_days), random)
            .to_pem();
    // The certificate before its host list: interrupted between the two, the next start issues
    // again.
    if (auto kept = keep_file(options.state / "server.pem", issued); !kept) return kept.error();
    if (auto kept = keep_file(options.state / "server.hosts", hosts); !kept) return kept.error();
    material.server_pem = issued;
    return true;
}

Status promote_spare(Material& material, const AuthorityOptions& options, WallTime now,
                     Random& random) {
    const std::filesystem::path path = spare_key_file(material);
    const auto spare = read_key(path);
    if (!spare || to_hex(spare->key.public_key().spki_sha256()) != material.spare_pin) {
        return fail(ErrorCode::STA_NOT_READY,
                    fmt::format("put the spare root's key back as {} first; devices know only that "
                                "one",
                                path.filename().string()));
    }
    if (auto added = material.root_keys.add(spare->key, now); !added) return added;
    auto root = open_root(material.root_keys, material.root_keys.current(), options.environment,
                          now, random);
    if (!root) return root.error();
    material.roots.insert(material.roots.begin(), std::move(*root));
    std::error_code ignored;  // the same key twice on one disk does no harm
    std::filesystem::remove(path, ignored);
    if (auto made = open_spare(material); !made) return made;
    auto renewed = renew_server(material, options, now, random);
    return renewed ? ok() : Status(renewed.error());
}

}  // namespace vistter::studio
