// What all sessions of the channel share.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "async/loop.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "studio/adapters/channel/channel.hpp"
#include "studio/adapters/channel/commit_group.hpp"
#include "studio/adapters/channel/inbox.hpp"
#include "studio/adapters/channel/message_codec.hpp"
#include "studio/adapters/channel/road_tables.hpp"

namespace vistter::studio {

class ApplianceSession;

// Outlives every session.
struct SessionParts {
    async::Loop& loop;
    store::Database& database;
    RoadTables& tables;
    CommitGroup& group;
    Inbox& inbox;
    Projection& projection;
    DeviceDirectory& directory;
    const MessageCodec& codec;  // its keys may change between two messages
    const Clock& clock;
    Random& random;
    const ChannelOptions& options;
    // The HELLO was good: from now on this is the device's session, and an older one ends.
    std::function<void(ApplianceSession&)> opened;
    // The session is over; it may be destroyed after the call has returned to the loop.
    std::function<void(ApplianceSession&)> ended;
};

}  // namespace vistter::studio
