// The stages one after the other; the first that leaves an error is the last.
#include "ocl/compile/compile.hpp"

#include "contract/write_overlay.hpp"
#include "crypto/digest.hpp"

namespace vistter::ocl {
namespace {

void apply_target(contract::AuthoredDocument& document, const contract::CompileTarget& target) {
    document.ocl.ocl_version = document.ocl.min_reader = "1.0";
    document.ocl.generator = "vistter-compile/1.0";
    if (!document.has_canvas && target.canvas) {
        document.ocl.canvas_width = (*target.canvas)[0];
        document.ocl.canvas_height = (*target.canvas)[1];
    }
    if (document.ocl.locale.empty()) document.ocl.locale = target.locale;
}

// Everything up to the document. False once the report has an error.
bool resolve(contract::AuthoredDocument& document, const std::map<std::string, AssetFacts>& facts,
             const contract::CompileTarget& target, Report& report) {
    apply_target(document, target);
    resolve_assets(document, facts, report);
    resolve_layout(document, report);
    resolve_times(document, report);
    if (report.failed()) return false;
    resolve_eases(document, report);
    resolve_transitions(document, report);
    resolve_phases(document);
    normalise_tokens(document, report);
    resolve_features(document, target, report);
    if (report.failed()) return false;
    drop_unused_assets(document, report);
    return true;
}

}  // namespace

Compiled compile(const contract::AuthoringNode& scene,
                 const std::map<std::string, AssetFacts>& facts,
                 const contract::CompileTarget& target) {
    Compiled made;
    const contract::AuthoringNode resolved = resolve_templates(scene, made.report);
    if (made.report.failed()) return made;
    std::vector<contract::Finding> findings;
    contract::AuthoredDocument document = contract::decode_authoring(resolved, findings);
    for (const contract::Finding& finding : findings)
        made.report.error(finding.code, finding.pointer, finding.reason);
    if (made.report.failed() || !resolve(document, facts, target, made.report)) return made;
    Assembled assembled = assemble(document);
    std::string text = contract::write_overlay(assembled.document);
    check_target(assembled, text, target, made.report);
    if (made.report.failed()) return made;
    made.sha256 = crypto::sha256_hex(text);
    made.text = std::move(text);
    made.document = std::move(assembled.document);
    return made;
}

}  // namespace vistter::ocl
