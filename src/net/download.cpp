// Downloads that resume, are checked by size and SHA-256, and only then take their target's place.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "base/file.hpp"
#include "crypto/digest.hpp"
#include "net/curl_request.hpp"
#include "net/url.hpp"

namespace vistter::net {
namespace {

Error storage_error(const std::filesystem::path& path, const char* step) {
    bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    ErrorCode code = full ? ErrorCode::LIM_STORAGE : ErrorCode::SYS_STORAGE;
    return fail(code, fmt::format("cannot {} {}: {}", step, path.string(), std::strerror(errno)));
}

// The file beside the target with what has come so far, and the hash of it.
class Part {
  public:
    explicit Part(std::filesystem::path path) : path_(std::move(path)) {}
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;
    ~Part() {
        if (fd_ >= 0) ::close(fd_);
    }

    // Opens or creates it and hashes what an earlier attempt left.
    Status open(std::int64_t expected_size);
    Status restart();
    Status append(std::string_view bytes);
    // Makes it the target. The part is gone afterwards.
    Status become(const std::filesystem::path& target);
    void remove() { ::unlink(path_.c_str()); }
    std::int64_t size() const { return size_; }
    std::string hash() const { return to_hex(crypto::Sha256(hash_).finish()); }

  private:
    Status read_back();

    std::filesystem::path path_;
    int fd_ = -1;
    std::int64_t size_ = 0;
    crypto::Sha256 hash_;
};

Status Part::open(std::int64_t expected_size) {
    fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd_ < 0) return storage_error(path_, "create");
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
        return fail(ErrorCode::AST_FETCH,
                    fmt::format("{} is already being downloaded", path_.string()));
    }
    struct stat about {};
    if (::fstat(fd_, &about) != 0) return storage_error(path_, "read");
    if (about.st_size > expected_size) return restart();
    return read_back();
}

Status Part::read_back() {
    char block[65'536];
    for (;;) {
        ssize_t got = ::read(fd_, block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return storage_error(path_, "read");
        if (got == 0) return ok();
        hash_.add(as_bytes({block, static_cast<std::size_t>(got)}));
        size_ += got;
    }
}

Status Part::restart() {
    if (::ftruncate(fd_, 0) != 0 || ::lseek(fd_, 0, SEEK_SET) != 0)
        return storage_error(path_, "empty");
    size_ = 0;
    hash_ = crypto::Sha256();
    return ok();
}

Status Part::append(std::string_view bytes) {
    hash_.add(as_bytes(bytes));
    size_ += static_cast<std::int64_t>(bytes.size());
    while (!bytes.empty()) {
        ssize_t put = ::write(fd_, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) {
            Error error = storage_error(path_, "write");
            remove();  // it only keeps space from others; its hash no longer tells what is in it
            return error;
        }
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return ok();
}

Status Part::become(const std::filesystem::path& target) {
    if (::fsync(fd_) != 0) return storage_error(path_, "sync");
    if (::rename(path_.c_str(), target.c_str()) != 0) return storage_error(target, "replace");
    return sync_directory(target.parent_path().empty() ? "." : target.parent_path());
}

// "bytes 100-199/200" begins where we asked and ends where the whole does.
bool continues(const Fetched& head, std::int64_t from, std::int64_t whole) {
    auto found = head.headers.find("content-range");
    return found != head.headers.end() &&
           found->second == fmt::format("bytes {}-{}/{}", from, whole - 1, whole);
}

class PartSink final : public Sink {
  public:
    PartSink(Part& part, const Download& what) : part_(part), what_(what), from_(part.size()) {}

    Status take(const Fetched& head, std::string_view bytes) override {
        if (!begun_) {
            if (head.status != 200 && head.status != 206) return ok();  // an error page is not kept
            if (Status good = begin(head); !good) return good;
        }
        std::int64_t size = part_.size() + static_cast<std::int64_t>(bytes.size());
        if (size > what_.size_bytes) {
            return fail(ErrorCode::AST_TOO_BIG,
                        fmt::format("more than the announced {} bytes came", what_.size_bytes));
        }
        if (Status put = part_.append(bytes); !put) return put;
        if (what_.progress) what_.progress(size);
        return ok();
    }

  private:
    Status begin(const Fetched& head) {
        begun_ = true;
        if (head.status == 206) {
            if (from_ > 0 && continues(head, from_, what_.size_bytes)) return ok();
            if (Status emptied = part_.restart(); !emptied)
                return emptied;  // the next attempt takes the whole
            return fail(ErrorCode::AST_FETCH,
                        "the server sent another range than the one asked for");
        }
        return part_.restart();  // 200: the whole comes, whatever is here already
    }

    Part& part_;
    const Download& what_;
    const std::int64_t from_;
    bool begun_ = false;
};

Status check_status(int status) {
    if (status == 200 || status == 206) return ok();
    if (status == 403 || status == 410) {
        return fail(ErrorCode::AST_EXPIRED_URL,
                    fmt::format("the address is no longer good (the server answered {}); ask "
                                "for a new one",
                                status));
    }
    return fail(ErrorCode::AST_FETCH, fmt::format("the server answered {}", status));
}

// Fetches what is missing of the part.
Status complete(Part& part, const Download& what) {
    FetchOptions request = what.request;
    if (part.size() > 0) request.headers["range"] = fmt::format("bytes={}-", part.size());
    PartSink sink(part, what);
    Result<Fetched> fetched = run_request(request, sink, Pace::steady);
    if (!fetched) {
        if (fetched.error().code == ErrorCode::AST_TOO_BIG) part.remove();
        return fetched.error();
    }
    if (fetched->status == 416 &&
        part.size() > 0) {  // what is here is longer than what the server has
        if (Status emptied = part.restart(); !emptied) return emptied;
        return complete(part, what);
    }
    if (Status good = check_status(fetched->status); !good) return good;
    if (part.size() < what.size_bytes) {
        return fail(ErrorCode::AST_FETCH, fmt::format("the download ended after {} of {} bytes",
                                                      part.size(), what.size_bytes));
    }
    return ok();
}

}  // namespace

Status download(const Download& what) {
    std::filesystem::path beside = what.target;
    beside += ".part";
    Part part(beside);
    if (Status opened = part.open(what.size_bytes); !opened) return opened;
    bool resumed = part.size() > 0;
    if (part.size() < what.size_bytes || what.size_bytes == 0) {
        if (Status done = complete(part, what); !done) return done;
    }
    if (part.hash() != lower(what.sha256) && resumed) {
        // What was left may have been of another asset: once more, from the beginning.
        if (Status emptied = part.restart(); !emptied) return emptied;
        if (Status done = complete(part, what); !done) return done;
    }
    if (part.hash() != lower(what.sha256)) {
        part.remove();
        return fail(ErrorCode::AST_HASH,
                    "what was downloaded is not what was announced: its SHA-256 differs");
    }
    return part.become(what.target);
}

}  // namespace vistter::net
