// `vistter ocl validate`: every fault and warning of overlay documents, in one pass.
#include "cli/ocl_validate_verb.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "contract/object_writer.hpp"
#include "contract/validate.hpp"

namespace vistter::cli {
namespace {

constexpr std::uint64_t max_file_bytes = (1 << 20) + 1;  // one more than allowed: it is judged

void print(std::string_view label, const std::vector<contract::Finding>& findings) {
    for (const contract::Finding& finding : findings) {
        std::cout << fmt::format("  {:<8} {:<23} {}\n  {:<8} {}\n", label, to_string(finding.code),
                                 finding.pointer.empty() ? "(the document)" : finding.pointer, "",
                                 finding.reason);
    }
}

std::string count(std::size_t number, const char* word) {
    return fmt::format("{} {}{}", number, word, number == 1 ? "" : "s");
}

void print_verdict(const std::string& file, const contract::OverlayVerdict& verdict) {
    std::cout << file << ": " << (verdict.faults.empty() ? "valid" : "not valid");
    if (!verdict.faults.empty()) std::cout << ", " << count(verdict.faults.size(), "fault");
    if (!verdict.warnings.empty()) std::cout << ", " << count(verdict.warnings.size(), "warning");
    std::cout << '\n';
    print("fault", verdict.faults);
    print("warning", verdict.warnings);
}

std::string list_text(const std::vector<contract::Finding>& findings) {
    std::string list = "[";
    for (const contract::Finding& finding : findings) {
        list += (list.size() > 1 ? "," : "") + contract::ObjectWriter()
                                                   .text("code", to_string(finding.code))
                                                   .text("pointer", finding.pointer)
                                                   .text("reason", finding.reason)
                                                   .str();
    }
    return list + "]";
}

std::string verdict_text(const std::string& file, const contract::OverlayVerdict& verdict) {
    return contract::ObjectWriter()
        .text("file", file)
        .boolean("valid", verdict.faults.empty())
        .raw("faults", list_text(verdict.faults))
        .raw("warnings", list_text(verdict.warnings))
        .str();
}

int validate(const Context& context, const std::vector<std::string>& files) {
    bool all_valid = true;
    std::string list;
    for (const std::string& file : files) {
        const Result<std::string> text = read_file(file, max_file_bytes);
        if (!text) return report(context, text.error());
        const auto verdict = contract::validate_overlay(*text);
        all_valid = all_valid && verdict.faults.empty();
        if (context.json) {
            list += (list.empty() ? "" : ",") + verdict_text(file, verdict);
        } else {
            print_verdict(file, verdict);
        }
    }
    if (context.json) std::cout << "{\"files\":[" << list << "]}\n";
    std::cout << std::flush;
    return all_valid ? exit_ok : exit_failed;
}

}  // namespace

void add_ocl_validate_verb(CLI::App& group, Context& context) {
    CLI::App* verb =
        group.add_subcommand("validate", "Say every fault and warning of overlay documents");
    // Shared: the callback outlives this function.
    const auto files = std::make_shared<std::vector<std::string>>();
    verb->add_option("files", *files, "OCL documents (JSON)")->required();
    add_json_flag(*verb, context);
    verb->callback([files, &context] {
        context.action = [files, &context] { return validate(context, *files); };
    });
}

}  // namespace vistter::cli
