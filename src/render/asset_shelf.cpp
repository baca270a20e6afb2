// Reads assets by hash, decodes PNG with Cairo and hands fonts to fontconfig from memory.
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

namespace vistter::render {

namespace {

constexpr std::uint64_t max_asset_bytes = 64ull << 20;
constexpr std::uint32_t max_image_side = 4096;

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

struct Reader {
    const std::string& bytes;
    std::size_t at = 0;
};

cairo_status_t read_some(void* closure, unsigned char* out, unsigned int length) {
    auto* reader = static_cast<Reader*>(closure);
    if (reader->bytes.size() - reader->at < length) return CAIRO_STATUS_READ_ERROR;
    std::memcpy(out, reader->bytes.data() + reader->at, length);
    reader->at += length;
    return CAIRO_STATUS_SUCCESS;
}

std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

}  // namespace

std::unique_ptr<AssetSource> make_folder_assets(std::filesystem::path folder) {
    return std::make_unique<FolderAssets>(std::move(folder));
}

Result<SurfacePtr> decode_png(const std::string& bytes) {
    constexpr std::string_view signature{"\x89PNG\r\n\x1a\n", 8};
    if (bytes.size() < 33 || !bytes.starts_with(signature)) {
        return fail(ErrorCode::AST_DECODE, "The image is not a PNG file.");
    }
    // The header's size is checked before anything of that size is allocated.
    const std::uint32_t width = big_endian(bytes, 16), height = big_endian(bytes, 20);
    if (width > max_image_side || height > max_image_side) {
        return fail(ErrorCode::AST_TOO_BIG, "The image is larger than 4096 pixels a side.");
    }
    Reader reader{bytes};
    SurfacePtr surface(cairo_image_surface_create_from_png_stream(read_some, &reader));
    if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) {
        return fail(ErrorCode::AST_DECODE, "The PNG file is damaged.");
    }
    if (cairo_image_surface_get_format(surface.get()) == CAIRO_FORMAT_ARGB32) return surface;
    SurfacePtr converted = make_surface(static_cast<int>(width), static_cast<int>(height));
    const ContextPtr context = make_context(converted.get());
    cairo_set_source_surface(context.get(), surface.get(), 0, 0);
    cairo_paint(context.get());
    return converted;
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
    if (asset.media_type != "image/png") {
        return fail(ErrorCode::AST_TYPE,
                    "Asset '" + key + "' is " + asset.media_type + "; only image/png is drawn.");
    }
    Result<SurfacePtr> image = decode_png(*bytes);
    if (!image) return std::move(image).error();
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
    return images_.contains(key) || (fonts_ && fonts_->families.contains(key));
}

cairo_surface_t* AssetShelf::image(const std::string& key) const {
    const auto found = images_.find(key);
    return found == images_.end() ? nullptr : found->second.get();
}

FontChoice AssetShelf::font(const std::string& key) const {
    if (!fonts_ || !fonts_->families.contains(key)) return {};
    return {fonts_->map.get(), fonts_->families.at(key)};
}

}  // namespace vistter::render
