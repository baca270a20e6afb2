// `vistter ocl compile`: an authoring scene to an OCL document, by the code Studio compiles with.
#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <memory>

#include "base/file.hpp"
#include "cli/verb.hpp"
#include "contract/json_text.hpp"
#include "contract/registry.hpp"
#include "crypto/digest.hpp"
#include "ocl/compile/compile.hpp"

namespace vistter::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t max_scene_bytes = 1 << 20;
constexpr std::uint64_t max_asset_bytes = 64u << 20;

struct Options {
    std::string scene, target, out, report_file;
    std::vector<std::string> features;
};

Result<contract::CompileTarget> target_of(const Options& options) {
    contract::CompileTarget target;
    target.features =
        options.features.empty() ? contract::supported_ocl_features() : options.features;
    if (options.target.empty()) return target;
    auto text = read_file(options.target, max_scene_bytes);
    if (!text) return std::move(text).error();
    return contract::parse_compile_target(*text);
}

// Width and height of a PNG from its first chunk; nothing for other bytes.
void read_png_size(std::string_view bytes, ocl::AssetFacts& facts) {
    if (bytes.size() < 24 || !bytes.starts_with("\x89PNG\r\n\x1a\n")) return;
    const auto number = [&](std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i)
            value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
        return static_cast<int>(std::min<std::uint32_t>(value, 1u << 30));
    };
    facts.width = number(16);
    facts.height = number(20);
}

// Reads the files that assets name, beside the scene.
Result<std::map<std::string, ocl::AssetFacts>> facts_of(const contract::AuthoringNode& scene,
                                                        const fs::path& folder) {
    std::map<std::string, ocl::AssetFacts> facts;
    const contract::AuthoringNode* assets = scene.find("assets");
    if (!assets) return facts;
    for (const auto& [key, asset] : std::get<contract::AuthoringNode::Members>(assets->value)) {
        const contract::AuthoringNode* file = asset.find("file");
        if (!file || !file->text()) continue;
        auto bytes = read_file(folder / *file->text(), max_asset_bytes);
        if (!bytes) return fail_at(bytes.error().code, asset.at + "/file", bytes.error().message);
        ocl::AssetFacts& found = facts[key];
        found.sha256 = crypto::sha256_hex(*bytes);
        found.size_bytes = static_cast<std::int64_t>(bytes->size());
        read_png_size(*bytes, found);
    }
    return facts;
}

std::string line_of(const ocl::Issue& issue) {
    return fmt::format("{}: {}: {} ({}{})\n", ocl::to_string(issue.severity),
                       issue.authoring.empty() ? "scene" : issue.authoring, issue.text,
                       vistter::to_string(issue.code),
                       issue.ocl.empty() ? "" : ", in OCL " + issue.ocl);
}

Result<ocl::Compiled> compiled(const Options& options) {
    auto text = read_file(options.scene, max_scene_bytes);
    if (!text) return std::move(text).error();
    const auto scene = contract::parse_authoring(*text);
    if (!scene) return scene.error();
    const auto facts = facts_of(*scene, fs::path(options.scene).parent_path());
    if (!facts) return facts.error();
    const auto target = target_of(options);
    if (!target) return target.error();
    return ocl::compile(*scene, *facts, *target);
}

int run(const Options& options, const Context& context) {
    const auto made = compiled(options);
    if (!made) return report(context, made.error());
    const auto& issues = made->report.issues();
    const std::string entries = ocl::issues_text(issues);
    if (!options.report_file.empty()) {
        if (Status status =
                write_file(options.report_file, contract::indented_text(entries) + "\n", 0644);
            !status)
            return report(context, status.error());
    }
    for (const ocl::Issue& issue : issues) {
        if (!context.json) std::cerr << line_of(issue);
    }
    const bool failed = made->report.failed();
    if (!failed) {
        if (Status status = write_file(options.out, made->text, 0644); !status)
            return report(context, status.error());
    }
    if (context.json) {
        std::cout << fmt::format(R"({{"ok":{},"sha256":"{}","bytes":{},"report":{}}})", !failed,
                                 made->sha256, made->text.size(), entries)
                  << std::endl;
    } else if (!failed) {
        std::cout << fmt::format("{}  {} bytes  sha256 {}\n", options.out, made->text.size(),
                                 made->sha256);
    }
    return failed ? exit_rejected : exit_ok;
}

}  // namespace

void add_ocl_compile_verb(CLI::App& app, Context& context) {
    // Shared: the callback outlives this function.
    const auto options = std::make_shared<Options>();
    CLI::App* verb = app.get_subcommand("ocl")->add_subcommand(
        "compile", "Compile an authoring scene to an OCL document");
    verb->add_option("scene", options->scene, "Authoring scene (JSON)")->required();
    CLI::Option* target = verb->add_option("--target", options->target,
                                           "What to compile for (JSON, kind authoring.target)");
    verb->add_option("--features", options->features,
                     "Features of the target, comma-separated; default: all this renderer has")
        ->delimiter(',')
        ->excludes(target);
    verb->add_option("-o,--out", options->out, "OCL document to write")->required();
    verb->add_option("--report", options->report_file, "File for the report (JSON)");
    add_json_flag(*verb, context);
    verb->callback([options, &context] {
        context.action = [options, &context] { return run(*options, context); };
    });
}

}  // namespace vistter::cli
