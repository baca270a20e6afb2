#include "link/nonce_set.hpp"

#include <algorithm>

namespace vistter::link {

NonceSet::Nonce NonceSet::packed(const std::string& nonce) {
    Nonce text{};
    std::copy_n(nonce.begin(), std::min(nonce.size(), text.size()), text.begin());
    return text;
}

std::uint64_t NonceSet::packed_fingerprint(const std::string& fingerprint) {
    return std::hash<std::string>{}(fingerprint);
}

NonceVerdict NonceSet::look(const std::string& nonce, const std::string& fingerprint) const {
    const auto found = seen_.find(packed(nonce));
    if (found == seen_.end()) return NonceVerdict::fresh;
    return found->second == packed_fingerprint(fingerprint) ? NonceVerdict::repeated
                                                            : NonceVerdict::conflict;
}

void NonceSet::remember(const std::string& nonce, const std::string& fingerprint) {
    const Nonce text = packed(nonce);
    if (!seen_.emplace(text, packed_fingerprint(fingerprint)).second) return;
    order_.push_back(text);
    if (order_.size() > size) {
        seen_.erase(order_.front());
        order_.pop_front();
    }
}

}  // namespace vistter::link
