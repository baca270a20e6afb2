// What devices report, kept for the pages: events, the last measurements, the last state.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "store/database.hpp"
#include "studio/core/channel.hpp"
#include "studio/core/telemetry.hpp"

namespace vistter::studio {

class TelemetryProjection : public Projection, public Telemetry {
  public:
    // Who hears that something about a device changed; one listener.
    virtual void on_changed(std::function<void(const std::string& device_id)> listener) = 0;
};

// `database` and `clock` must outlive it.
std::unique_ptr<TelemetryProjection> make_projection(store::Database& database, const Clock& clock);

}  // namespace vistter::studio
