// The small part of ZIP (APPNOTE 6.3) that packages use, read strictly: stored or deflated files
// one after the other from the first byte, their directory, its end, and nothing else. Whatever
// would let two readers see two different archives is refused: gaps, overlaps, data descriptors,
// extra fields, comments, ZIP64, several disks, encryption, links, and any difference between an
// entry's own header and the directory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace vistter::ocl {

struct ZipBudget {
    std::uint64_t archive_bytes = 256u << 20;
    std::uint64_t inflated_bytes = 256u << 20;  // all entries together
    std::size_t entries = 512;
    std::uint64_t ratio = 100;  // inflated size of an entry over its size in the archive
};

struct ZipEntry {
    std::string name;       // as stored: printable ASCII, no "..", no leading slash, no backslash
    std::string_view data;  // in the archive: compressed if `deflated`
    bool deflated = false;
    std::uint32_t crc32 = 0;
    std::uint64_t size = 0;  // inflated
};

// Takes the archive apart without inflating anything. Views are into `archive`. OCL_PACKAGE with
// the reason, or VAL_TOO_BIG past the budget.
Result<std::vector<ZipEntry>> read_zip(std::string_view archive, const ZipBudget& budget);
// The bytes of one entry: exactly `size`, with the right CRC. Never writes more than `size` + 1.
Result<std::string> entry_bytes(const ZipEntry& entry);
// Stored entries with one fixed date: the same entries give the same bytes, whatever zlib is there.
std::string write_zip(const std::vector<std::pair<std::string, std::string_view>>& entries);

}  // namespace vistter::ocl
