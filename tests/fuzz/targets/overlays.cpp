// Authoring scenes and packages: what is accepted keeps its promises, whatever was sent.
#include "contract/validate.hpp"
#include "crypto/keys.hpp"
#include "fuzz/target.hpp"
#include "fuzz/targets/fixed_key.hpp"
#include "ocl/compile/compile.hpp"
#include "ocl/package/package.hpp"

namespace vistter::fuzz {

void authoring_scene(std::string_view input) {
    const auto scene = contract::parse_authoring(input);
    if (!scene) {
        must(!scene.error().message.empty(), "a refusal has a reason");
        return;
    }
    const ocl::Compiled made = ocl::compile(*scene, {}, {});
    if (made.report.failed()) {
        must(made.text.empty(), "an error leaves no document");
        return;
    }
    must(contract::validate_overlay(made.text).faults.empty(), "what is compiled is valid");
}

std::vector<std::string> authoring_scene_examples() {
    return {};
}

void zip_archive(std::string_view input) {
    const ocl::ZipBudget budget{.inflated_bytes = 1 << 20};
    const auto entries = ocl::read_zip(input, budget);
    if (!entries) return;
    std::size_t inside = 0;
    for (const ocl::ZipEntry& entry : *entries) {
        must(entry.name.find("..") != 0 && entry.name.front() != '/', "no name leads out");
        must(entry.data.data() >= input.data() &&
                 entry.data.data() + entry.data.size() <= input.data() + input.size(),
             "an entry lies in its archive");
        inside += entry.data.size();
        const auto bytes = ocl::entry_bytes(entry);
        if (bytes) must(bytes->size() == entry.size, "an entry is as long as it says");
    }
    must(inside <= input.size(), "entries do not overlap");
}

std::vector<std::string> zip_archive_examples() {
    return {ocl::write_zip({{"manifest.json", "{}"}, {"ocl.json", "[]"}, {"assets/a", "x"}})};
}

void overlay_package(std::string_view input) {
    const auto opened =
        ocl::open_package(input, [](const std::string& kid) -> std::optional<crypto::PublicKey> {
            if (kid != "studio") return std::nullopt;
            return fixed_key().public_key();
        });
    if (!opened) return;
    must(contract::validate_overlay(opened->ocl).faults.empty(), "what is opened is valid");
    must(opened->assets.size() + 1 == opened->manifest.entries.size(), "nothing is missing");
}

std::vector<std::string> overlay_package_examples() {
    const auto made = ocl::make_package(
        R"({"ocl_version":"1.0","min_reader":"1.0","kind":"ocl.document","overlay_id":"ovl_p",)"
        R"("revision":1,"canvas":{"width":64,"height":36},"scenes":[{"scene_id":"s","layers":[]}]})",
        {}, fixed_key(), "studio");
    return {made.value()};
}

}  // namespace vistter::fuzz
