// A file that gathers consecutive writes. Whatever else is asked of it finds them on the disk.
#include "store/wal_file.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <new>
#include <vector>

namespace vistter::store {
namespace {

constexpr std::size_t gather_limit = 256 * 1024;  // a transaction larger than this writes in parts
constexpr std::size_t piece = 64 * 1024;
constexpr std::size_t keep_limit = 64 * 1024;  // of memory, between two transactions

struct Gathered {
    std::vector<unsigned char> bytes;
    sqlite3_int64 begin = 0;
    sqlite3_int64 end() const { return begin + static_cast<sqlite3_int64>(bytes.size()); }
};

// Lies in memory that SQLite gives; the system's own file follows it there.
struct LogFile {
    sqlite3_file base;
    Gathered* gathered;
    sqlite3_file* under() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

LogFile& log_file(sqlite3_file* file) {
    return *reinterpret_cast<LogFile*>(file);
}

// In pieces: SQLite's own file takes less than 128 KiB at once.
int settle(LogFile& log) {
    Gathered& gathered = *log.gathered;
    int result = SQLITE_OK;
    for (std::size_t at = 0; at < gathered.bytes.size() && result == SQLITE_OK; at += piece) {
        const std::size_t size = std::min(piece, gathered.bytes.size() - at);
        result = log.under()->pMethods->xWrite(log.under(), gathered.bytes.data() + at,
                                               static_cast<int>(size),
                                               gathered.begin + static_cast<sqlite3_int64>(at));
    }
    gathered.bytes.clear();
    if (gathered.bytes.capacity() > keep_limit) gathered.bytes.shrink_to_fit();
    return result;
}

int log_close(sqlite3_file* file) {
    LogFile& log = log_file(file);
    const int written = settle(log);
    const int closed = log.under()->pMethods->xClose(log.under());
    delete log.gathered;
    return written == SQLITE_OK ? closed : written;
}

int log_read(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
    LogFile& log = log_file(file);
    const bool overlaps = at < log.gathered->end() && log.gathered->begin < at + size;
    if (const int result = overlaps ? settle(log) : SQLITE_OK; result != SQLITE_OK) return result;
    return log.under()->pMethods->xRead(log.under(), into, size, at);
}

int log_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    LogFile& log = log_file(file);
    Gathered& gathered = *log.gathered;
    const bool follows = at == gathered.end();
    if (!follows || gathered.bytes.size() >= gather_limit) {
        if (const int result = settle(log); result != SQLITE_OK) return result;
    }
    if (gathered.bytes.empty()) gathered.begin = at;
    const auto* bytes = static_cast<const unsigned char*>(from);
    try {
        gathered.bytes.insert(gathered.bytes.end(), bytes, bytes + size);
    } catch (const std::bad_alloc&) {
        return SQLITE_IOERR_NOMEM;
    }
    return SQLITE_OK;
}

int log_truncate(sqlite3_file* file, sqlite3_int64 size) {
    LogFile& log = log_file(file);
    if (const int result = settle(log); result != SQLITE_OK) return result;
    return log.under()->pMethods->xTruncate(log.under(), size);
}

int log_sync(sqlite3_file* file, int flags) {
    LogFile& log = log_file(file);
    if (const int result = settle(log); result != SQLITE_OK) return result;
    return log.under()->pMethods->xSync(log.under(), flags);
}

int log_size(sqlite3_file* file, sqlite3_int64* size) {
    LogFile& log = log_file(file);
    if (const int result = settle(log); result != SQLITE_OK) return result;
    return log.under()->pMethods->xFileSize(log.under(), size);
}

int log_lock(sqlite3_file* file, int kind) {
    return log_file(file).under()->pMethods->xLock(log_file(file).under(), kind);
}

int log_unlock(sqlite3_file* file, int kind) {
    return log_file(file).under()->pMethods->xUnlock(log_file(file).under(), kind);
}

int log_reserved(sqlite3_file* file, int* reserved) {
    return log_file(file).under()->pMethods->xCheckReservedLock(log_file(file).under(), reserved);
}

int log_control(sqlite3_file* file, int operation, void* argument) {
    return log_file(file).under()->pMethods->xFileControl(log_file(file).under(), operation,
                                                          argument);
}

int log_sector(sqlite3_file* file) {
    return log_file(file).under()->pMethods->xSectorSize(log_file(file).under());
}

int log_device(sqlite3_file* file) {
    return log_file(file).under()->pMethods->xDeviceCharacteristics(log_file(file).under());
}

// Version 1: shared memory and mapping belong to the database file, which is the system's own.
const sqlite3_io_methods log_methods{1,           log_close,  log_read,   log_write,  log_truncate,
                                     log_sync,    log_size,   log_lock,   log_unlock, log_reserved,
                                     log_control, log_sector, log_device, nullptr,    nullptr,
                                     nullptr,     nullptr,    nullptr,    nullptr};

sqlite3_vfs* system_vfs() {
    static sqlite3_vfs* const vfs = ::sqlite3_vfs_find(nullptr);
    return vfs;
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    sqlite3_vfs* const system = system_vfs();
    if ((flags & SQLITE_OPEN_WAL) == 0) return system->xOpen(system, name, file, flags, out);
    LogFile& log = log_file(file);
    log.base.pMethods = nullptr;  // until it is open
    log.gathered = new (std::nothrow) Gathered;
    if (log.gathered == nullptr) return SQLITE_NOMEM;
    const int result = system->xOpen(system, name, log.under(), flags, out);
    if (result == SQLITE_OK) {
        log.base.pMethods = &log_methods;
    } else {
        delete log.gathered;
    }
    return result;
}

}  // namespace

const char* gathering_vfs() {
    static constexpr const char* name = "vistter-gathering";
    static sqlite3_vfs vfs = [] {
        sqlite3_vfs made = *system_vfs();
        made.zName = name;
        made.pNext = nullptr;
        made.szOsFile += static_cast<int>(sizeof(LogFile));
        made.xOpen = open_file;
        return made;
    }();
    static const int registered = ::sqlite3_vfs_register(&vfs, 0);
    return registered == SQLITE_OK ? name : nullptr;
}

}  // namespace vistter::store
