// A command handler whose effects can be counted: DEVICE_CONFIG stores one row at once,
// CAMERA_ACTION is accepted and stores its row when it runs. Rows are never unique by themselves:
// an effect that happens twice shows as two.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "appliance/core/command_handler.hpp"
#include "store/database.hpp"

namespace vistter::test {

inline constexpr const char* effect_table =
    "CREATE TABLE IF NOT EXISTS effect (n INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT "
    "NULL);"
    "CREATE TABLE IF NOT EXISTS intent (message_id TEXT PRIMARY KEY);";

class CountingHandler final : public appliance::CommandHandler {
  public:
    explicit CountingHandler(store::Database& database) : database_(database) {}

    std::function<void(const std::string& id, const char* state)> report;  // towards the road
    std::vector<std::string> committed_ids, run_ids, cancelled_ids;
    std::string lane = "config";
    std::function<void(const appliance::Command&)> before_decide;  // may throw

    appliance::Decision decide(const appliance::Command& command) override {
        if (before_decide) before_decide(command);
        appliance::Decision decision;
        const std::string& id = command.envelope.message_id;
        if (std::holds_alternative<contract::CameraAction>(command.body)) {
            decision.ack.status = "accepted";
            decision.run = true;
            decision.lane = lane;
        } else {
            decision.ack.status = "completed";
            add_effect(id);
        }
        return decision;
    }
    // Idempotent by message_id, as every run() must be: the effect and the note that it happened
    // are one transaction.
    void run(const appliance::Command& command) override {
        const std::string& id = command.envelope.message_id;
        run_ids.push_back(id);
        database_.transaction([&] {
            auto note = database_.prepare("INSERT OR IGNORE INTO intent (message_id) VALUES (?)");
            note.bind(id).run();
            if (database_.changes() == 1) add_effect(id);
        });
        if (report) report(id, "succeeded");
    }
    void committed(const appliance::Command& command) override {
        committed_ids.push_back(command.envelope.message_id);
    }

    void cancelled(const appliance::Command& command) override {
        cancelled_ids.push_back(command.envelope.message_id);
    }

    void add_effect(const std::string& id) {
        auto statement = database_.prepare("INSERT INTO effect (message_id) VALUES (?)");
        statement.bind(id).run();
    }

    std::int64_t effects_of(const std::string& id) {
        auto statement = database_.prepare("SELECT COUNT(*) FROM effect WHERE message_id = ?");
        statement.bind(id);
        return statement.step() ? statement.integer(0) : -1;
    }

  private:
    store::Database& database_;
};

}  // namespace vistter::test
