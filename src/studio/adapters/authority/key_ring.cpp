// Numbered key files.
#include "studio/adapters/authority/key_ring.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <utility>

#include "base/file.hpp"
#include "studio/adapters/authority/key_files.hpp"

namespace vistter::studio {
namespace {

constexpr std::string_view stamp = "Made: ";  // a line before the PEM block, which readers skip

std::string key_text(const crypto::PrivateKey& key, WallTime now) {
    return fmt::format("{}{}\n{}", stamp, format_rfc3339(now), key.to_pem());
}

std::optional<WallTime> made_at(std::string_view text) {
    if (!text.starts_with(stamp)) return std::nullopt;
    const auto end = text.find('\n');
    return parse_rfc3339(text.substr(stamp.size(), end - stamp.size()));
}

// n of "<name>-<n>.key"; 1 for "<name>.key"; nothing for another file.
std::optional<std::int64_t> number_in(std::string_view file, std::string_view name) {
    constexpr std::string_view ending = ".key";
    if (!file.starts_with(name) || !file.ends_with(ending)) return std::nullopt;
    file.remove_prefix(name.size());
    file.remove_suffix(ending.size());
    if (file.empty()) return 1;
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(file.data() + 1, file.data() + file.size(), number);
    const bool whole = error == std::errc{} && stop == file.data() + file.size();
    if (file.front() != '-' || !whole || number < 2) return std::nullopt;
    return number;
}

}  // namespace

std::filesystem::path KeyRing::file(std::int64_t number, std::string_view kind) const {
    return state_ / (number == 1 ? fmt::format("{}.{}", name_, kind)
                                 : fmt::format("{}-{}.{}", name_, number, kind));
}

Result<KeyRing> KeyRing::open(const std::filesystem::path& state, std::string name, WallTime now) {
    KeyRing ring(state, std::move(name));
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(state, failed)) {
        const auto number = number_in(entry.path().filename().string(), ring.name_);
        if (!number) continue;
        auto key = read_key(entry.path());
        if (!key) return key.error();
        ring.keys_.push_back({*number, made_at(key->text), std::move(key->key)});
    }
    if (failed) return fail(ErrorCode::SYS_STORAGE, state.string() + ": " + failed.message());
    std::sort(ring.keys_.begin(), ring.keys_.end(),
              [](const RingKey& one, const RingKey& other) { return one.number > other.number; });
    if (!ring.keys_.empty()) return ring;
    if (auto made = ring.add(crypto::PrivateKey::generate(), now); !made) return made.error();
    return ring;
}

Status KeyRing::add(const crypto::PrivateKey& key, WallTime now) {
    const std::int64_t number = keys_.empty() ? 1 : current().number + 1;
    if (auto kept = keep_file(file(number, "key"), key_text(key, now)); !kept) return kept;
    keys_.insert(keys_.begin(), RingKey{number, now, key});
    return ok();
}

void KeyRing::forget_former() {
    std::error_code ignored;  // a file that cannot go now goes after the next rotation
    while (keys_.size() > 1) {
        std::filesystem::remove(file(keys_.back().number, "key"), ignored);
        keys_.pop_back();
    }
}

}  // namespace vistter::studio
