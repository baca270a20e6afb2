// The core's stores over the appliance's one database. Storage failures are thrown
// (store::StorageFailure).
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/core/local_ports.hpp"
#include "appliance/core/metrics_history.hpp"
#include "appliance/core/stores.hpp"
#include "store/database.hpp"

namespace vistter::appliance {

// The files of sql/appliance, carried inside the program: (file name, text), in order.
std::vector<std::pair<std::string_view, std::string_view>> embedded_appliance_migrations();
std::vector<store::Migration> appliance_migrations();

// `database` must outlive what these make.
std::unique_ptr<ConfigStore> make_config_store(store::Database& database);
std::unique_ptr<CameraStore> make_camera_store(store::Database& database);
std::unique_ptr<TimelineStore> make_timeline_store(store::Database& database);
std::unique_ptr<OverlayStore> make_overlay_store(store::Database& database);
std::unique_ptr<RunStore> make_run_store(store::Database& database);
std::unique_ptr<StreamStore> make_stream_store(store::Database& database);
std::unique_ptr<AttemptStore> make_attempt_store(store::Database& database);
std::unique_ptr<MetricsHistory> make_metrics_history(store::Database& database);
std::unique_ptr<AccountStore> make_account_store(store::Database& database);

}  // namespace vistter::appliance
