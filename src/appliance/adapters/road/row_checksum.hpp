// A checksum over the columns of a stored row: tells a row that was damaged on disk from a whole
// one. It is no defence against somebody who can write the file; the ledger's chain is.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"

namespace vistter::appliance {

inline std::string row_checksum(std::initializer_list<std::string_view> columns) {
    crypto::Sha256 hash;
    for (const std::string_view column : columns) {
        const std::string size = std::to_string(column.size()) + ":";
        hash.add(as_bytes(size));
        hash.add(as_bytes(column));
    }
    return to_hex(hash.finish());
}

}  // namespace vistter::appliance
