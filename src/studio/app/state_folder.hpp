// The folder everything durable lives in: private, and used by one Studio at a time.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace vistter::studio {

// Holds the folder's lock until it is destroyed; the lock dies with the process.
class StateFolder {
  public:
    // Makes the folder (0700) if needed and locks it. Errors: SYS_BUSY (another Studio uses it),
    // CFG_INVALID (open to others, or made for another environment), SYS_STORAGE.
    static Result<StateFolder> open(const std::filesystem::path& path,
                                    const std::string& environment);
    StateFolder(StateFolder&& other) noexcept;
    StateFolder& operator=(StateFolder&&) = delete;
    ~StateFolder();
    const std::filesystem::path& path() const { return path_; }

  private:
    StateFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

    std::filesystem::path path_;
    int lock_ = -1;
};

}  // namespace vistter::studio
