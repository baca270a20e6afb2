// Table rotations.
#include "studio/adapters/registry/rotation_store.hpp"

namespace vistter::studio {
namespace {

constexpr const char* columns =
    "rotation_id, device_id, credential, step, command_id, challenge, answer, number, studio_kid, "
    "trust_mark, overlap_s, actor_kind, actor_id, actor_role, reason, started_ms, ended_ms";

Rotation read_rotation(const store::Statement& row) {
    Rotation rotation;
    rotation.rotation_id = row.text(0);
    rotation.device_id = row.text(1);
    rotation.credential = row.text(2);
    rotation.step = rotation_step_from(row.text(3));
    rotation.command_id = row.text(4);
    rotation.challenge = row.text(5);
    rotation.answer = row.text(6);
    rotation.number = row.integer(7);
    rotation.standing = {row.text(8), row.text(9)};
    rotation.overlap_s = row.integer(10);
    rotation.actor = {row.text(11), row.text(12), row.text(13)};
    rotation.reason = row.text(14);
    rotation.started_at = WallTime{row.integer(15)};
    if (!row.is_null(16)) rotation.ended_at = WallTime{row.integer(16)};
    return rotation;
}

std::vector<Rotation> read_all(store::Statement& row) {
    std::vector<Rotation> all;
    while (row.step()) all.push_back(read_rotation(row));
    return all;
}

class SqlRotationStore final : public RotationStore {
  public:
    explicit SqlRotationStore(store::Database& database) : database_(database) {}

    void put(const Rotation& rotation) override;
    std::optional<Rotation> by_command(const std::string& device_id,
                                       const std::string& command_id) const override;
    std::vector<Rotation> open(const std::string& device_id) const override;
    std::vector<Rotation> list(const std::string& device_id, int limit) const override;
    void prune(const std::string& device_id, int limit) override;

  private:
    store::Database& database_;
};

void SqlRotationStore::put(const Rotation& rotation) {
    std::optional<std::int64_t> ended_ms;
    if (rotation.ended_at) ended_ms = rotation.ended_at->ms;
    database_
        .prepare(std::string("INSERT INTO rotations (") + columns +
                 ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT "
                 "(rotation_id) DO UPDATE SET step = excluded.step, command_id = "
                 "excluded.command_id, answer = excluded.answer, number = excluded.number, reason "
                 "= excluded.reason, ended_ms = excluded.ended_ms")
        .bind(rotation.rotation_id)
        .bind(rotation.device_id)
        .bind(rotation.credential)
        .bind(to_string(rotation.step))
        .bind(rotation.command_id)
        .bind(rotation.challenge)
        .bind(rotation.answer)
        .bind(rotation.number)
        .bind(rotation.standing.studio_kid)
        .bind(rotation.standing.trust_mark)
        .bind(rotation.overlap_s)
        .bind(rotation.actor.kind)
        .bind(rotation.actor.id)
        .bind(rotation.actor.role)
        .bind(rotation.reason)
        .bind(rotation.started_at.ms)
        .bind(ended_ms)
        .run();
}

std::optional<Rotation> SqlRotationStore::by_command(const std::string& device_id,
                                                     const std::string& command_id) const {
    auto row = database_.prepare(std::string("SELECT ") + columns +
                                 " FROM rotations WHERE command_id = ? AND device_id = ?");
    row.bind(command_id).bind(device_id);
    if (!row.step()) return std::nullopt;
    return read_rotation(row);
}

std::vector<Rotation> SqlRotationStore::open(const std::string& device_id) const {
    auto row = database_.prepare(std::string("SELECT ") + columns +
                                 " FROM rotations WHERE device_id = ? AND step IN ('asked', "
                                 "'answered', 'proving') ORDER BY rotation_id");
    row.bind(device_id);
    return read_all(row);
}

std::vector<Rotation> SqlRotationStore::list(const std::string& device_id, int limit) const {
    auto row = database_.prepare(std::string("SELECT ") + columns +
                                 " FROM rotations WHERE device_id = ? ORDER BY started_ms DESC, "
                                 "rotation_id DESC LIMIT ?");
    row.bind(device_id).bind(std::int64_t{limit});
    return read_all(row);
}

void SqlRotationStore::prune(const std::string& device_id, int limit) {
    database_
        .prepare(
            "DELETE FROM rotations WHERE rotation_id IN (SELECT rotation_id FROM rotations WHERE "
            "device_id = ? AND step IN ('done', 'failed') ORDER BY started_ms DESC, rotation_id "
            "DESC LIMIT -1 OFFSET ?)")
        .bind(device_id)
        .bind(std::int64_t{limit})
        .run();
}

}  // namespace

std::unique_ptr<RotationStore> make_rotation_store(store::Database& database) {
    return std::make_unique<SqlRotationStore>(database);
}

}  // namespace vistter::studio
