// Tables assets and timelines; one file an asset.
#include "studio/adapters/library/library.hpp"

#include <fmt/format.h>
#include <utility>

#include "base/file.hpp"
#include "base/log.hpp"

namespace vistter::studio {
namespace {

Asset read_asset_row(const store::Statement& row) {
    return Asset{row.text(0), row.text(1),    row.text(2),
                 row.text(3), row.integer(4), WallTime{row.integer(5)}};
}
constexpr const char* select_asset =
    "SELECT asset_id, sha256, name, media_type, size_bytes, created_ms FROM assets";

Timeline read_timeline_row(const store::Statement& row) {
    return Timeline{row.text(0), row.integer(1), row.text(2), row.text(3),
                    WallTime{row.integer(4)}};
}
constexpr const char* select_timeline =
    "SELECT timeline_id, revision, name, document, updated_ms FROM timelines";

class FileLibrary final : public Library {
  public:
    FileLibrary(store::Database& database, std::filesystem::path folder)
        : database_(database), folder_(std::move(folder)) {}

    Result<Asset> add_asset(const std::string& tenant, const std::string& sha256,
                            const std::string& name, const std::string& media_type,
                            std::string_view bytes, WallTime now) override;
    std::optional<Asset> find_asset(const std::string& tenant,
                                    const std::string& asset_id) const override {
        return one("asset_id", tenant, asset_id);
    }
    std::optional<Asset> asset_by_hash(const std::string& tenant,
                                       const std::string& sha256) const override {
        return one("sha256", tenant, sha256);
    }
    std::vector<Asset> assets(const std::string& tenant) const override;
    Result<std::string> read_asset(const Asset& asset) const override;
    Timeline put_timeline(const std::string& tenant, const std::string& timeline_id,
                          const std::string& name, const std::string& document,
                          WallTime now) override;
    std::optional<Timeline> find_timeline(const std::string& tenant,
                                          const std::string& timeline_id) const override;
    std::vector<Timeline> timelines(const std::string& tenant) const override;

  private:
    std::optional<Asset> one(const std::string& column, const std::string& tenant,
                             const std::string& value) const;

    store::Database& database_;
    std::filesystem::path folder_;
};

Result<Asset> FileLibrary::add_asset(const std::string& tenant, const std::string& sha256,
                                     const std::string& name, const std::string& media_type,
                                     std::string_view bytes, WallTime now) {
    if (auto known = asset_by_hash(tenant, sha256)) {
        if (std::filesystem::exists(folder_ / sha256)) return std::move(*known);
    }
    // The file first: a row always has its bytes; bytes without a row are harmless and reused by
    // the next upload.
    if (auto written = write_file(folder_ / sha256, bytes, 0600); !written) {
        log::error("an asset could not be stored: {}", written.error().message);
        return fail(ErrorCode::LIM_STORAGE,
                    "Studio cannot write to its disk; free some space there and try again");
    }
    const Asset asset{asset_id_of(sha256),
                      sha256,
                      name,
                      media_type,
                      static_cast<std::int64_t>(bytes.size()),
                      now};
    database_
        .prepare(
            "INSERT INTO assets (tenant, asset_id, sha256, name, media_type, size_bytes, "
            "created_ms) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(tenant)
        .bind(asset.asset_id)
        .bind(sha256)
        .bind(name)
        .bind(media_type)
        .bind(asset.size_bytes)
        .bind(now.ms)
        .run();
    return asset_by_hash(tenant, sha256).value_or(asset);
}

std::vector<Asset> FileLibrary::assets(const std::string& tenant) const {
    auto row = database_.prepare(std::string(select_asset) + " WHERE tenant = ? ORDER BY asset_id");
    row.bind(tenant);
    std::vector<Asset> assets;
    while (row.step()) assets.push_back(read_asset_row(row));
    return assets;
}

Result<std::string> FileLibrary::read_asset(const Asset& asset) const {
    auto bytes = read_file(folder_ / asset.sha256, max_asset_bytes);
    if (bytes) return bytes;
    return fail(bytes.error().code,
                fmt::format("the bytes of {} cannot be read; upload it again", asset.asset_id));
}

Timeline FileLibrary::put_timeline(const std::string& tenant, const std::string& timeline_id,
                                   const std::string& name, const std::string& document,
                                   WallTime now) {
    database_
        .prepare(
            "INSERT INTO timelines (tenant, timeline_id, revision, name, document, updated_ms) "
            "VALUES (?, ?, 1, ?, ?, ?) ON CONFLICT (tenant, timeline_id) DO UPDATE SET revision = "
            "revision + 1, name = excluded.name, document = excluded.document, updated_ms = "
            "excluded.updated_ms")
        .bind(tenant)
        .bind(timeline_id)
        .bind(name)
        .bind(document)
        .bind(now.ms)
        .run();
    return find_timeline(tenant, timeline_id).value();
}

std::optional<Timeline> FileLibrary::find_timeline(const std::string& tenant,
                                                   const std::string& timeline_id) const {
    auto row =
        database_.prepare(std::string(select_timeline) + " WHERE tenant = ? AND timeline_id = ?");
    row.bind(tenant).bind(timeline_id);
    if (!row.step()) return std::nullopt;
    return read_timeline_row(row);
}

std::vector<Timeline> FileLibrary::timelines(const std::string& tenant) const {
    auto row =
        database_.prepare(std::string(select_timeline) + " WHERE tenant = ? ORDER BY timeline_id");
    row.bind(tenant);
    std::vector<Timeline> timelines;
    while (row.step()) timelines.push_back(read_timeline_row(row));
    return timelines;
}

std::optional<Asset> FileLibrary::one(const std::string& column, const std::string& tenant,
                                      const std::string& value) const {
    auto row =
        database_.prepare(std::string(select_asset) + " WHERE tenant = ? AND " + column + " = ?");
    row.bind(tenant).bind(value);
    if (!row.step()) return std::nullopt;
    return read_asset_row(row);
}

}  // namespace

std::unique_ptr<Library> make_library(store::Database& database, std::filesystem::path folder) {
    return std::make_unique<FileLibrary>(database, std::move(folder));
}

}  // namespace vistter::studio
