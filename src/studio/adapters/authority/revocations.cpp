// What the file says against what it should say.
#include "studio/adapters/authority/revocations.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "crypto/revocation.hpp"

namespace vistter::studio {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
// As long as a broker's certificate: a broker that is never told anything goes on until then.
constexpr std::int64_t list_days = 397, renew_before_days = 180;
constexpr std::uint64_t file_limit = 32u << 20;

struct Root {
    const crypto::Certificate& certificate;
    const crypto::PrivateKey& key;
};

// Later than the list before, or a broker that knows both would believe that one.
std::string list_of(const Root& root, const std::vector<crypto::Certificate>& revoked,
                    const Result<crypto::RevocationList>& before, WallTime now) {
    crypto::Validity valid = validity(now, list_days);
    if (before) valid.from.ms = std::max(valid.from.ms, before->made_at.ms + 1'000);
    return crypto::issue_revocations(root.key, root.certificate, {revoked, valid});
}

}  // namespace

Result<bool> keep_revocations(const Material& material, const std::filesystem::path& file,
                              const std::vector<std::string>& revoked, WallTime now) {
    std::vector<crypto::Certificate> certificates;
    for (const std::string& pem : revoked) {
        if (auto certificate = crypto::Certificate::from_pem(pem))
            certificates.push_back(*std::move(certificate));
    }
    const auto kept_text = read_file(file, file_limit);
    const std::string there = kept_text ? *kept_text : std::string();
    std::string lists;
    bool changed = false;
    for (std::size_t n = 0; n < material.roots.size(); ++n) {
        const Root root{material.roots[n], material.root_keys.all()[n].key};
        const auto before = crypto::read_revocations(there, root.certificate);
        changed = changed || !before || before->ends_at.ms - now.ms < renew_before_days * day_ms ||
                  before->serials != crypto::serials_to_list(certificates, root.certificate);
        lists += list_of(root, certificates, before, now);
    }
    if (!changed) return false;
    if (const Status kept = write_file(file, lists, 0600); !kept) return kept.error();
    return true;
}

}  // namespace vistter::studio
