// The strict ZIP reader against archives that lie, and against what it writes itself.
#include <gtest/gtest.h>

#include <random>

#include "ocl/package/zip.hpp"
#include "ocl/zip_kit.hpp"

namespace vistter::ocl {
namespace {

using test::raw_zip;
using test::RawEnd;
using test::RawEntry;

const std::string text(1'000, 'a');

TEST(Zip, stored_and_deflated_entries_are_read) {
    const std::string archive = raw_zip({{"a.json", text}, {"dir/b", text, true}, {"empty", ""}});
    const auto entries = read_zip(archive, {});
    ASSERT_TRUE(entries.ok()) << describe(entries.error());
    ASSERT_EQ(entries->size(), 3u);
    EXPECT_EQ(*entry_bytes((*entries)[0]), text);
    EXPECT_EQ(*entry_bytes((*entries)[1]), text);
    EXPECT_TRUE((*entries)[1].deflated);
    EXPECT_EQ(*entry_bytes((*entries)[2]), "");
}

TEST(Zip, what_is_written_is_read_and_is_always_the_same) {
    const std::string archive = write_zip({{"a", text}, {"b/c", "x"}});
    EXPECT_EQ(archive, write_zip({{"a", text}, {"b/c", "x"}}));
    EXPECT_EQ(archive, raw_zip({{"a", text}, {"b/c", "x"}}));
    const auto entries = read_zip(archive, {});
    ASSERT_TRUE(entries.ok());
    EXPECT_EQ(*entry_bytes((*entries)[1]), "x");
}

RawEntry entry(const std::string& name = "a") {
    return {name, text};
}

template <class Change>
RawEntry lying(Change change, bool deflate = false) {
    RawEntry made = entry();
    made.deflate = deflate;
    change(made);
    return made;
}

template <class Change>
std::string ending(Change change) {
    RawEnd end;
    change(end);
    return raw_zip({entry()}, end);
}

struct Attack {
    const char* name;
    std::string archive;
};

std::vector<Attack> names_that_lead_out() {
    std::vector<Attack> attacks;
    for (const char* name :
         {"../a", "a/../../b", "/etc/passwd", "a/..", "..", ".", "a/./b", "a//b", "dir/", "C:/a",
          "C:\\a", "..\\a", "a\\b", "", "a\nb", "\xc3\xa4", "a b"})
        attacks.push_back({name, raw_zip({entry(name)})});
    attacks.push_back({"a zero in a name", raw_zip({entry(std::string("a\0b", 3))})});
    attacks.push_back({"a name without end", raw_zip({entry(std::string(300, 'n'))})});
    return attacks;
}

std::vector<Attack> entries_that_lie() {
    const auto one = [](auto change) { return raw_zip({lying(change)}); };
    const std::uint32_t link = 0120777u << 16, device = 0020666u << 16, folder = 0040755u << 16;
    return {
        {"the same name twice", raw_zip({entry(), entry()})},
        {"another name in its own header", one([](auto& e) { e.local_name = "b"; })},
        {"a longer name in its own header", one([](auto& e) { e.local_name = "a/b"; })},
        {"another size in its own header", one([](auto& e) { e.local_size = 7; })},
        {"encrypted", one([](auto& e) { e.flags = 1; })},
        {"encrypted in its own header only", one([](auto& e) { e.local_flags = 1; })},
        {"strongly encrypted", one([](auto& e) { e.flags = 0x40; })},
        {"sizes after the data", one([](auto& e) { e.flags = 8; })},
        {"UTF-8 flag", one([](auto& e) { e.flags = 0x800; })},
        {"packed with bzip2", one([](auto& e) { e.method = 12; })},
        {"packed with LZMA", one([](auto& e) { e.method = 14; })},
        {"asks for ZIP64", one([](auto& e) { e.version = 45; })},
        {"ZIP64 sizes", one([](auto& e) {
             e.size = e.packed_size = 0xffffffff;
             e.extra = std::string("\x01\x00\x10\x00", 4) + std::string(16, '\1');
         })},
        {"extra field", one([](auto& e) { e.extra = std::string("UT\x01\x00x", 5); })},
        {"extra field in its own header",
         one([](auto& e) { e.local_extra = std::string("UT\x01\x00x", 5); })},
        {"comment", one([](auto& e) { e.comment = "hello"; })},
        {"symbolic link", one([&](auto& e) { e.external = link; })},
        {"device", one([&](auto& e) { e.external = device; })},
        {"folder", one([&](auto& e) { e.external = folder; })},
        {"set-uid", one([](auto& e) { e.external = 0104755u << 16; })},
        {"DOS folder", one([](auto& e) { e.external = 0x10; })},
        {"stored with two sizes", one([](auto& e) { e.size = 999; })},
        {"cut off", one([](auto& e) { e.size = e.packed_size = 100'000; })},
        {"offset past the end", one([](auto& e) { e.offset = 0x7fffffff; })},
        {"offset into itself", one([](auto& e) { e.offset = 5; })},
        {"bytes after an entry", one([](auto& e) { e.after = "hidden"; })},
        {"two entries share their bytes", raw_zip({entry("a"),
                                                   [] {
                                                       RawEntry second = entry("b");
                                                       second.offset = 0;
                                                       return second;
                                                   }()})},
    };
}

std::vector<Attack> ends_that_lie() {
    std::vector<Attack> attacks{
        {"empty", raw_zip({})},
        {"nothing", ""},
        {"bytes after the end", ending([](auto& e) { e.after = "x"; })},
        {"comment", ending([](auto& e) { e.comment = "x"; })},
        {"a second archive after it", raw_zip({entry()}) + raw_zip({entry("b")})},
        {"a program in front", "#!/bin/sh\n" + raw_zip({entry()})},
        {"bytes between directory and end", ending([](auto& e) { e.before = "x"; })},
        {"more entries than there are", ending([](auto& e) { e.entries = 2; })},
        {"fewer entries than there are", ending([](auto& e) { e.entries = 0; })},
        {"ZIP64 count", ending([](auto& e) { e.entries = 0xffff; })},
        {"another disk", ending([](auto& e) { e.disk = 1; })},
        {"directory elsewhere", ending([](auto& e) { e.directory_at = 3; })},
        {"directory past the end", ending([](auto& e) { e.directory_at = 0xfffffff0; })},
        {"directory longer than the file", ending([](auto& e) { e.directory_bytes = 0xffffff; })},
        {"directory of no bytes", ending([](auto& e) { e.directory_bytes = 0; })},
    };
    const std::string whole = raw_zip({entry()});
    attacks.push_back({"the last byte missing", whole.substr(0, whole.size() - 1)});
    attacks.push_back({"half of it", whole.substr(0, whole.size() / 2)});
    return attacks;
}

// Drills "archives": every one refused, none read in part.
TEST(Zip, archives_that_lie_are_refused) {
    std::vector<Attack> attacks = names_that_lead_out();
    for (auto list : {entries_that_lie(), ends_that_lie()})
        attacks.insert(attacks.end(), list.begin(), list.end());
    EXPECT_GE(attacks.size(), 60u);
    for (const Attack& attack : attacks) {
        const auto entries = read_zip(attack.archive, {});
        ASSERT_FALSE(entries.ok()) << attack.name;
        EXPECT_TRUE(entries.error().code == ErrorCode::OCL_PACKAGE ||
                    entries.error().code == ErrorCode::VAL_TOO_BIG)
            << attack.name << ": " << describe(entries.error());
    }
}

TEST(Zip, bombs_are_refused_before_anything_is_inflated) {
    const auto refused = [](const std::string& archive, const ZipBudget& budget = {}) {
        const auto entries = read_zip(archive, budget);
        return !entries.ok() && entries.error().code == ErrorCode::VAL_TOO_BIG;
    };
    const std::string zeros(1 << 20, '\0');
    EXPECT_TRUE(refused(raw_zip({{"bomb", zeros, true}})));  // 1000 to 1
    std::vector<RawEntry> many;
    for (int i = 0; i < 513; ++i) many.push_back({"e" + std::to_string(i), "x"});
    EXPECT_TRUE(refused(raw_zip(many)));
    many.pop_back();
    EXPECT_TRUE(read_zip(raw_zip(many), {}).ok());
    EXPECT_TRUE(refused(raw_zip({{"a", text}, {"b", text}}), {.inflated_bytes = 1'999}));
    EXPECT_TRUE(refused(raw_zip({{"a", text}}), {.archive_bytes = 1'000}));
}

// An entry that says it is small and is not: at most one byte more than it says is ever made.
TEST(Zip, sizes_and_sums_that_lie_are_found_while_inflating) {
    const auto refused = [](const RawEntry& raw) {
        const std::string archive = raw_zip({raw});
        const auto entries = read_zip(archive, {});
        EXPECT_TRUE(entries.ok());
        return entries.ok() && !entry_bytes(entries->front()).ok();
    };
    EXPECT_TRUE(refused(lying([](auto& e) { e.size = 999; }, true)));
    EXPECT_TRUE(refused(lying([](auto& e) { e.size = 1'001; }, true)));
    EXPECT_TRUE(refused(lying([](auto& e) { e.crc = 1; })));
    EXPECT_TRUE(refused(lying([](auto& e) { e.crc = 1; }, true)));
    RawEntry garbage{"a", std::string(50, '\xff')};
    garbage.method = 8;
    EXPECT_TRUE(refused(garbage));
}

// Whatever one byte is changed to: refused, or the same names with bytes that fit their sums.
TEST(Zip, one_changed_byte_never_gives_other_contents) {
    const std::string good = raw_zip({{"a.json", "{\"a\":1}"}, {"b", text, true}});
    std::mt19937 random(7);
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (int i = 0; i < 8; ++i) {
            std::string bad = good;
            bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ (1u << i));
            const auto entries = read_zip(bad, {});
            if (!entries.ok()) continue;
            for (const ZipEntry& one : *entries) {
                const auto bytes = entry_bytes(one);
                if (!bytes.ok()) continue;
                EXPECT_TRUE(*bytes == "{\"a\":1}" || *bytes == text) << "byte " << at;
            }
        }
    }
}

}  // namespace
}  // namespace vistter::ocl
