#include "link/nonce_set.hpp"

namespace vistter::link {

NonceVerdict NonceSet::look(const std::string& nonce, const std::string& fingerprint) const {
    const auto found = seen_.find(nonce);
    if (found == seen_.end()) return NonceVerdict::fresh;
    return found->second == fingerprint ? NonceVerdict::repeated : NonceVerdict::conflict;
}

void NonceSet::remember(const std::string& nonce, const std::string& fingerprint) {
    if (!seen_.emplace(nonce, fingerprint).second) return;
    order_.push_back(nonce);
    if (order_.size() > size) {
        seen_.erase(order_.front());
        order_.pop_front();
    }
}

}  // namespace vistter::link
