// Reading and writing the ZIP structures packages use.
#include "ocl/package/zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <set>

namespace vistter::ocl {
namespace {

constexpr std::uint32_t local_mark = 0x04034b50, directory_mark = 0x02014b50, end_mark = 0x06054b50;
constexpr std::size_t local_size = 30, directory_size = 46, end_size = 22;
constexpr std::uint16_t date_1980 = 0x0021;  // 1 January, the first day there is
constexpr std::uint32_t regular_file = 0100644u << 16;

Error refuse(const std::string& reason) {
    return fail(ErrorCode::OCL_PACKAGE, "The package is no clean ZIP: " + reason + ".");
}

// Little-endian numbers; positions are checked by the caller.
std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t width) {
    std::uint32_t value = 0;
    for (std::size_t i = width; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

std::uint16_t u16(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint16_t>(number_at(bytes, at, 2));
}

std::uint32_t u32(std::string_view bytes, std::size_t at) {
    return number_at(bytes, at, 4);
}

bool is_clean_name(std::string_view name) {
    if (name.empty() || name.size() > 200 || name.front() == '/' || name.back() == '/')
        return false;
    const bool printable = std::all_of(name.begin(), name.end(),
                                       [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
    if (!printable || name.find(':') != name.npos) return false;
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t slash = std::min(name.find('/', at), name.size());
        const std::string_view part = name.substr(at, slash - at);
        if (part.empty() || part == "." || part == "..") return false;
        at = slash + 1;
    }
    return true;
}

// A regular file for whoever made the archive: no link, device, folder, nor a set-uid bit.
bool is_regular(std::string_view directory, std::size_t at) {
    const std::uint32_t attributes = u32(directory, at + 38);
    const std::uint32_t mode = attributes >> 16;
    const std::uint32_t type = mode & 0170000u;
    return (type == 0 || type == 0100000u) && (mode & 07000u) == 0 && (attributes & 0x10u) == 0;
}

struct End {
    std::size_t entries = 0, directory_at = 0, directory_bytes = 0;
};

Result<End> read_end(std::string_view archive, const ZipBudget& budget) {
    if (archive.size() < end_size) return refuse("it is too short");
    const std::size_t at = archive.size() - end_size;
    if (u32(archive, at) != end_mark) return refuse("it does not end with its directory's end");
    End end{u16(archive, at + 10), u32(archive, at + 16), u32(archive, at + 12)};
    if (u16(archive, at + 4) != 0 || u16(archive, at + 6) != 0 ||
        u16(archive, at + 8) != end.entries)
        return refuse("it has several disks");
    if (u16(archive, at + 20) != 0) return refuse("it has a comment");
    if (end.entries == 0) return refuse("it is empty");
    if (end.entries > budget.entries) return fail(ErrorCode::VAL_TOO_BIG, "Too many entries.");
    if (end.directory_at > at || end.directory_bytes != at - end.directory_at)
        return refuse("its directory is not where its end says");
    return end;
}

class Reader {
  public:
    Reader(std::string_view archive, const ZipBudget& budget, const End& end)
        : archive_(archive), budget_(budget), end_(end) {}

    Result<std::vector<ZipEntry>> run() {
        std::vector<ZipEntry> entries;
        std::size_t at = end_.directory_at;
        const std::size_t stop = end_.directory_at + end_.directory_bytes;
        for (std::size_t i = 0; i < end_.entries; ++i) {
            if (stop - at < directory_size) return refuse("its directory is cut off");
            auto entry = read(at, stop);
            if (!entry) return std::move(entry).error();
            at += directory_size + entry->name.size();
            entries.push_back(std::move(*entry));
        }
        if (at != stop) return refuse("bytes follow its directory");
        if (next_ != end_.directory_at) return refuse("bytes lie between files and directory");
        return entries;
    }

  private:
    Result<ZipEntry> read(std::size_t at, std::size_t stop) {
        if (u32(archive_, at) != directory_mark) return refuse("a directory entry has no mark");
        const std::size_t name_size = u16(archive_, at + 28);
        if (stop - at - directory_size < name_size) return refuse("a name is cut off");
        ZipEntry entry;
        entry.name = archive_.substr(at + directory_size, name_size);
        if (Status status = check_entry(at, entry); !status) return std::move(status).error();
        const std::uint64_t packed = u32(archive_, at + 20);
        entry.size = u32(archive_, at + 24);
        entry.crc32 = u32(archive_, at + 16);
        entry.deflated = u16(archive_, at + 10) == 8;
        if (!entry.deflated && packed != entry.size) return refuse("a stored entry has two sizes");
        inflated_ += entry.size;
        if (entry.size > packed * budget_.ratio || inflated_ > budget_.inflated_bytes) {
            return fail(ErrorCode::VAL_TOO_BIG,
                        "The package would grow past its budget at " + entry.name + ".");
        }
        if (u32(archive_, at + 42) != next_) return refuse("entries overlap or leave a gap");
        if (Status status = check_local(at, entry); !status) return std::move(status).error();
        const std::size_t data_at = next_ + local_size + name_size;
        if (end_.directory_at - data_at < packed) return refuse("an entry is cut off");
        entry.data = archive_.substr(data_at, packed);
        next_ = data_at + packed;
        return entry;
    }

    Status check_entry(std::size_t at, const ZipEntry& entry) {
        if (!is_clean_name(entry.name)) return refuse("a name leads out of it or cannot be shown");
        if (!names_.insert(entry.name).second) return refuse(entry.name + " is there twice");
        if (u16(archive_, at + 8) != 0)
            return refuse(entry.name + " has flags (encrypted, descriptor or other)");
        const std::uint16_t method = u16(archive_, at + 10);
        if (method != 0 && method != 8) return refuse(entry.name + " is packed in another way");
        if (u16(archive_, at + 6) > 20) return refuse(entry.name + " asks for a newer reader");
        if (u16(archive_, at + 30) != 0) return refuse(entry.name + " has extra fields");
        if (u16(archive_, at + 32) != 0) return refuse(entry.name + " has a comment");
        if (u16(archive_, at + 34) != 0) return refuse(entry.name + " is on another disk");
        if (!is_regular(archive_, at)) return refuse(entry.name + " is no regular file");
        return ok();
    }

    // The entry's own header says what the directory says, byte for byte.
    Status check_local(std::size_t at, const ZipEntry& entry) {
        const std::size_t name_size = entry.name.size();
        if (next_ > end_.directory_at || end_.directory_at - next_ < local_size + name_size)
            return refuse("a header is cut off");
        const std::string_view own = archive_.substr(next_, local_size + name_size);
        if (u32(own, 0) != local_mark) return refuse("a header has no mark");
        // version, flags, method, time, date, crc, both sizes, name length, extra length
        const bool same = own.substr(4, 26) == archive_.substr(at + 6, 26);
        if (!same || own.substr(local_size) != entry.name)
            return refuse("header and directory differ at " + entry.name);
        return ok();
    }

    std::string_view archive_;
    const ZipBudget& budget_;
    End end_;
    std::size_t next_ = 0;  // where the next entry must begin
    std::uint64_t inflated_ = 0;
    std::set<std::string> names_;
};

std::uint32_t crc_of(std::string_view bytes) {
    return static_cast<std::uint32_t>(
        crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

Result<std::string> inflated(const ZipEntry& entry) {
    std::string out(entry.size + 1, '\0');  // one more, to see an entry that lies about its size
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return fail(ErrorCode::SYS_INTERNAL, "zlib did not start.");
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(entry.data.data()));
    stream.avail_in = static_cast<uInt>(entry.data.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int ended = inflate(&stream, Z_FINISH);
    const bool whole =
        ended == Z_STREAM_END && stream.avail_in == 0 && stream.total_out == entry.size;
    inflateEnd(&stream);
    if (!whole) return refuse(entry.name + " does not inflate to its size");
    out.resize(entry.size);
    return out;
}

class Writer {
  public:
    void number(std::uint32_t value, std::size_t width) {
        for (std::size_t i = 0; i < width; ++i) {
            out += static_cast<char>(value & 0xff);
            value >>= 8;
        }
    }
    // From "version needed" to "extra length": the part both headers share.
    void shared(std::string_view name, std::string_view bytes) {
        number(20, 2);
        number(0, 2);  // flags
        number(0, 2);  // stored
        number(0, 2);  // time
        number(date_1980, 2);
        number(crc_of(bytes), 4);
        number(static_cast<std::uint32_t>(bytes.size()), 4);
        number(static_cast<std::uint32_t>(bytes.size()), 4);
        number(static_cast<std::uint32_t>(name.size()), 2);
        number(0, 2);
    }
    std::string out;
};

}  // namespace

Result<std::vector<ZipEntry>> read_zip(std::string_view archive, const ZipBudget& budget) {
    if (archive.size() > budget.archive_bytes)
        return fail(ErrorCode::VAL_TOO_BIG, "The package is larger than it may be.");
    const auto end = read_end(archive, budget);
    if (!end) return end.error();
    return Reader(archive, budget, *end).run();
}

Result<std::string> entry_bytes(const ZipEntry& entry) {
    if (entry.data.empty() && entry.deflated) return refuse(entry.name + " is cut off");
    Result<std::string> bytes =
        entry.deflated ? inflated(entry) : Result<std::string>(std::string(entry.data));
    if (bytes && crc_of(*bytes) != entry.crc32) return refuse(entry.name + " is damaged");
    return bytes;
}

std::string write_zip(const std::vector<std::pair<std::string, std::string_view>>& entries) {
    Writer files, directory;
    for (const auto& [name, bytes] : entries) {
        const std::size_t at = files.out.size();
        files.number(local_mark, 4);
        files.shared(name, bytes);
        files.out.append(name).append(bytes);
        directory.number(directory_mark, 4);
        directory.number(20 | 3u << 8, 2);  // made as on Unix
        directory.shared(name, bytes);
        directory.number(0, 2);  // comment
        directory.number(0, 2);  // disk
        directory.number(0, 2);  // internal attributes
        directory.number(regular_file, 4);
        directory.number(static_cast<std::uint32_t>(at), 4);
        directory.out.append(name);
    }
    Writer end;
    end.number(end_mark, 4);
    end.number(0, 4);  // disks
    end.number(static_cast<std::uint32_t>(entries.size()), 2);
    end.number(static_cast<std::uint32_t>(entries.size()), 2);
    end.number(static_cast<std::uint32_t>(directory.out.size()), 4);
    end.number(static_cast<std::uint32_t>(files.out.size()), 4);
    end.number(0, 2);  // comment
    return files.out + directory.out + end.out;
}

}  // namespace vistter::ocl
