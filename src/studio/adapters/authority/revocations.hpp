// Inside authority: crl.pem in the state folder, one list for each root, as brokers read it.
#pragma once

#include <string>
#include <vector>

#include "studio/adapters/authority/material.hpp"

namespace vistter::studio {

// Writes the lists anew when they do not say exactly that, when a root has none, or when one ends
// within half a year. True: it did. `revoked`: device certificates in PEM; a text that is none is
// passed over. Errors: SYS_STORAGE.
Result<bool> keep_revocations(const Material& material, const std::filesystem::path& file,
                              const std::vector<std::string>& revoked, WallTime now);

}  // namespace vistter::studio
