// Reading, hashing, compiling, preparing.
#include "program/loader.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "contract/messages.hpp"
#include "crypto/digest.hpp"

namespace vistter::program {
namespace {

constexpr std::uint64_t largest_document = 4 * 1024 * 1024;

Result<std::string> read_checked(const std::string& path, const std::string& sha256) {
    Result<std::string> text = read_file(path, largest_document);
    if (!text) return text;
    if (crypto::sha256_hex(*text) != sha256) {
        return fail(ErrorCode::AST_HASH,
                    fmt::format("{} does not have the SHA-256 it was announced with", path));
    }
    return text;
}

Result<contract::OverlayDocument> document_of(const contract::TimelineDocument& timeline,
                                              const std::string& overlay_id,
                                              const std::string& assets) {
    for (const contract::OverlayRef& ref : timeline.overlays) {
        if (ref.overlay_id != overlay_id) continue;
        if (ref.ocl) return *ref.ocl;
        Result<std::string> text = read_checked(assets + "/" + ref.doc_sha256, ref.doc_sha256);
        if (!text) return std::move(text).error();
        return contract::parse_overlay_document(*text);
    }
    return fail(ErrorCode::VAL_REFERENCE,
                fmt::format("the timeline names no overlay {}", overlay_id));
}

Result<std::unique_ptr<render::OverlayRenderer>> open_prepared(contract::OverlayDocument document,
                                                               const std::string& assets,
                                                               const std::string& scene_id,
                                                               const ocl::Tokens& tokens,
                                                               const OutputFormat& format) {
    auto source = render::make_folder_assets(assets);
    auto renderer =
        render::OverlayRenderer::open(std::move(document), *source, format.width, format.height);
    if (!renderer) return renderer;
    if (Status prepared = (*renderer)->prepare(scene_id, tokens, format.rate); !prepared) {
        return std::move(prepared).error();
    }
    return renderer;
}

}  // namespace

Result<ShowPtr> load_show(const ipc::LoadShow& order, const OutputFormat& format) {
    Result<std::string> text = read_checked(order.path, order.sha256);
    if (!text) return std::move(text).error();
    Result<contract::TimelineLoad> load = contract::parse_timeline_load(*text);
    if (!load) return std::move(load).error();
    if (load->timeline_id != order.timeline_id || load->revision != order.revision) {
        return fail(ErrorCode::VAL_REFERENCE, fmt::format("the file holds {} revision {}",
                                                          load->timeline_id, load->revision));
    }
    Result<timeline::Plan> plan = timeline::Plan::compile(load->document, format.rate);
    if (!plan) return std::move(plan).error();
    auto show = std::make_shared<Show>(Show{order.timeline_id, order.revision, *plan, {}, {}});
    for (const timeline::OverlayUse& use : plan->uses()) {
        Result<contract::OverlayDocument> document =
            document_of(load->document, use.overlay_id, order.assets);
        if (!document) return std::move(document).error();
        auto renderer =
            open_prepared(std::move(*document), order.assets, use.scene_id, use.tokens, format);
        if (!renderer) return std::move(renderer).error();
        show->renderers.push_back(std::move(renderer).value());
        show->tokens.push_back(use.tokens);
    }
    return show;
}

Result<StageShow> load_overlay(const ipc::ShowOverlay& order, const OutputFormat& format) {
    Result<std::string> text = read_checked(order.path, order.sha256);
    if (!text) return std::move(text).error();
    Result<contract::OverlayDocument> document = contract::parse_overlay_document(*text);
    if (!document) return std::move(document).error();
    Result<ocl::Tokens> tokens = parse_tokens(order.overlay_id, order.tokens);
    if (!tokens) return std::move(tokens).error();
    auto renderer =
        open_prepared(std::move(*document), order.assets, order.scene_id, *tokens, format);
    if (!renderer) return std::move(renderer).error();
    return StageShow{order.overlay_id, order.scene_id,   order.slot,
                     order.sha256,     order.z,          RendererPtr(std::move(renderer).value()),
                     *tokens,          order.duration_ms};
}

Result<ocl::Tokens> parse_tokens(const std::string& overlay_id, const std::string& json) {
    if (json.empty()) return ocl::Tokens{};
    // Token values are read by the contract's own reader of the command that carries them.
    contract::Envelope envelope;
    envelope.type = contract::MessageType::OVERLAY_UPDATE;
    envelope.body =
        fmt::format(R"({{"overlay_id":"{}","mode":"tokens","tokens":{}}})", overlay_id, json);
    Result<contract::ParsedBody> parsed = contract::parse_body(envelope);
    if (!parsed) return std::move(parsed).error();
    return std::get<contract::OverlayUpdate>(parsed->body).tokens;
}

}  // namespace vistter::program
