// `vistter ocl eval|render` (and validate): a document's numbers and its picture, by the code that
// runs on air.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "base/file.hpp"
#include "cli/ocl_print.hpp"
#include "cli/ocl_validate_verb.hpp"
#include "cli/verb.hpp"
#include "contract/messages.hpp"
#include "crypto/digest.hpp"
#include "ocl/cue_points.hpp"
#include "ocl/freshness.hpp"
#include "render/overlay_renderer.hpp"

namespace vistter::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t max_document_bytes = 1 << 20;  // contract C.13
constexpr std::int64_t max_frames = 100'000;

struct Options {
    std::string file, scene, rate = "30/1", frames, size, out, background = "checker";
    std::vector<std::string> tokens, token_ages;
    std::vector<std::int64_t> continues;
    std::optional<std::int64_t> hide_at;
    std::int64_t frame = 0;
    std::string assets;
};

// Two integers around `separator`, nothing else.
std::optional<std::pair<std::int64_t, std::int64_t>> two_numbers(std::string_view text,
                                                                 std::string_view separator) {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) return std::nullopt;
    const auto read = [](std::string_view part) -> std::optional<std::int64_t> {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (part.empty() || error != std::errc() || end != part.data() + part.size())
            return std::nullopt;
        return value;
    };
    const auto first = read(text.substr(0, at)), second = read(text.substr(at + separator.size()));
    if (!first || !second) return std::nullopt;
    return std::pair(*first, *second);
}

int usage(const std::string& words) {
    std::cerr << "vistter: " << words << '\n';
    return exit_usage;
}

