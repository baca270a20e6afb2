// The appliance's key, and the body's secrets.
#include "studio/webapi/sealing.hpp"

#include "contract/secrets.hpp"
#include "crypto/sealed.hpp"

namespace vistter::studio {
namespace {

Status seal_with(const contract::Seal& seal, CommandDraft& draft) {
    auto body = contract::seal_secrets(draft.type, draft.body, seal);
    if (body) {
        draft.body = *std::move(body);
        return ok();
    }
    Error error = body.error();
    for (ErrorDetail& detail : error.details) detail.pointer = "/body" + detail.pointer;
    return error;
}

}  // namespace

Status seal_draft(const Device& device, Random& random, CommandDraft& draft) {
    const auto seal = [&](const std::string& secret) -> Result<std::string> {
        const auto key = crypto::PublicKey::from_jwk(device.sealing_jwk);
        if (!key)
            return fail(ErrorCode::VER_FEATURE_UNSUPPORTED,
                        "this appliance gave no key to seal secrets to; pair it again");
        return crypto::seal(*key, sealing_kid(device), secret, random);
    };
    return seal_with(seal, draft);
}

Status seal_for_nobody(Random& random, CommandDraft& draft) {
    const auto seal = [&](const std::string& secret) -> Result<std::string> {
        return crypto::seal(crypto::PrivateKey::generate().public_key(), "nobody#1", secret,
                            random);
    };
    return seal_with(seal, draft);
}

}  // namespace vistter::studio
