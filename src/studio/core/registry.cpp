// How credentials are named, and how they follow one another.
#include "studio/core/registry.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace vistter::studio {
namespace {

constexpr std::array<std::string_view, 3> kind_names{"client_cert", "signing_key", "sealing_key"};
constexpr std::array<std::string_view, 4> state_names{"issued", "current", "former", "ended"};

}  // namespace

std::string key_id(const std::string& device_id, std::int64_t number) {
    return device_id + "#" + std::to_string(number);
}

std::string signing_kid(const Device& device) {
    return key_id(device.device_id, device.key_number);
}

std::string sealing_kid(const Device& device) {
    return key_id(device.device_id, device.sealing_number);
}

std::string_view to_string(CredentialKind kind) {
    return kind_names.at(static_cast<std::size_t>(kind));
}

std::string_view to_string(CredentialState state) {
    return state_names.at(static_cast<std::size_t>(state));
}

std::optional<CredentialKind> credential_kind_from(std::string_view name) {
    const auto found = std::find(kind_names.begin(), kind_names.end(), name);
    if (found == kind_names.end()) return std::nullopt;
    return static_cast<CredentialKind>(found - kind_names.begin());
}

CredentialState credential_state_from(std::string_view name) {
    const auto found = std::find(state_names.begin(), state_names.end(), name);
    return found == state_names.end() ? CredentialState::ended
                                      : static_cast<CredentialState>(found - state_names.begin());
}

bool is_accepted(const Credential& credential, WallTime now) {
    switch (credential.state) {
        case CredentialState::issued:
        case CredentialState::current:
            return true;
        case CredentialState::former:
            return credential.ends_at && now < *credential.ends_at;
        case CredentialState::ended:
            break;
    }
    return false;
}

bool is_good(const Credential& certificate, WallTime now) {
    return is_accepted(certificate, now) && certificate.not_after && now < *certificate.not_after;
}

std::vector<Credential> promoted(const std::vector<Credential>& kind, std::int64_t number,
                                 WallTime now) {
    const auto proven = std::find_if(kind.begin(), kind.end(), [&](const Credential& each) {
        return each.number == number && each.state == CredentialState::issued;
    });
    if (proven == kind.end()) return {};
    std::vector<Credential> changes;
    for (Credential each : kind) {
        if (each.state != CredentialState::current) continue;
        each.state = CredentialState::former;
        each.ends_at = WallTime{now.ms + proven->overlap_ms};
        changes.push_back(std::move(each));
    }
    changes.push_back(*proven);
    changes.back().state = CredentialState::current;
    return changes;
}

std::vector<Credential> withdrawn(const std::vector<Credential>& kind, std::int64_t number) {
    std::vector<Credential> changes;
    bool was_current = false;
    for (Credential each : kind) {
        if (each.number != number || each.state == CredentialState::ended) continue;
        was_current = each.state == CredentialState::current;
        each.state = CredentialState::ended;
        changes.push_back(std::move(each));
    }
    if (!was_current) return changes;
    const Credential* before = nullptr;
    for (const Credential& each : kind) {
        const bool was_good = each.state == CredentialState::former;
        if (was_good && (!before || before->number < each.number)) before = &each;
    }
    if (!before) return {};  // the only one there is stays
    changes.push_back(*before);
    changes.back().state = CredentialState::current;
    changes.back().ends_at.reset();
    return changes;
}

std::vector<Credential> ended(const std::vector<Credential>& all, WallTime now) {
    std::vector<Credential> changes;
    for (Credential each : all) {
        if (each.state != CredentialState::former || is_accepted(each, now)) continue;
        each.state = CredentialState::ended;
        changes.push_back(std::move(each));
    }
    return changes;
}

}  // namespace vistter::studio
