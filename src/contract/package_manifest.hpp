// The manifest of an .oclpkg (contract C.15): what the package holds, with hash and size of each
// entry. Its bytes are what the package's signature covers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace vistter::contract {

struct PackageEntry {
    std::string path;  // ocl.json, assets/<sha256>
    std::string sha256;
    std::int64_t size_bytes = 0;
    std::string media_type;
};

struct PackageManifest {
    std::string package_version = "1.0";
    std::string overlay_id;
    std::int64_t revision = 0;
    std::vector<PackageEntry> entries;  // in the package's order
};

inline constexpr std::string_view ocl_media_type = "application/vnd.vistter.ocl+json";
inline constexpr std::size_t max_manifest_bytes = 262'144;

// Members sorted, no blanks: the same manifest gives the same bytes.
std::string write_manifest(const PackageManifest& manifest);
Result<PackageManifest> parse_manifest(std::string_view text);

}  // namespace vistter::contract
