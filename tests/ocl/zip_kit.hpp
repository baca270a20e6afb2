// ZIP archives as a test wants them, right or wrong in any one field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vistter::ocl::test {

struct RawEntry {
    RawEntry(std::string called, std::string content, bool packed = false)
        : name(std::move(called)), bytes(std::move(content)), deflate(packed) {}
    std::string name;
    std::string bytes;
    bool deflate;
    // Lies: what is written instead of the truth.
    std::optional<std::string> local_name;
    std::optional<std::uint32_t> size, local_size, packed_size, crc, offset, external;
    std::uint16_t flags = 0, version = 20;
    std::optional<std::uint16_t> local_flags, method;
    std::string extra, local_extra, comment;
    std::string after;  // bytes between this entry and the next
};

struct RawEnd {
    std::optional<std::uint16_t> entries;
    std::optional<std::uint32_t> directory_at, directory_bytes;
    std::uint16_t disk = 0;
    std::string comment, before, after;  // before: between directory and end
};

std::string raw_zip(const std::vector<RawEntry>& entries, const RawEnd& end = {});
// Raw deflate (RFC 1951).
std::string deflated(const std::string& bytes);

}  // namespace vistter::ocl::test
