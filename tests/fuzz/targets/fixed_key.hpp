// A key that guards nothing: the same in every run, so that an input found with it stays one.
#pragma once

#include "crypto/keys.hpp"

namespace vistter::fuzz {

inline const crypto::PrivateKey& fixed_key() {
    static const crypto::PrivateKey key = *crypto::PrivateKey::from_pem(
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4B73NM56yMAyVYNQ\n"
        "YXxUQ1MTuvOn7rVU3bbJ+4suWFyhRANCAASAlWZVpO+71Pf3pMtqbUqtfdykLMSQ\n"
        "tuVDiak/EGtgTxgluPD3kc3mx6loSNpX/9khAcp+QWNZ+POffnPdmyix\n"
        "-----END PRIVATE KEY-----\n");
    return key;
}

}  // namespace vistter::fuzz