std::optional<ocl::Rate> parse_rate(const std::string& text) {
    const auto pair = two_numbers(text, "/");
    if (!pair || pair->first < 1 || pair->second < 1 || pair->first > 1'000'000 ||
        pair->second > 10'000)
        return {};
    return ocl::Rate{pair->first, pair->second};
}

Result<contract::OverlayDocument> read_document(const std::string& file) {
    Result<std::string> text = read_file(file, max_document_bytes);
    if (!text) return std::move(text).error();
    return contract::parse_overlay_document(*text);
}

// NAME=VALUE, typed as the document declares the token. OCL_TOKEN if it declares none of that name.
Result<ocl::Tokens> parse_tokens(const std::vector<std::string>& given,
                                 const contract::OverlayDocument& document) {
    ocl::Tokens tokens;
    for (const std::string& pair : given) {
        const std::size_t equals = pair.find('=');
        const std::string name = pair.substr(0, equals);
        const auto spec = document.tokens.find(name);
        if (equals == std::string::npos || spec == document.tokens.end()) {
            return fail_at(ErrorCode::OCL_TOKEN, "/tokens/" + name,
                           "The document declares no such token.");
        }
        const std::string value = pair.substr(equals + 1);
        if (spec->second.type == "boolean") {
            tokens[name] = value == "true";
        } else if (spec->second.type == "number") {
            double number = 0;
            const auto [end, error] =
                std::from_chars(value.data(), value.data() + value.size(), number);
            if (error != std::errc() || end != value.data() + value.size()) {
                return fail_at(ErrorCode::OCL_TOKEN, "/tokens/" + name,
                               "This token takes a number.");
            }
            tokens[name] = number;
        } else {
            tokens[name] = value;
        }
    }
    return tokens;
}

ocl::SceneClock clock_at(std::int64_t frame, const std::optional<std::int64_t>& hide_at) {
    if (!hide_at || frame < *hide_at) return {frame, std::nullopt};
    return {*hide_at, frame - *hide_at};
}

// The given tokens with their ages, NAME=SECONDS, after the document's freshness rules. OCL_TOKEN
// for an age of a token that is not given.
Result<ocl::FreshTokens> fresh(const ocl::Tokens& tokens, const std::vector<std::string>& ages,
                               const contract::OverlayDocument& document) {
    std::map<std::string, ocl::TokenReading> readings;
    for (const auto& [name, value] : tokens) readings[name] = {value, 0};
    for (const std::string& pair : ages) {
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const std::string name = pair.substr(0, equals);
        std::int64_t seconds = -1;
        const char* end = pair.data() + pair.size();
        const char* from = std::min(pair.data() + equals + 1, end);
        const auto read = std::from_chars(from, end, seconds);
        const auto reading = readings.find(name);
        if (read.ptr != end || seconds < 0 || seconds > 604'800 || reading == readings.end()) {
            return fail_at(ErrorCode::OCL_TOKEN, "/tokens/" + name,
                           "--token-age takes NAME=SECONDS of a token given by --token.");
        }
        reading->second.age_ms = seconds * 1000;
    }
    return ocl::fresh_tokens(document.tokens, readings);
}

// One output frame of the scene: its clock with pauses, what fires on it, and every layer.
Result<EvaluatedFrame> frame_of(const contract::OverlayDocument& document, const Options& options,
                                std::int64_t n, ocl::Rate rate, const ocl::FreshTokens& tokens) {
    const contract::Scene* scene = ocl::find_scene(document, options.scene);
    EvaluatedFrame frame{n, n, false, {}, {}};
    ocl::SceneClock clock;
    if (scene) {
        const std::int64_t shown = std::min(n, options.hide_at.value_or(n));
        const auto stands = ocl::stepped_clock(*scene, rate, shown, options.continues);
        clock = {stands.frame, {}};
        if (options.hide_at && n >= *options.hide_at) clock.outro_frame = n - *options.hide_at;
        frame.scene_frame = stands.frame;
        frame.paused = stands.paused && !clock.outro_frame;
        const std::int64_t before =
            n == 0 ? -1 : ocl::stepped_clock(*scene, rate, n - 1, options.continues).frame;
        for (const ocl::PassedCue& cue : ocl::cue_points_passed(*scene, rate, before, stands.frame))
            frame.cue_points.push_back(cue.point->cue_point_id);
    }
    auto state = ocl::evaluate_fresh(document, options.scene, clock, rate, tokens);
    if (!state) return std::move(state).error();
    frame.state = std::move(*state);
    return frame;
}

int eval(const Options& options, const Context& context) {
    const auto rate = parse_rate(options.rate);
    const auto range = two_numbers(options.frames, "..");
    if (!rate) return usage("--rate is frames a second as N/D, e.g. 30000/1001");
    if (!range || range->first < 0 || range->second < range->first ||
        range->second - range->first >= max_frames) {
        return usage("--frames is A..B, both included, at most 100000 frames");
    }
    const auto document = read_document(options.file);
    if (!document) return report(context, document.error());
    const auto tokens = parse_tokens(options.tokens, *document);
    if (!tokens) return report(context, tokens.error());
    const auto aged = fresh(*tokens, options.token_ages, *document);
    if (!aged) return report(context, aged.error());
    std::vector<EvaluatedFrame> frames;
    for (std::int64_t n = range->first; n <= range->second; ++n) {
        auto frame = frame_of(*document, options, n, *rate, *aged);
        if (!frame) return report(context, frame.error());
        frames.push_back(std::move(*frame));
    }
    std::cout << (context.json ? to_json(frames) + "\n" : to_table(frames)) << std::flush;
    return exit_ok;
}

// A folder whose files may have any name: the one that hashes to what is asked for.
class AnyNameAssets final : public render::AssetSource {
  public:
    explicit AnyNameAssets(fs::path folder) : folder_(std::move(folder)) {}
    Result<std::string> read(const std::string& sha256) const override {
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
            if (!entry.is_regular_file()) continue;
            auto bytes = read_file(entry.path(), 64u << 20);
            if (bytes && crypto::sha256_hex(*bytes) == sha256) return bytes;
        }
        return fail(ErrorCode::RES_NOT_FOUND, "No file in " + folder_.string() + " hashes to " +
                                                  sha256 + "; name the folder with --assets.");
    }

  private:
    fs::path folder_;
};

// Neutral squares, so that both dark and light layers can be seen.
void draw_checker(const render::Picture& picture) {
    render::fill(picture, 16, 128, 128);
    const int side = std::max(8, picture.height / 18);
    for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
            picture.y[y * picture.y_stride + x] = (x / side + y / side) % 2 == 0 ? 98 : 122;
        }
    }
}

