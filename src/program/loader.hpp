// Files into things that can go on air: shows and overlays, read, checked and rasterised. Slow:
// worker threads only.
#pragma once

#include "ipc/messages.hpp"
#include "program/core/overlay_stage.hpp"
#include "program/core/show.hpp"

namespace vistter::program {

struct OutputFormat {
    int width = 1280, height = 720;
    ocl::Rate rate;
};

// Errors: RES_NOT_FOUND, AST_HASH (the file is not what was meant), whatever parsing, compiling and
// rasterising refuse.
Result<ShowPtr> load_show(const ipc::LoadShow& order, const OutputFormat& format);
// Reads, opens and prepares an overlay that is to be shown outside a run.
Result<StageShow> load_overlay(const ipc::ShowOverlay& order, const OutputFormat& format);
// A JSON object of token values; empty text is none.
Result<ocl::Tokens> parse_tokens(const std::string& overlay_id, const std::string& json);

}  // namespace vistter::program
