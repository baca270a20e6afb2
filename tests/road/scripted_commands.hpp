// The same commands for every process of a crash test: ids from a seed, bodies that are valid.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "contract/messages.hpp"
#include "road/counting_handler.hpp"
#include "store/database.hpp"

namespace vistter::test {

inline const std::string road_device = "dev_01J9Z6V7Q8M4K2R5T3W1X0YABC";
inline const std::string road_session = "ses_01JD9V3T5C0Q8M7W2N4K6R1YZX";

inline contract::Envelope envelope_around(const std::string& message_id, const contract::Body& body,
                                          bool camera, WallTime now) {
    contract::Envelope envelope;
    envelope.message_id = message_id;
    envelope.correlation_id = message_id;
    envelope.timestamp = now;
    envelope.device_id = road_device;
    envelope.type =
        camera ? contract::MessageType::CAMERA_ACTION : contract::MessageType::DEVICE_CONFIG;
    envelope.session_id = road_session;
    envelope.seq = 1;
    envelope.nonce = "k3Zc1mQh0b2yV7dQe9uJ5w";
    envelope.expires_at = WallTime{now.ms + 3'600'000};
    envelope.actor = contract::Actor{"user", "usr_7f3a", "admin"};
    envelope.body = contract::write_body(body);
    return envelope;
}

inline contract::Body config_body() {
    contract::DeviceConfig config;
    config.config_patch.device_name = "Stage left";
    return config;
}

inline contract::Body camera_body() {
    contract::CameraAction action;
    action.action = "list";
    return action;
}

// Odd ones are immediate (DEVICE_CONFIG), even ones run in a lane (CAMERA_ACTION).
inline std::vector<contract::Envelope> scripted_commands(int count) {
    SeededRandom random(42);
    const ManualClock clock(WallTime{1'795'000'000'000});
    std::vector<contract::Envelope> commands;
    for (int i = 0; i < count; ++i) {
        const bool camera = i % 2 == 1;
        const contract::Body body = camera ? camera_body() : config_body();
        commands.push_back(
            envelope_around(make_uuid7(clock, random), body, camera, machine_clock().wall()));
    }
    return commands;
}

// Opens a database with one product's road tables and the counting handler's.
inline std::unique_ptr<store::Database> open_road_database(const std::string& path,
                                                           const std::string& product) {
    std::map<std::string, std::string> files;  // by name: in order of their numbers
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(VISTTER_SOURCE_DIR) + "/sql/" + product)) {
        const std::string name = entry.path().filename().string();
        if (name.find("_road") == std::string::npos) continue;
        std::ifstream file(entry.path());
        files[name].assign(std::istreambuf_iterator<char>(file), {});
    }
    std::vector<store::Migration> migrations;
    for (const auto& [name, sql] : files) migrations.push_back({std::stoi(name), name, sql});
    auto database = store::open_database(path, migrations);
    if (!database) throw std::runtime_error(describe(database.error()));
    (*database)->execute(effect_table);
    return std::move(*database);
}

}  // namespace vistter::test
