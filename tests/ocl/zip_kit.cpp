// Writes ZIP archives field by field.
#include "ocl/zip_kit.hpp"

#include <zlib.h>

namespace vistter::ocl::test {
namespace {

void put(std::string& out, std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

void put_shared(std::string& out, const RawEntry& entry, const std::string& data, bool local) {
    const auto crc =
        static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(entry.bytes.data()),
                                         static_cast<uInt>(entry.bytes.size())));
    const auto size = entry.size.value_or(static_cast<std::uint32_t>(entry.bytes.size()));
    const auto packed = entry.packed_size.value_or(static_cast<std::uint32_t>(data.size()));
    put(out, entry.version, 2);
    put(out, local ? entry.local_flags.value_or(entry.flags) : entry.flags, 2);
    put(out, entry.method.value_or(entry.deflate ? 8 : 0), 2);
    put(out, 0, 2);
    put(out, 0x21, 2);
    put(out, entry.crc.value_or(crc), 4);
    put(out, packed, 4);
    put(out, local ? entry.local_size.value_or(size) : size, 4);
}

}  // namespace

std::string deflated(const std::string& bytes) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, bytes.size()) + 16, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string raw_zip(const std::vector<RawEntry>& entries, const RawEnd& end) {
    std::string files, directory;
    for (const RawEntry& entry : entries) {
        const std::string data = entry.deflate ? deflated(entry.bytes) : entry.bytes;
        const std::string& local_name = entry.local_name ? *entry.local_name : entry.name;
        put(directory, 0x02014b50, 4);
        put(directory, 0x0314, 2);
        put_shared(directory, entry, data, false);
        put(directory, entry.name.size(), 2);
        put(directory, entry.extra.size(), 2);
        put(directory, entry.comment.size(), 2);
        put(directory, 0, 4);  // disk, internal attributes
        put(directory, entry.external.value_or(0100644u << 16), 4);
        put(directory, entry.offset.value_or(static_cast<std::uint32_t>(files.size())), 4);
        directory += entry.name + entry.extra + entry.comment;
        put(files, 0x04034b50, 4);
        put_shared(files, entry, data, true);
        put(files, local_name.size(), 2);
        put(files, entry.local_extra.size(), 2);
        files += local_name + entry.local_extra + data + entry.after;
    }
    std::string out = files + directory + end.before;
    put(out, 0x06054b50, 4);
    put(out, end.disk, 2);
    put(out, end.disk, 2);
    put(out, end.entries.value_or(static_cast<std::uint16_t>(entries.size())), 2);
    put(out, end.entries.value_or(static_cast<std::uint16_t>(entries.size())), 2);
    put(out, end.directory_bytes.value_or(static_cast<std::uint32_t>(directory.size())), 4);
    put(out, end.directory_at.value_or(static_cast<std::uint32_t>(files.size())), 4);
    put(out, end.comment.size(), 2);
    return out + end.comment + end.after;
}

}  // namespace vistter::ocl::test
