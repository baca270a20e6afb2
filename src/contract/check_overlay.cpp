// The meaning of an OCL document as a whole (contract C.1, C.12 to C.14): versions, features,
// assets, fallbacks, and every scene.
#include <algorithm>
#include <charconv>

#include "contract/decode.hpp"
#include "contract/overlay_rules.hpp"
#include "contract/pointer.hpp"
#include "contract/registry.hpp"

namespace vistter::contract {
namespace {

using json::Object;

constexpr int reader_minor = 0;  // this source tree reads OCL 1.0
constexpr std::size_t max_keys = 8'192;
constexpr std::size_t max_fonts = 8;
constexpr std::int64_t max_font_bytes = 8 << 20;
constexpr std::int64_t max_svg_bytes = 256 << 10;
constexpr std::int64_t max_package_bytes = 256 << 20;

struct Version {
    int major = 0;
    int minor = 0;
    friend auto operator<=>(const Version&, const Version&) = default;
};

Version version_of(std::string_view text) {
    Version version;
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, version.major);
    if (read.ptr != end) std::from_chars(read.ptr + 1, end, version.minor);
    return version;
}

void check_versions(OverlayRules& rules) {
    const auto written = json::optional_text_at(rules.document, "ocl_version");
    if (!written) return;
    const Version version = version_of(*written);
    const Version least = version_of(json::text_at(rules.document, "min_reader"));
    if (version.major != 1) {
        rules.fault(ErrorCode::OCL_VERSION, rules.at + "/ocl_version",
                    "this reader understands OCL 1.x only");
    } else if (least > Version{1, reader_minor}) {
        rules.fault(ErrorCode::OCL_VERSION, rules.at + "/min_reader",
                    "asks for a newer reader than 1.0");
    } else if (least > version) {
        rules.fault(ErrorCode::OCL_SCHEMA, rules.at + "/min_reader", "is above ocl_version");
    }
}

void check_features(OverlayRules& rules) {
    const auto required = json::texts_at(rules.document, "features_required");
    for (std::size_t i = 0; i < required.size(); ++i) {
        const std::string at = rules.at + "/features_required/" + std::to_string(i);
        const Feature* feature = find_feature(required[i]);
        if (!feature || feature->family != "ocl") {
            rules.fault(ErrorCode::OCL_FEATURE_UNSUPPORTED, at,
                        "no reader knows the feature " + required[i]);
        } else if (!rules.declares(required[i])) {
            rules.fault(ErrorCode::OCL_SCHEMA, at,
                        "a required feature must be in features_used too");
        }
    }
}

void check_assets(OverlayRules& rules) {
    std::size_t fonts = 0;
    std::int64_t total = 0;
    for (const auto& member : rules.assets) {
        if (!member.value().is_object()) continue;
        const Object& asset = member.value().get_object();
        const std::string at =
            rules.at + "/assets/" + pointer_step({member.key().data(), member.key().size()});
        const std::string type = json::text_at(asset, "media_type");
        const std::int64_t bytes = json::integer_at(asset, "size_bytes", 0);
        total += std::clamp<std::int64_t>(bytes, 0, max_package_bytes);
        fonts += type.starts_with("font/") ? 1 : 0;
        if (type.starts_with("font/") && bytes > max_font_bytes)
            rules.fault(ErrorCode::OCL_LIMIT, at + "/size_bytes", "a font may have 8 MiB");
        if (type == "image/svg+xml" && bytes > max_svg_bytes)
            rules.fault(ErrorCode::OCL_LIMIT, at + "/size_bytes", "an SVG may have 256 KiB");
    }
    if (fonts > max_fonts)
        rules.fault(ErrorCode::OCL_LIMIT, rules.at + "/assets", "more than 8 fonts");
    if (total > max_package_bytes)
        rules.fault(ErrorCode::OCL_LIMIT, rules.at + "/assets", "more than 256 MiB of assets");
}

void check_declared_tokens(OverlayRules& rules) {
    for (const auto& member : rules.tokens) {
        if (!member.value().is_object()) continue;
        check_token(
            rules, member.value().get_object(),
            rules.at + "/tokens/" + pointer_step({member.key().data(), member.key().size()}));
    }
}

void check_fallbacks(OverlayRules& rules, const std::set<std::string>& scenes) {
    const Object& fallbacks = json::object_at(rules.document, "fallbacks");
    if (const auto image = json::optional_text_at(fallbacks, "image"))
        rules.check_asset(*image, picture_media, rules.at + "/fallbacks/image");
    const auto scene = json::optional_text_at(fallbacks, "scene");
    if (scene && !scenes.contains(*scene)) {
        rules.fault(ErrorCode::OCL_REFERENCE, rules.at + "/fallbacks/scene",
                    "there is no scene " + *scene);
    }
}

// A fault of the schema after which the value below it means nothing. Faults of a container (a
// member missing or unknown, too many entries) leave the other members as they are.
bool spoils_below(const Finding& finding) {
    static constexpr std::string_view of_containers[] = {
        "required", "not", "additionalProperties", "minProperties", "maxProperties", "maxItems"};
    return std::find(std::begin(of_containers), std::end(of_containers), finding.keyword) ==
           std::end(of_containers);
}

bool is_at_or_below(const std::string& pointer, const std::string& top) {
    return pointer.starts_with(top) && (pointer.size() == top.size() || pointer[top.size()] == '/');
}

}  // namespace

