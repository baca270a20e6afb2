// Where secrets are opened and kept, apart from everything that is shown (implemented in
// adapters/secrets). Nothing that comes out of here may reach a log, an EVENT, an answer or an API.
#pragma once

#include <string>

#include "base/result.hpp"
#include "contract/messages.hpp"

namespace vistter::appliance {

class SecretPort {
  public:
    virtual ~SecretPort() = default;
    // What was sealed to this appliance's key or to the one before it. SEC_BAD_SEAL, naming the key
    // it was sealed to when that is neither of them.
    virtual Result<std::string> open(const std::string& sealed) = 0;
    // Replaces what `owner` has. While a command is decided, part of the journal's transaction.
    virtual void keep(const std::string& owner, const std::string& secret) = 0;
    virtual void forget(const std::string& owner) = 0;
    virtual bool has(const std::string& owner) = 0;
    // RES_NOT_FOUND: it has none. SEC_BAD_SEAL: there is one that this machine cannot read.
    virtual Result<std::string> find(const std::string& owner) = 0;
};

std::string secret_owner_of_destination(const std::string& destination_id);
std::string secret_owner_of_camera(const std::string& camera_id);

// What a change of an entry makes of its secret.
struct SecretChange {
    enum class What { stays, is_kept, is_forgotten };
    What what = What::stays;
    std::string secret;  // is_kept: opened
};

// Judges `given` for the entry `owner` whose address is `address` (contract/secrets.hpp); changes
// nothing. SEC_BAD_SEAL with `at` as pointer: it cannot be opened here, is of another kind, or is
// for another address. CFG_INVALID: nothing is given and what is kept is for another address.
Result<SecretChange> judge_destination_secret(SecretPort& secrets, const std::string& owner,
                                              const contract::SealedSecret& given,
                                              const std::string& address, const std::string& at);
Result<SecretChange> judge_camera_secret(SecretPort& secrets, const std::string& owner,
                                         const contract::SealedSecret& given,
                                         const std::string& address, const std::string& at);
void apply_change(SecretPort& secrets, const std::string& owner, const SecretChange& change);

}  // namespace vistter::appliance
