// Holds the sink of the present attempt, feeds it, counts, and turns what it does into events of
// the destination's life.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.hpp"
#include "ipc/messages.hpp"
#include "media/muxer.hpp"
#include "output/destination_life.hpp"
#include "output/options.hpp"

namespace vistter::output {

// One thread, but for the sink's report of its failure, which rings `wake` (an eventfd).
class SinkKeeper {
  public:
    SinkKeeper(const Destination& destination, Clock& clock, Random& random, int wake_fd);

    // The programme's codecs, known again after every connection to it. Other codecs than before
    // need a new sink.
    void set_stream(const ipc::StreamInfo& info);
    // The programme is gone: the sink is kept, but no new one is tried, since nothing could be
    // sent.
    void lose_stream() { programme_there_ = false; }
    void take(const ipc::AccessUnit& unit);
    // Opens, judges and closes the sink as the life demands. True when a new sink waits for a
    // keyframe.
    bool look();
    // When look() has something to do though nothing happens: steady time, ns.
    std::int64_t next_look_ns() const;
    // Ends the stream in order.
    void finish(std::int64_t drain_ms);

    DestinationLife& life() { return life_; }
    ipc::OutputStatus status() const;

  private:
    void open();
    void close();
    void lose(const Error& error);
    std::string fresh_location();
    std::int64_t now_ns() const { return clock_.steady().ns; }

    const Destination destination_;
    Clock& clock_;
    DestinationLife life_;
    const int wake_fd_;
    std::optional<media::SinkSettings> stream_;
    bool programme_there_ = false;
    std::unique_ptr<media::Sink> sink_;
    std::mutex failure_mutex_;
    std::optional<Error> failure_;  // left by the sink's thread

    std::int64_t first_push_ns_ = -1;  // of the present sink
    std::int64_t last_accepting_ns_ = 0;
    std::int64_t frames_ = 0, dropped_ = 0, bytes_before_ = 0, first_frame_ = -1;
};

}  // namespace vistter::output
