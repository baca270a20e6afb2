// A time that it is at least: boards without a clock boot in the past, where no certificate would
// be good yet (contract B.6).
#pragma once

#include <filesystem>

#include "base/clock.hpp"

namespace vistter::appliance {

class KnownTime {
  public:
    // Reads what a former process noted in the state folder.
    KnownTime(std::filesystem::path state, const Clock& clock);
    // The machine's clock, but never before what is known. Any thread.
    WallTime now() const;
    WallTime floor() const { return floor_; }
    // Notes the machine's time for the next start, at most once an hour. Only to be called while a
    // session is open: a clock far ahead, with which no session opens, must not be believed for
    // ever.
    void note();

  private:
    std::filesystem::path file_;
    const Clock& clock_;
    WallTime floor_, noted_;
};

}  // namespace vistter::appliance
