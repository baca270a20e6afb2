// `vistter ocl pack|verify|unpack`: signed overlay packages.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/file.hpp"
#include "cli/verb.hpp"
#include "contract/write_overlay.hpp"
#include "crypto/digest.hpp"
#include "ocl/package/package.hpp"

namespace vistter::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t max_package_bytes = 256u << 20, max_document_bytes = 1 << 20;

struct Options {
    std::string file, out, key, kid = "overlay-signer", assets;
};

// Files of any name, found by what they hash to.
Result<std::map<std::string, std::string>> assets_in(const fs::path& folder,
                                                     const contract::OverlayDocument& document) {
    std::map<std::string, std::string> wanted;
    for (const auto& [key, asset] : document.assets) wanted.emplace(asset.sha256, std::string());
    std::map<std::string, std::string> found;
    if (wanted.empty()) return found;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        if (!entry.is_regular_file()) continue;
        auto bytes = read_file(entry.path(), max_package_bytes);
        if (!bytes) continue;
        const std::string sha256 = crypto::sha256_hex(*bytes);
        if (wanted.contains(sha256)) found.emplace(sha256, std::move(*bytes));
    }
    if (failed) return fail(ErrorCode::RES_NOT_FOUND, "There is no folder " + folder.string());
    return found;
}

int pack(const Options& options, const Context& context) {
    const auto text = read_file(options.file, max_document_bytes);
    if (!text) return report(context, text.error());
    const auto document = contract::read_overlay(*text);
    if (!document) return report(context, document.error());
    const fs::path beside = fs::path(options.file).parent_path() / ".." / "assets";
    const auto assets =
        assets_in(options.assets.empty() ? beside : fs::path(options.assets), *document);
    if (!assets) return report(context, assets.error());
    const auto pem = read_file(options.key, max_document_bytes);
    if (!pem) return report(context, pem.error());
    const auto key = crypto::PrivateKey::from_pem(*pem);
    if (!key) return report(context, key.error());
    const auto package = ocl::make_package(*text, *assets, *key, options.kid);
    if (!package) return report(context, package.error());
    if (Status status = write_file(options.out, *package, 0644); !status)
        return report(context, status.error());
    if (context.json) {
        std::cout << fmt::format(R"({{"bytes":{},"sha256":"{}"}})", package->size(),
                                 crypto::sha256_hex(*package))
                  << std::endl;
    } else {
        std::cout << fmt::format("{}  {} bytes\n", options.out, package->size());
    }
    return exit_ok;
}

Result<ocl::Package> opened(const Options& options) {
    const auto bytes = read_file(options.file, max_package_bytes);
    if (!bytes) return bytes.error();
    const auto pem = read_file(options.key, max_document_bytes);
    if (!pem) return pem.error();
    const auto key = crypto::PublicKey::from_pem(*pem);
    if (!key) return key.error();
    return ocl::open_package(*bytes, [&](const std::string& kid) {
        return kid == options.kid ? std::optional(*key) : std::nullopt;
    });
}

void print(const ocl::Package& package, const Context& context) {
    const contract::PackageManifest& manifest = package.manifest;
    if (context.json) {
        boost::json::array entries;
        for (const contract::PackageEntry& entry : manifest.entries) {
            entries.push_back({{"path", entry.path},
                               {"sha256", entry.sha256},
                               {"size_bytes", entry.size_bytes},
                               {"media_type", entry.media_type}});
        }
        const boost::json::object all{{"overlay_id", manifest.overlay_id},
                                      {"revision", manifest.revision},
                                      {"kid", package.kid},
                                      {"entries", entries}};
        std::cout << boost::json::serialize(all) << std::endl;
        return;
    }
    std::cout << fmt::format("{} revision {}, signed by {}\n", manifest.overlay_id,
                             manifest.revision, package.kid);
    for (const contract::PackageEntry& entry : manifest.entries)
        std::cout << fmt::format("{:>10}  {}  {}\n", entry.size_bytes, entry.media_type,
                                 entry.path);
}

int verify(const Options& options, const Context& context) {
    const auto package = opened(options);
    if (!package) return report(context, package.error());
    print(*package, context);
    return exit_ok;
}

// Into a folder that is not there yet: only names the package may have are ever written.
Status unpacked(const ocl::Package& package, const fs::path& folder) {
    std::error_code failed;
    if (!fs::create_directory(folder, failed) || !fs::create_directory(folder / "assets", failed))
        return fail(ErrorCode::SYS_STORAGE,
                    "Cannot make the folder " + folder.string() + "; it must not be there yet.");
    if (Status status =
            write_file(folder / "manifest.json", contract::write_manifest(package.manifest), 0644);
        !status)
        return status;
    if (Status status = write_file(folder / "ocl.json", package.ocl, 0644); !status) return status;
    for (const auto& [sha256, bytes] : package.assets) {
        if (Status status = write_file(folder / "assets" / sha256, bytes, 0644); !status)
            return status;
    }
    return ok();
}

int unpack(const Options& options, const Context& context) {
    const auto package = opened(options);
    if (!package) return report(context, package.error());
    if (Status status = unpacked(*package, options.out); !status)
        return report(context, status.error());
    print(*package, context);
    return exit_ok;
}

}  // namespace

void add_ocl_package_verbs(CLI::App& app, Context& context) {
    CLI::App* group = app.get_subcommand("ocl");
    // Shared: the callbacks outlive this function.
    const auto options = std::make_shared<Options>();
    const auto add = [&](const char* name, const char* what, const char* file, const char* key,
                         auto run) {
        CLI::App* verb = group->add_subcommand(name, what);
        verb->add_option("file", options->file, file)->required();
        verb->add_option("--key", options->key, key)->required();
        verb->add_option("--kid", options->kid, "The signer's key id")->capture_default_str();
        add_json_flag(*verb, context);
        verb->callback([options, &context, run] {
            context.action = [options, &context, run] { return run(*options, context); };
        });
        return verb;
    };
    CLI::App* made = add("pack", "Make a signed package of a document and its assets",
                         "OCL document (JSON)", "The signer's private key (PEM)", pack);
    made->add_option("-o,--out", options->out, "Package to write (.oclpkg)")->required();
    made->add_option("--assets", options->assets,
                     "Folder of asset files, any names; default: ../assets");
    add("verify", "Judge a package and list what it holds", "Package (.oclpkg)",
        "The signer's public key (PEM)", verify);
    CLI::App* taken = add("unpack", "Judge a package and write its contents to a new folder",
                          "Package (.oclpkg)", "The signer's public key (PEM)", unpack);
    taken->add_option("-o,--out", options->out, "Folder to make")->required();
}

}  // namespace vistter::cli
