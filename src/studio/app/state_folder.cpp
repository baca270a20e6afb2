// Opening the state folder.
#include "studio/app/state_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/file.hpp"

namespace vistter::studio {
namespace {

Status check_environment(const std::filesystem::path& path, const std::string& environment) {
    const auto kept = read_file(path / "environment", 64);
    if (!kept) return write_file(path / "environment", environment, 0600);
    if (*kept == environment) return ok();
    return fail(ErrorCode::CFG_INVALID,
                fmt::format("{} was made for environment {}; start with --environment {}",
                            path.string(), *kept, *kept));
}

}  // namespace

Result<StateFolder> StateFolder::open(const std::filesystem::path& path,
                                      const std::string& environment) {
    if (auto made = make_private_directory(path); !made) return made.error();
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || (status.st_mode & 077U) != 0) {
        return fail(
            ErrorCode::CFG_INVALID,
            fmt::format("{0} is open to others; make it private: chmod 700 {0}", path.string()));
    }
    const int lock = ::open((path / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) {
        return fail(ErrorCode::SYS_STORAGE,
                    fmt::format("{}: {}", (path / "lock").string(), std::strerror(errno)));
    }
    StateFolder folder(path, lock);
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        return fail(ErrorCode::SYS_BUSY,
                    fmt::format("another vistter-studio uses {}; stop it or choose another --state",
                                path.string()));
    }
    if (auto same = check_environment(path, environment); !same) return same.error();
    if (auto made = make_private_directory(path / "assets"); !made) return made.error();
    return folder;
}

StateFolder::StateFolder(StateFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

StateFolder::~StateFolder() {
    if (lock_ >= 0) ::close(lock_);
}

}  // namespace vistter::studio
