// One rule for every secret: it belongs to the address it names.
#include "contract/secrets.hpp"
#include "appliance/core/secret_port.hpp"

namespace vistter::appliance {
namespace {

// The address inside an opened secret of the kind that `read` reads.
template <class Read>
Result<std::string> address_in(Read read, const std::string& secret) {
    const auto parsed = read(secret);
    if (!parsed) return parsed.error();
    return parsed->address;
}

template <class Read>
Result<SecretChange> judge(SecretPort& secrets, Read read, const std::string& owner,
                           const contract::SealedSecret& given, const std::string& address,
                           const std::string& at) {
    using What = SecretChange::What;
    if (given.removed) return SecretChange{What::is_forgotten, {}};
    if (given.text.empty()) {
        const auto kept = secrets.find(owner);
        if (!kept) return SecretChange{};
        const auto good_for = address_in(read, *kept);
        if (good_for && *good_for == address) return SecretChange{};
        return fail_at(ErrorCode::CFG_INVALID, at,
                       "The secret that is kept is for another address: seal it for this one, or "
                       "send null to forget it.");
    }
    auto opened = secrets.open(given.text);
    if (!opened) return fail_at(opened.error().code, at, opened.error().message);
    const auto good_for = address_in(read, *opened);
    if (!good_for) return fail_at(good_for.error().code, at, good_for.error().message);
    if (*good_for != address)
        return fail_at(ErrorCode::SEC_BAD_SEAL, at, "The secret is sealed for another address.");
    return SecretChange{What::is_kept, *std::move(opened)};
}

}  // namespace

std::string secret_owner_of_destination(const std::string& destination_id) {
    return "destination:" + destination_id;
}

std::string secret_owner_of_camera(const std::string& camera_id) {
    return "camera:" + camera_id;
}

Result<SecretChange> judge_destination_secret(SecretPort& secrets, const std::string& owner,
                                              const contract::SealedSecret& given,
                                              const std::string& address, const std::string& at) {
    return judge(secrets, contract::parse_destination_secret, owner, given, address, at);
}

Result<SecretChange> judge_camera_secret(SecretPort& secrets, const std::string& owner,
                                         const contract::SealedSecret& given,
                                         const std::string& address, const std::string& at) {
    return judge(secrets, contract::parse_camera_secret, owner, given, address, at);
}

void apply_change(SecretPort& secrets, const std::string& owner, const SecretChange& change) {
    if (change.what == SecretChange::What::is_kept) secrets.keep(owner, change.secret);
    if (change.what == SecretChange::What::is_forgotten) secrets.forget(owner);
}

}  // namespace vistter::appliance
