// What the core needs kept: narrow ports over one database. Every call is on the loop's thread;
// those made while a command is decided join the journal's transaction. A storage failure is
// thrown, as everywhere (store/database.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "appliance/core/model.hpp"

namespace vistter::appliance {

class ConfigStore {
  public:
    virtual ~ConfigStore() = default;
    virtual Config load() = 0;
    virtual void save(const Config& config) = 0;  // whole, revision included
};

class CameraStore {
  public:
    virtual ~CameraStore() = default;
    virtual std::vector<Camera> all() = 0;  // in order of camera_id
    virtual std::optional<Camera> find(const std::string& camera_id) = 0;
    virtual void put(const Camera& camera) = 0;
    virtual void remove(const std::string& camera_id) = 0;
};

class TimelineStore {
  public:
    virtual ~TimelineStore() = default;
    // The newest ready revision of each timeline, without `body`.
    virtual std::vector<StoredTimeline> all() = 0;
    // The newest ready revision, or the one asked for.
    virtual std::optional<StoredTimeline> find(const std::string& timeline_id) = 0;
    virtual std::optional<StoredTimeline> find(const std::string& timeline_id,
                                               std::int64_t revision) = 0;
    // Adds a revision; keeps the one before it if `retain_previous`, drops all older ones.
    virtual void put(const StoredTimeline& timeline, bool retain_previous) = 0;
};

class OverlayStore {
  public:
    virtual ~OverlayStore() = default;
    virtual std::vector<StoredOverlay> all() = 0;
    virtual std::optional<StoredOverlay> find(const std::string& overlay_id) = 0;
    virtual void put(const StoredOverlay& overlay) = 0;
    virtual void remove(const std::string& overlay_id) = 0;
    virtual std::vector<OverlayClaim> claims() = 0;
    virtual void put_claim(const OverlayClaim& claim) = 0;  // replaces the slot's claim
    virtual void remove_claim(const std::string& slot) = 0;
};

class RunStore {
  public:
    virtual ~RunStore() = default;
    virtual std::vector<StoredRun> live() = 0;  // arming, playing, paused
    virtual std::vector<StoredRun> newest(int limit) = 0;
    virtual std::optional<StoredRun> find(const std::string& run_id) = 0;
    virtual std::optional<StoredRun> find_by_command(const std::string& command_id) = 0;
    virtual void put(const StoredRun& run) = 0;
};

class StreamStore {
  public:
    virtual ~StreamStore() = default;
    virtual std::vector<StoredStream> all() = 0;
    virtual std::optional<StoredStream> find(const std::string& stream_id) = 0;
    virtual void put(const StoredStream& stream) = 0;
};

// How often a long command was begun, so that PROGRESS revisions rise across restarts.
class AttemptStore {
  public:
    virtual ~AttemptStore() = default;
    virtual int begin(const std::string& command_id) = 0;  // 1 at the first call for that command
    virtual void forget(const std::string& command_id) = 0;
};

}  // namespace vistter::appliance
