// Assets by content and timelines by name, as the decisions need them (implemented in
// adapters/library).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace vistter::studio {

inline constexpr std::size_t max_asset_bytes = 8U << 20U;

struct Asset {
    std::string asset_id;  // "ast_" and the first 32 hex digits of sha256: the same bytes are the
                           // same asset
    std::string sha256;
    std::string name;
    std::string media_type;
    std::int64_t size_bytes = 0;
    WallTime created_at;
};

// The media types an appliance can show (contract D.6, what this size draws and decodes).
bool is_asset_type(std::string_view media_type);
// Whether `bytes` begin as a file of that type does.
bool looks_like(std::string_view media_type, std::string_view bytes);
std::string asset_id_of(std::string_view sha256_hex);

struct Timeline {
    std::string timeline_id;
    std::int64_t revision = 0;
    std::string name;
    std::string document;  // JSON text
    WallTime updated_at;
};

// Everything belongs to one tenant and is found through it only. Durable when each call returns;
// loop's thread only. Storage failures are thrown.
class Library {
  public:
    virtual ~Library() = default;
    // Stores the bytes under their hash, then the tenant's row. The same bytes again answer the
    // asset that the tenant has; the bytes themselves are kept once. Errors: LIM_STORAGE.
    virtual Result<Asset> add_asset(const std::string& tenant, const std::string& sha256,
                                    const std::string& name, const std::string& media_type,
                                    std::string_view bytes, WallTime now) = 0;
    virtual std::optional<Asset> find_asset(const std::string& tenant,
                                            const std::string& asset_id) const = 0;
    virtual std::optional<Asset> asset_by_hash(const std::string& tenant,
                                               const std::string& sha256) const = 0;
    virtual std::vector<Asset> assets(const std::string& tenant) const = 0;  // by asset_id
    // An asset's content. Errors: RES_NOT_FOUND (the file is gone), SYS_STORAGE.
    virtual Result<std::string> read_asset(const Asset& asset) const = 0;

    // Stores under the next revision and returns it.
    virtual Timeline put_timeline(const std::string& tenant, const std::string& timeline_id,
                                  const std::string& name, const std::string& document,
                                  WallTime now) = 0;
    virtual std::optional<Timeline> find_timeline(const std::string& tenant,
                                                  const std::string& timeline_id) const = 0;
    virtual std::vector<Timeline> timelines(const std::string& tenant) const = 0;  // by id
};

}  // namespace vistter::studio
