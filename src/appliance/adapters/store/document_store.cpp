// Timelines, overlays and overlay claims in SQL.
#include <fmt/format.h>

#include <cstdlib>

#include "appliance/adapters/store/stores.hpp"

namespace vistter::appliance {
namespace {

class SqlTimelineStore final : public TimelineStore {
  public:
    explicit SqlTimelineStore(store::Database& database) : db_(database) {}

    std::vector<StoredTimeline> all() override {
        std::vector<StoredTimeline> out;
        auto rows = db_.prepare(
            "SELECT timeline_id, max(revision), name, doc_sha256, body_sha256, '', ready_ms FROM "
            "timeline "
            "GROUP BY timeline_id ORDER BY timeline_id");
        while (rows.step()) out.push_back(read(rows));
        return out;
    }
    std::optional<StoredTimeline> find(const std::string& timeline_id) override {
        auto row = db_.prepare(
            "SELECT timeline_id, revision, name, doc_sha256, body_sha256, body, ready_ms FROM "
            "timeline "
            "WHERE timeline_id = ? ORDER BY revision DESC LIMIT 1");
        row.bind(timeline_id);
        return first(row);
    }
    std::optional<StoredTimeline> find(const std::string& timeline_id,
                                       std::int64_t revision) override {
        auto row = db_.prepare(
            "SELECT timeline_id, revision, name, doc_sha256, body_sha256, body, ready_ms FROM "
            "timeline "
            "WHERE timeline_id = ? AND revision = ?");
        row.bind(timeline_id).bind(revision);
        return first(row);
    }
    void put(const StoredTimeline& timeline, bool retain_previous) override {
        db_.transaction([&] {
            db_.prepare("INSERT OR REPLACE INTO timeline VALUES (?, ?, ?, ?, ?, ?, ?)")
                .bind(timeline.timeline_id)
                .bind(timeline.revision)
                .bind(timeline.name)
                .bind(timeline.doc_sha256)
                .bind(timeline.body_sha256)
                .bind(timeline.body)
                .bind(timeline.ready_at.ms)
                .run();
            // A revision that still plays is kept as well: pause, seek and a restart need its
            // document.
            db_.prepare(
                   "DELETE FROM timeline WHERE timeline_id = ?1 AND revision NOT IN (SELECT "
                   "revision FROM timeline "
                   "WHERE timeline_id = ?1 ORDER BY revision DESC LIMIT ?2) AND revision NOT IN "
                   "(SELECT revision FROM "
                   "run WHERE timeline_id = ?1 AND state IN ('arming', 'playing', 'paused'))")
                .bind(timeline.timeline_id)
                .bind(std::int64_t{retain_previous ? 2 : 1})
                .run();
        });
    }

  private:
    static StoredTimeline read(const store::Statement& row) {
        return {row.text(0), row.integer(1), row.text(2),     row.text(3),
                row.text(5), row.text(4),    {row.integer(6)}};
    }
    static std::optional<StoredTimeline> first(store::Statement& row) {
        if (!row.step()) return std::nullopt;
        return read(row);
    }
    store::Database& db_;
};

struct TokenRow {
    std::string kind, value;
};

TokenRow to_row(const contract::TokenValue& value) {
    if (!value) return {"null", ""};
    if (const auto* flag = std::get_if<bool>(&*value)) return {"boolean", *flag ? "1" : "0"};
    if (const auto* number = std::get_if<double>(&*value))
        return {"number", fmt::format("{:a}", *number)};
    return {"text", std::get<std::string>(*value)};
}

contract::TokenValue from_row(const TokenRow& row) {
    if (row.kind == "null") return std::nullopt;
    if (row.kind == "boolean") return row.value == "1";
    if (row.kind == "number") return std::strtod(row.value.c_str(), nullptr);
    return row.value;
}

class SqlOverlayStore final : public OverlayStore {
  public:
    explicit SqlOverlayStore(store::Database& database) : db_(database) {}

    std::vector<StoredOverlay> all() override {
        std::vector<StoredOverlay> out;
        auto rows = db_.prepare(
            "SELECT overlay_id, revision, sha256, ocl_text FROM overlay ORDER BY overlay_id");
        while (rows.step())
            out.push_back({rows.text(0), rows.integer(1), rows.text(2), rows.text(3)});
        return out;
    }
    std::optional<StoredOverlay> find(const std::string& overlay_id) override {
        auto row = db_.prepare(
            "SELECT overlay_id, revision, sha256, ocl_text FROM overlay WHERE overlay_id = ?");
        row.bind(overlay_id);
        if (!row.step()) return std::nullopt;
        return StoredOverlay{row.text(0), row.integer(1), row.text(2), row.text(3)};
    }
    void put(const StoredOverlay& overlay) override {
        db_.prepare("INSERT OR REPLACE INTO overlay VALUES (?, ?, ?, ?)")
            .bind(overlay.overlay_id)
            .bind(overlay.revision)
            .bind(overlay.sha256)
            .bind(overlay.ocl_text)
            .run();
    }
    void remove(const std::string& overlay_id) override {
        db_.prepare("DELETE FROM overlay WHERE overlay_id = ?").bind(overlay_id).run();
    }
    std::vector<OverlayClaim> claims() override {
        std::vector<OverlayClaim> out;
        auto rows = db_.prepare(
            "SELECT slot, overlay_id, scene_id, z, duration_ms, shown_ms FROM overlay_claim ORDER "
            "BY slot");
        while (rows.step())
            out.push_back({rows.text(0),
                           rows.text(1),
                           rows.text(2),
                           static_cast<int>(rows.integer(3)),
                           {},
                           rows.integer(4),
                           {rows.integer(5)}});
        for (OverlayClaim& claim : out) {
            auto tokens =
                db_.prepare("SELECT name, kind, value FROM overlay_claim_token WHERE slot = ?");
            tokens.bind(claim.slot);
            while (tokens.step())
                claim.tokens[tokens.text(0)] = from_row({tokens.text(1), tokens.text(2)});
        }
        return out;
    }
    void put_claim(const OverlayClaim& claim) override {
        db_.transaction([&] {
            remove_claim(claim.slot);
            db_.prepare("INSERT INTO overlay_claim VALUES (?, ?, ?, ?, ?, ?)")
                .bind(claim.slot)
                .bind(claim.overlay_id)
                .bind(claim.scene_id)
                .bind(std::int64_t{claim.z})
                .bind(claim.duration_ms)
                .bind(claim.shown_at.ms)
                .run();
            for (const auto& [name, value] : claim.tokens) {
                const TokenRow row = to_row(value);
                db_.prepare("INSERT INTO overlay_claim_token VALUES (?, ?, ?, ?)")
                    .bind(claim.slot)
                    .bind(name)
                    .bind(row.kind)
                    .bind(row.value)
                    .run();
            }
        });
    }
    void remove_claim(const std::string& slot) override {
        db_.prepare("DELETE FROM overlay_claim WHERE slot = ?").bind(slot).run();
    }

  private:
    store::Database& db_;
};

}  // namespace

std::unique_ptr<TimelineStore> make_timeline_store(store::Database& database) {
    return std::make_unique<SqlTimelineStore>(database);
}
std::unique_ptr<OverlayStore> make_overlay_store(store::Database& database) {
    return std::make_unique<SqlOverlayStore>(database);
}

}  // namespace vistter::appliance
