// Leaving a Studio: everything a pairing brought is deleted, and only the local account stays. A
// promise is made first; a power cut anywhere leaves either all as it was or the promise, which the
// next start keeps before it opens anything.
#pragma once

#include <filesystem>

#include "appliance/adapters/identity/identity_store.hpp"
#include "base/result.hpp"

namespace vistter::appliance {

// Durable when it returns. SYS_STORAGE.
Status promise_to_forget(const std::filesystem::path& state);
// Keeps a promise that was made; nothing without one. Call it before storage is opened; again and
// again does no harm. SYS_STORAGE, LIM_STORAGE.
Status forget_if_promised(const std::filesystem::path& state, IdentityStore& identities);

}  // namespace vistter::appliance
