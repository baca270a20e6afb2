// Certificate revocation lists of Studio's CA (RFC 5280 section 5): for those who check device
// certificates without asking Studio, as an MQTT broker does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/certificate.hpp"

namespace vistter::crypto {

struct RevocationOrder {
    // Those that name `ca` as their issuer are listed; others belong on another CA's list.
    std::vector<Certificate> revoked;
    // From: a reader that knows two lists of one CA believes the later one, to the second. To: past
    // it, readers take no certificate of this CA at all.
    Validity validity;
};

// The list of one CA, PEM, version 2.
std::string issue_revocations(const PrivateKey& ca_key, const Certificate& ca,
                              const RevocationOrder& order);

struct RevocationList {
    WallTime made_at, ends_at;
    std::vector<std::string> serials;  // upper-case hex, sorted
};
// The first list in the text that `ca` has signed. RES_NOT_FOUND: there is none.
Result<RevocationList> read_revocations(std::string_view pem, const Certificate& ca);
// What a list of `ca` made from these would hold, as in RevocationList::serials.
std::vector<std::string> serials_to_list(const std::vector<Certificate>& revoked,
                                         const Certificate& ca);

}  // namespace vistter::crypto
