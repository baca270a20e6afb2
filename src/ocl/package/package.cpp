// Making packages, and opening them in the only order that trusts nobody.
#include "ocl/package/package.hpp"

#include <algorithm>

#include "contract/write_overlay.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"

namespace vistter::ocl {
namespace {

constexpr std::string_view manifest_name = "manifest.json", document_name = "ocl.json",
                           assets_folder = "assets/", signature_name = "signature.jws";
constexpr std::size_t max_signature_bytes = 4'096;
constexpr std::uint64_t max_document_bytes = 1 << 20;  // contract C.13

Error refuse(const std::string& reason) {
    return fail(ErrorCode::OCL_PACKAGE, "The package is refused: " + reason + ".");
}

// "header.payload.signature" without its payload.
std::string detached(const std::string& jws) {
    const std::size_t first = jws.find('.'), second = jws.find('.', first + 1);
    return jws.substr(0, first + 1) + jws.substr(second);
}

Result<std::string> signer_of(std::string_view manifest, const std::string& signature,
                              const TrustedSigner& trusted) {
    const std::size_t dots = signature.find("..");
    if (dots == signature.npos) return refuse("its signature is no detached JWS");
    const std::string whole = signature.substr(0, dots + 1) + to_base64url(as_bytes(manifest)) +
                              signature.substr(dots + 1);
    const auto jws = crypto::read_jws(whole, package_typ, whole.size());
    if (!jws) return jws.error();
    const auto key = trusted(jws->kid);
    if (!key) return fail(ErrorCode::SEC_UNAUTHORISED, "Nobody here trusts the signer.");
    if (!crypto::verify_jws(*jws, *key))
        return fail(ErrorCode::SEC_UNAUTHORISED, "The signature does not fit the manifest.");
    return jws->kid;
}

// Names and order alone: the manifest is not believed yet.
Status check_names(const std::vector<ZipEntry>& entries) {
    if (entries.size() < 3 || entries[0].name != manifest_name ||
        entries[1].name != document_name || entries.back().name != signature_name)
        return refuse("it is not manifest.json, ocl.json, assets, signature.jws in this order");
    std::string before;
    for (std::size_t i = 2; i + 1 < entries.size(); ++i) {
        const std::string& name = entries[i].name;
        const std::string hash =
            name.starts_with(assets_folder) ? name.substr(assets_folder.size()) : "";
        const bool hex = hash.size() == 64 && std::all_of(hash.begin(), hash.end(), [](char c) {
                             return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                         });
        if (!hex || name <= before) return refuse(name + " has no place in it");
        before = name;
    }
    if (entries[0].size > contract::max_manifest_bytes || entries[1].size > max_document_bytes ||
        entries.back().size > max_signature_bytes)
        return fail(ErrorCode::VAL_TOO_BIG, "Manifest, document or signature is too large.");
    return ok();
}

Status check_manifest(const std::vector<ZipEntry>& entries,
                      const contract::PackageManifest& manifest) {
    if (manifest.entries.size() + 2 != entries.size())
        return refuse("its manifest lists other entries than it has");
    for (std::size_t i = 0; i < manifest.entries.size(); ++i) {
        const contract::PackageEntry& listed = manifest.entries[i];
        const ZipEntry& there = entries[i + 1];
        if (listed.path != there.name ||
            static_cast<std::uint64_t>(listed.size_bytes) != there.size)
            return refuse("its manifest lists " + listed.path + " otherwise than it is");
        if (there.name != document_name &&
            listed.path.substr(assets_folder.size()) != listed.sha256)
            return refuse(listed.path + " is not named by its hash");
    }
    return ok();
}

Status read_contents(const std::vector<ZipEntry>& entries, Package& package) {
    for (std::size_t i = 0; i < package.manifest.entries.size(); ++i) {
        const contract::PackageEntry& listed = package.manifest.entries[i];
        auto bytes = entry_bytes(entries[i + 1]);
        if (!bytes) return std::move(bytes).error();
        if (crypto::sha256_hex(*bytes) != listed.sha256)
            return fail(ErrorCode::AST_HASH, listed.path + " has another hash than its manifest.");
        if (i == 0) {
            package.ocl = std::move(*bytes);
        } else {
            package.assets.emplace(listed.sha256, std::move(*bytes));
        }
    }
    return ok();
}

// What the document names is in the package, and what is there is named, as what it is.
Status check_document(const Package& package) {
    auto document = contract::read_overlay(package.ocl);
    if (!document) return std::move(document).error();
    if (document->overlay_id != package.manifest.overlay_id ||
        document->revision != package.manifest.revision)
        return refuse("document and manifest name different overlays");
    std::map<std::string, std::string> types;
    for (const auto& [key, asset] : document->assets) {
        const auto there = package.assets.find(asset.sha256);
        if (there == package.assets.end()) return refuse("the asset " + key + " is not in it");
        if (asset.size_bytes != 0 &&
            static_cast<std::uint64_t>(asset.size_bytes) != there->second.size())
            return refuse("the asset " + key + " has another size than the document says");
        types[asset.sha256] = asset.media_type;
    }
    for (std::size_t i = 1; i < package.manifest.entries.size(); ++i) {
        const contract::PackageEntry& listed = package.manifest.entries[i];
        const auto type = types.find(listed.sha256);
        if (type == types.end()) return refuse(listed.path + " is used by nobody");
        if (type->second != listed.media_type)
            return refuse(listed.path + " is of another type in the document");
    }
    return ok();
}

}  // namespace

Result<std::string> make_package(std::string_view ocl,
                                 const std::map<std::string, std::string>& assets,
                                 const crypto::PrivateKey& key, const std::string& kid) {
    const auto document = contract::read_overlay(ocl);
    if (!document) return document.error();
    contract::PackageManifest manifest;
    manifest.overlay_id = document->overlay_id;
    manifest.revision = document->revision;
    manifest.entries.push_back({std::string(document_name), crypto::sha256_hex(ocl),
                                static_cast<std::int64_t>(ocl.size()),
                                std::string(contract::ocl_media_type)});
    std::map<std::string, std::string> types;  // in the order of the entries
    for (const auto& [name, asset] : document->assets) types[asset.sha256] = asset.media_type;
    std::vector<std::pair<std::string, std::string_view>> entries{
        {std::string(manifest_name), {}}, {std::string(document_name), ocl}};
    std::uint64_t total = ocl.size();
    for (const auto& [sha256, media_type] : types) {
        const auto bytes = assets.find(sha256);
        if (bytes == assets.end())
            return fail(ErrorCode::RES_NOT_FOUND, "The asset " + sha256 + " is missing.");
        if (crypto::sha256_hex(bytes->second) != sha256)
            return fail(ErrorCode::AST_HASH, "The bytes given for " + sha256 + " are others.");
        const std::string path = std::string(assets_folder) + sha256;
        manifest.entries.push_back(
            {path, sha256, static_cast<std::int64_t>(bytes->second.size()), media_type});
        entries.emplace_back(path, bytes->second);
        total += bytes->second.size();
    }
    const ZipBudget budget;
    if (total > budget.archive_bytes - (1u << 20) || entries.size() + 1 > budget.entries)
        return fail(ErrorCode::VAL_TOO_BIG, "The package would be larger than it may be.");
    const std::string text = contract::write_manifest(manifest);
    const std::string signature = detached(crypto::sign_jws(key, kid, package_typ, text));
    entries.front().second = text;
    entries.emplace_back(signature_name, signature);
    return write_zip(entries);
}

Result<Package> open_package(std::string_view bytes, const TrustedSigner& trusted,
                             const ZipBudget& budget) {
    const auto entries = read_zip(bytes, budget);
    if (!entries) return entries.error();
    if (Status status = check_names(*entries); !status) return std::move(status).error();
    const auto text = entry_bytes(entries->front());
    if (!text) return text.error();
    const auto signature = entry_bytes(entries->back());
    if (!signature) return signature.error();
    auto kid = signer_of(*text, *signature, trusted);
    if (!kid) return std::move(kid).error();
    auto manifest = contract::parse_manifest(*text);
    if (!manifest) return std::move(manifest).error();
    Package package{std::move(*kid), std::move(*manifest), {}, {}};
    if (Status status = check_manifest(*entries, package.manifest); !status)
        return std::move(status).error();
    if (Status status = read_contents(*entries, package); !status) return std::move(status).error();
    if (Status status = check_document(package); !status) return std::move(status).error();
    return package;
}

}  // namespace vistter::ocl
