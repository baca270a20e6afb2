// Reads assets by hash, has pictures decoded and hands fonts to fontconfig from memory.
#include "render/asset_shelf.hpp"

#include <fcntl.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "base/file.hpp"
#include "crypto/digest.hpp"
#include "render/image_decoder.hpp"

namespace vistter::render {

namespace {

constexpr std::uint64_t max_asset_bytes = 64ull << 20;
constexpr std::int64_t max_pixels = 33'200'000;  // decoded, contract C.13

class FolderAssets final : public AssetSource {
  public:
    explicit FolderAssets(std::filesystem::path folder) : folder_(std::move(folder)) {}
    Result<std::string> read(const std::string& sha256) const override {
        const bool hex =
            !sha256.empty() && std::all_of(sha256.begin(), sha256.end(), [](unsigned char c) {
                return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
            });
        if (!hex)
            return fail(ErrorCode::RES_NOT_FOUND,
                        "An asset is named by its SHA-256 in lower-case hex.");
        return read_file(folder_ / sha256, max_asset_bytes);
    }

  private:
    std::filesystem::path folder_;
};

}  // namespace

std::unique_ptr<AssetSource> make_folder_assets(std::filesystem::path folder) {
    return std::make_unique<FolderAssets>(std::move(folder));
}

// A font map of the document's own; fonts are files in memory that fontconfig opens by their
// descriptor's path.
struct AssetShelf::Fonts {
    FcConfig* config = nullptr;
    FontMapPtr map;
    std::vector<int> files;
    std::map<std::string, std::string> families;
    ~Fonts() {
        map.reset();
        if (config) FcConfigDestroy(config);
        for (const int file : files) close(file);
    }
};

AssetShelf::AssetShelf() = default;
AssetShelf::~AssetShelf() = default;

Status AssetShelf::load(const contract::OverlayDocument& document, const std::string& key,
                        const AssetSource& source) {
    const auto found = document.assets.find(key);
    if (found == document.assets.end()) {
        return fail(ErrorCode::RES_NOT_FOUND, "The document names no asset '" + key + "'.");
    }
    const contract::OverlayAsset& asset = found->second;
    Result<std::string> bytes = source.read(asset.sha256);
    if (!bytes) return std::move(bytes).error();
    if (crypto::sha256_hex(*bytes) != asset.sha256) {
        return fail(
            ErrorCode::AST_HASH,
            "Asset '" + key + "' does not hash to what the document names; fetch it again.");
    }
    if (asset.media_type.starts_with("font/")) return add_font(key, *bytes);
    if (asset.media_type == "image/svg+xml") {
        Result<std::unique_ptr<SvgPicture>> svg = SvgPicture::parse(*bytes);
        if (!svg) return std::move(svg).error();
        svgs_[key] = std::move(*svg);
        return ok();
    }
    return add_image(key, asset.media_type, *bytes);
}

Status AssetShelf::add_image(const std::string& key, const std::string& media_type,
                             const std::string& bytes) {
    Result<SurfacePtr> image = decode_image(media_type, bytes);
    if (!image) return std::move(image).error();
    const std::int64_t pixels =
        static_cast<std::int64_t>(cairo_image_surface_get_width(image->get())) *
        cairo_image_surface_get_height(image->get());
    if (pixels_ + pixels > max_pixels) {
        return fail(ErrorCode::AST_TOO_BIG,
                    "The document's images have more than 33.2 million pixels in all.");
    }
    pixels_ += pixels;
    images_[key] = std::move(*image);
    return ok();
}

Status AssetShelf::add_font(const std::string& key, const std::string& bytes) {
    if (!fonts_) {
        fonts_ = std::make_unique<Fonts>();
        fonts_->config = FcInitLoadConfigAndFonts();
    }
    const int file = memfd_create("font", MFD_CLOEXEC);
    if (file < 0) return fail(ErrorCode::SYS_STORAGE, "No memory for a font.");
    fonts_->files.push_back(file);
    std::size_t written = 0;
    while (written < bytes.size()) {
        const ssize_t some = write(file, bytes.data() + written, bytes.size() - written);
        if (some <= 0) return fail(ErrorCode::SYS_STORAGE, "No memory for a font.");
        written += static_cast<std::size_t>(some);
    }
    const std::string path = "/proc/self/fd/" + std::to_string(file);
    const auto* name = reinterpret_cast<const FcChar8*>(path.c_str());
    if (!FcConfigAppFontAddFile(fonts_->config, name)) {
        return fail(ErrorCode::OCL_FONT, "Asset '" + key + "' is no font that can be read.");
    }
    const FcFontSet* added = FcConfigGetFonts(fonts_->config, FcSetApplication);
    FcChar8* family = nullptr;
    if (!added || added->nfont == 0 ||
        FcPatternGetString(added->fonts[added->nfont - 1], FC_FAMILY, 0, &family) !=
            FcResultMatch) {
        return fail(ErrorCode::OCL_FONT, "Asset '" + key + "' has no family name.");
    }
    fonts_->families[key] = reinterpret_cast<const char*>(family);
    fonts_->map.reset(pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT));
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(fonts_->map.get()), fonts_->config);
    return ok();
}

bool AssetShelf::has(const std::string& key) const {
    return images_.contains(key) || svgs_.contains(key) ||
           (fonts_ && fonts_->families.contains(key));
}

cairo_surface_t* AssetShelf::image(const std::string& key) const {
    const auto found = images_.find(key);
    return found == images_.end() ? nullptr : found->second.get();
}

const SvgPicture* AssetShelf::svg(const std::string& key) const {
    const auto found = svgs_.find(key);
    return found == svgs_.end() ? nullptr : found->second.get();
}

FontChoice AssetShelf::font(const std::string& key) const {
    if (!fonts_ || !fonts_->families.contains(key)) return {};
    return {fonts_->map.get(), fonts_->families.at(key)};
}

}  // namespace vistter::render
