// Folders are filled beside what counts, and links are renamed over links.
#include "appliance/adapters/identity/identity_store.hpp"

#include <unistd.h>

#include "appliance/adapters/identity/identity_files.hpp"
#include "base/bytes.hpp"
#include "base/file.hpp"

namespace vistter::appliance {
namespace {

Error not_switched(const std::filesystem::path& to) {
    return fail(ErrorCode::SYS_STORAGE,
                "The identity in " + to.string() + " could not be switched in.");
}

bool is_link(const std::filesystem::path& path) {
    std::error_code failed;
    return std::filesystem::is_symlink(path, failed);
}

}  // namespace

// What no link leads to is left over from a change that was cut short, or has been replaced.
void IdentityStore::clear_others() {
    std::error_code failed;
    const bool paired = is_link(link());
    const auto current = std::filesystem::read_symlink(link(), failed);
    const auto next = std::filesystem::read_symlink(next_link(), failed);
    for (const auto& entry : std::filesystem::directory_iterator(state_, failed)) {
        const auto name = entry.path().filename();
        if (!name.string().starts_with("identity-")) continue;
        const bool used = name == current || name == next || entry.path() == next_link() ||
                          entry.path() == pending_folder();
        if (!paired || !used) std::filesystem::remove_all(entry.path(), failed);
    }
}

Result<std::optional<Identity>> IdentityStore::load() {
    clear_others();
    if (!is_link(link())) return std::optional<Identity>();
    auto identity = read_identity(link());
    if (!identity)
        return fail(ErrorCode::SYS_STORAGE, "The identity in " + link().string() +
                                                " cannot be read (" + identity.error().message +
                                                "); restore it, or remove it and pair again.");
    return std::optional<Identity>(*std::move(identity));
}

Status IdentityStore::switch_in(const Identity& identity, const std::filesystem::path& as) {
    Bytes tail(8);
    random_.fill(tail);
    const std::filesystem::path folder = state_ / ("identity-" + to_hex(tail));
    if (const Status kept = write_identity(folder, identity, home_, random_); !kept) return kept;
    const std::filesystem::path fresh = folder.string() + ".link";
    if (::symlink(folder.filename().c_str(), fresh.c_str()) != 0 ||
        ::rename(fresh.c_str(), as.c_str()) != 0)
        return not_switched(folder);
    return sync_directory(state_);
}

Status IdentityStore::save(const Identity& identity) {
    // First what was on trial: it belongs to what is being replaced.
    if (const Status dropped = drop_next(); !dropped) return dropped;
    if (const Status switched = switch_in(identity, link()); !switched) return switched;
    std::error_code failed;
    std::filesystem::remove_all(pending_folder(), failed);
    clear_others();
    return ok();
}

Status IdentityStore::remove() {
    if (is_link(link()) && ::unlink(link().c_str()) != 0)
        return fail(ErrorCode::SYS_STORAGE,
                    "The identity in " + link().string() + " could not be removed.");
    if (const Status synced = sync_directory(state_); !synced) return synced;
    clear_others();
    return sync_directory(state_);
}

Status IdentityStore::stage(const Identity& next) {
    if (const Status staged = switch_in(next, next_link()); !staged) return staged;
    clear_others();
    return ok();
}

Status IdentityStore::promote() {
    if (!is_link(next_link())) return fail(ErrorCode::RES_NOT_FOUND, "no identity is on trial");
    if (::rename(next_link().c_str(), link().c_str()) != 0) return not_switched(next_link());
    if (const Status synced = sync_directory(state_); !synced) return synced;
    clear_others();
    return ok();
}

Status IdentityStore::drop_next() {
    if (!is_link(next_link())) return ok();
    if (::unlink(next_link().c_str()) != 0)
        return fail(ErrorCode::SYS_STORAGE,
                    "The identity on trial could not be dropped: " + next_link().string());
    if (const Status synced = sync_directory(state_); !synced) return synced;
    clear_others();
    return ok();
}

Status IdentityStore::keep_pending(const std::string& credential, const std::string& key_pem) {
    return write_secrets(pending_folder(), {{credential + ".pem", key_pem}}, home_, random_);
}

Result<std::string> IdentityStore::pending(const std::string& credential) {
    return read_secret(pending_folder(), credential + ".pem");
}

Status IdentityStore::mark_revoked(bool revoked) {
    const auto mark = link() / "revoked";
    if (revoked) return write_file(mark, "", 0600);
    if (::unlink(mark.c_str()) != 0 && errno != ENOENT)
        return fail(ErrorCode::SYS_STORAGE, "The mark " + mark.string() + " could not be removed.");
    return ok();
}

}  // namespace vistter::appliance