Status render_frame(const Options& options, const contract::OverlayDocument& document,
                    const ocl::Tokens& tokens, ocl::Rate rate, int width, int height) {
    const fs::path beside = fs::path(options.file).parent_path() / ".." / "assets";
    const AnyNameAssets assets(options.assets.empty() ? beside : fs::path(options.assets));
    auto renderer = render::OverlayRenderer::open(document, assets, width, height);
    if (!renderer) return std::move(renderer).error();
    for (const Error& fault : (*renderer)->faults())
        std::cerr << "vistter: warning: " << describe(fault) << '\n';
    if (Status status = (*renderer)->prepare(options.scene, tokens, rate); !status) return status;
    render::OwnedPicture picture(width, height);
    options.background == "checker"
        ? draw_checker(picture.view())
        : render::draw_slate(picture.view(), options.background.c_str());
    (*renderer)->draw(picture.view(), options.scene, clock_at(options.frame, options.hide_at), rate,
                      tokens);
    return render::write_png(picture.view(), options.out);
}

int render(const Options& options, const Context& context) {
    const auto rate = parse_rate(options.rate);
    if (!rate) return usage("--rate is frames a second as N/D, e.g. 30000/1001");
    const auto document = read_document(options.file);
    if (!document) return report(context, document.error());
    std::int64_t width = document->canvas_width & ~1, height = document->canvas_height & ~1;
    if (!options.size.empty()) {
        const auto size = two_numbers(options.size, "x");
        if (!size) return usage("--size is WIDTHxHEIGHT, e.g. 1280x720");
        std::tie(width, height) = *size;
    }
    if (width < 2 || height < 2 || width > 8192 || height > 8192 || width % 2 || height % 2) {
        return usage("--size takes even numbers from 2 to 8192");
    }
    const auto tokens = parse_tokens(options.tokens, *document);
    if (!tokens) return report(context, tokens.error());
    const Status status = render_frame(options, *document, *tokens, *rate, static_cast<int>(width),
                                       static_cast<int>(height));
    if (!status) return report(context, status.error());
    if (context.json) {
        std::cout << fmt::format(R"({{"file":{},"width":{},"height":{},"frame":{}}})",
                                 boost::json::serialize(boost::json::string(options.out)), width,
                                 height, options.frame)
                  << std::endl;
    }
    return exit_ok;
}

void add_common(CLI::App& verb, Options& options, Context& context) {
    verb.add_option("file", options.file, "OCL document (JSON)")->required();
    verb.add_option("--scene", options.scene, "Scene id")->required();
    verb.add_option("--rate", options.rate, "Output rate N/D in frames a second")
        ->capture_default_str();
    verb.add_option("--token", options.tokens,
                    "NAME=VALUE, repeatable; others keep their defaults");
    verb.add_option("--hide-at", options.hide_at, "Frame at which the scene is told to hide");
    add_json_flag(verb, context);
}

}  // namespace

void add_ocl_verbs(CLI::App& app, Context& context) {
    CLI::App* group = app.add_subcommand("ocl", "Overlay documents: numbers and pictures");
    group->require_subcommand(1);
    add_ocl_validate_verb(*group, context);
    // Shared: both callbacks outlive this function.
    const auto options = std::make_shared<Options>();

    CLI::App* numbers =
        group->add_subcommand("eval", "Print every property of every layer, frame by frame");
    add_common(*numbers, *options, context);
    numbers->add_option("--frames", options->frames, "A..B, both included")->required();
    numbers->add_option("--token-age", options->token_ages,
                        "NAME=SECONDS since --token NAME was heard, repeatable");
    numbers
        ->add_option("--continue-at", options->continues,
                     "Frame at which a scene that stands at a pause goes on, repeatable")
        ->check(CLI::NonNegativeNumber);
    numbers->callback([options, &context] {
        std::sort(options->continues.begin(), options->continues.end());
        context.action = [options, &context] { return eval(*options, context); };
    });

    CLI::App* picture =
        group->add_subcommand("render", "Draw one frame as PNG, over a neutral background");
    add_common(*picture, *options, context);
    picture->add_option("--frame", options->frame, "Frame of the scene")
        ->check(CLI::NonNegativeNumber);
    picture->add_option("-o,--out", options->out, "PNG file to write")->required();
    picture->add_option("--size", options->size, "WIDTHxHEIGHT; default: the canvas");
    picture->add_option("--assets", options->assets,
                        "Folder of asset files, any names; default: ../assets");
    picture
        ->add_option("--background", options->background,
                     "checker, black, bars, technical_difficulties")
        ->check(CLI::IsMember({"checker", "black", "bars", "technical_difficulties"}))
        ->capture_default_str();
    picture->callback([options, &context] {
        context.action = [options, &context] { return render(*options, context); };
    });
}

}  // namespace vistter::cli
