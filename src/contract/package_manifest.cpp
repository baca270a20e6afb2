// Package manifests as JSON and back.
#include "contract/package_manifest.hpp"

#include "contract/findings.hpp"
#include "contract/json.hpp"
#include "contract/schema.hpp"
#include "contract/write.hpp"

namespace vistter::contract {
namespace {

std::string entry_text(const PackageEntry& entry) {
    return ObjectWriter()
        .text("media_type", entry.media_type)
        .text("path", entry.path)
        .text("sha256", entry.sha256)
        .integer("size_bytes", entry.size_bytes)
        .str();
}

}  // namespace

std::string write_manifest(const PackageManifest& manifest) {
    return ObjectWriter()
        .raw("entries", list_text(manifest.entries, entry_text))
        .text("kind", "ocl.package")
        .text("overlay_id", manifest.overlay_id)
        .text("package_version", manifest.package_version)
        .integer("revision", manifest.revision)
        .str();
}

Result<PackageManifest> parse_manifest(std::string_view text) {
    auto value = json::parse(text, max_manifest_bytes);
    if (!value) return std::move(value).error();
    const Findings findings =
        contract_schemas()
            .judge(schema_id("package", "manifest"), *value, SchemaMode::writer)
            .findings;
    if (!findings.empty()) return error_of(findings, "The package's manifest is wrong");
    const json::Object& object = value->get_object();
    PackageManifest manifest;
    manifest.package_version = json::text_at(object, "package_version");
    manifest.overlay_id = json::text_at(object, "overlay_id");
    manifest.revision = json::integer_at(object, "revision", 0);
    if (!manifest.package_version.starts_with("1."))
        return fail_at(ErrorCode::OCL_PACKAGE, "/package_version", "Packages 1.x only.");
    for (const json::Value& entry : json::array_at(object, "entries")) {
        const json::Object& one = entry.get_object();
        manifest.entries.push_back({json::text_at(one, "path"), json::text_at(one, "sha256"),
                                    json::integer_at(one, "size_bytes", 0),
                                    json::text_at(one, "media_type")});
    }
    return manifest;
}

}  // namespace vistter::contract
