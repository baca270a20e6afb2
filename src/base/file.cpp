#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <cerrno>
#include <cstring>

namespace vistter {
namespace {

Error storage_error(const std::filesystem::path& path, const char* step) {
    ErrorCode code =
        errno == ENOSPC || errno == EDQUOT ? ErrorCode::LIM_STORAGE : ErrorCode::SYS_STORAGE;
    return fail(code, fmt::format("cannot {} {}: {}", step, path.string(), std::strerror(errno)));
}

// A file descriptor that closes itself.
class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }
    bool valid() const { return fd_ >= 0; }

  private:
    int fd_;
};

bool write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        ssize_t put = ::write(fd, content.data(), content.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        content.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

}  // namespace

Status write_file(const std::filesystem::path& path, std::string_view content, unsigned mode) {
    std::filesystem::path beside = path;
    beside += fmt::format(".{}.tmp", ::getpid());
    {
        Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
        if (!file.valid()) return storage_error(beside, "create");
        if (!write_all(file.get(), content) || ::fsync(file.get()) != 0) {
            Error error = storage_error(beside, "write");
            ::unlink(beside.c_str());
            return error;
        }
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) {
        Error error = storage_error(path, "replace");
        ::unlink(beside.c_str());
        return error;
    }
    return sync_directory(path.parent_path());
}

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t limit) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) {
        if (errno == ENOENT)
            return fail(ErrorCode::RES_NOT_FOUND, fmt::format("no file {}", path.string()));
        return storage_error(path, "open");
    }
    std::string content;
    char block[16384];
    for (;;) {
        ssize_t got = ::read(file.get(), block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return storage_error(path, "read");
        if (got == 0) return content;
        content.append(block, static_cast<std::size_t>(got));
        if (content.size() > limit) {
            return fail(ErrorCode::VAL_TOO_BIG,
                        fmt::format("{} is larger than {} bytes", path.string(), limit));
        }
    }
}

Status make_private_directory(const std::filesystem::path& path) {
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) return ok();
    std::filesystem::create_directories(path, failed);
    if (failed) {
        return fail(ErrorCode::SYS_STORAGE,
                    fmt::format("cannot make {}: {}", path.string(), failed.message()));
    }
    if (::chmod(path.c_str(), 0700) != 0) return storage_error(path, "protect");
    return ok();
}

Status sync_directory(const std::filesystem::path& path) {
    Descriptor directory(
        ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.valid() || ::fsync(directory.get()) != 0) return storage_error(path, "sync");
    return ok();
}

}  // namespace vistter
