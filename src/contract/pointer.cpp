// RFC 6901 pointers.
#include "contract/pointer.hpp"

namespace vistter::contract {

std::string pointer_step(std::string_view step) {
    std::string out;
    for (const char c : step) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

std::string Path::pointer() const {
    if (!parent_) return {};
    return parent_->pointer() + "/" + (indexed_ ? std::to_string(index_) : pointer_step(name_));
}

}  // namespace vistter::contract