OverlayRules::OverlayRules(const Object& given, std::string pointer, Meaning& out)
    : document(given),
      at(std::move(pointer)),
      meaning(out),
      assets(json::object_at(given, "assets")),
      tokens(json::object_at(given, "tokens")) {
    for (const std::string& feature : json::texts_at(given, "features_used")) used_.insert(feature);
}

void OverlayRules::needs_feature(const std::string& feature, const std::string& pointer) {
    if (!declares(feature)) {
        fault(ErrorCode::OCL_FEATURE_UNDECLARED, pointer, "needs " + feature + " in features_used");
    }
}

void OverlayRules::unique(std::set<std::string>& ids, const Object& object, std::string_view member,
                          const std::string& pointer) {
    const std::string id = json::text_at(object, member);
    if (id.empty() || ids.insert(id).second) return;
    fault(ErrorCode::VAL_DUPLICATE_ID, pointer + "/" + std::string(member), id + " appears twice");
}

void OverlayRules::check_asset(const std::string& key, std::string_view media,
                               const std::string& pointer) {
    if (key.empty()) return;
    const Object& asset = json::object_at(assets, key);
    if (asset.empty()) return fault(ErrorCode::OCL_REFERENCE, pointer, "there is no asset " + key);
    const std::string type = json::text_at(asset, "media_type");
    const std::string padded = " " + std::string(media) + " ";
    if (type.empty() || padded.find(" " + type + " ") != padded.npos) return;
    fault(media == font_media ? ErrorCode::OCL_FONT : ErrorCode::OCL_REFERENCE, pointer,
          "the asset " + key + " is " + type + "; this takes " + std::string(media));
}

void check_overlay(const Object& document, const std::string& at, Meaning& meaning) {
    OverlayRules rules(document, at, meaning);
    const std::size_t before = meaning.findings.size();
    check_versions(rules);
    check_features(rules);
    check_assets(rules);
    check_declared_tokens(rules);
    std::set<std::string> scenes;
    each_object(json::array_at(document, "scenes"), at + "/scenes",
                [&](const Object& scene, const std::string& scene_at, std::size_t) {
                    rules.unique(scenes, scene, "scene_id", scene_at);
                    check_scene(rules, scene, scene_at);
                });
    if (rules.keys > max_keys)
        rules.fault(ErrorCode::OCL_LIMIT, at + "/scenes",
                    "more than 8192 keyframes in one document");
    check_fallbacks(rules, scenes);
    if (meaning.findings.size() == before) check_places(decode_overlay(document), at, meaning);
}

Meaning judge_overlay(const json::Value& value) {
    Meaning judged;
    judged.findings =
        contract_schemas().judge(schema_id("ocl", "ocl"), value, SchemaMode::writer).findings;
    if (!value.is_object()) return judged;
    if (judged.findings.empty()) {
        check_overlay(value.get_object(), "", judged);
        return judged;
    }
    // A fault of form hides no fault of meaning elsewhere: all of them in one pass.
    Meaning beside;
    check_overlay(value.get_object(), "", beside);
    const Findings of_form = judged.findings;
    for (Finding& finding : beside.findings) {
        const bool spoilt = std::any_of(of_form.begin(), of_form.end(), [&](const Finding& form) {
            return spoils_below(form) && is_at_or_below(finding.pointer, form.pointer);
        });
        if (!spoilt) judged.fault(finding.code, finding.pointer, finding.reason);
    }
    return judged;
}

}  // namespace vistter::contract
