// `vistter ledger verify`: proves a ledger file offline and names the first bad row.
#include <iostream>
#include <memory>
#include <optional>

#include "base/file.hpp"
#include "cli/ledger/ledger_file.hpp"
#include "cli/verb.hpp"
#include "contract/object_writer.hpp"

namespace vistter::cli {
namespace {

constexpr std::uint64_t max_ledger_bytes = 1ULL << 32;
constexpr std::uint64_t max_key_bytes = 1'048'576;

struct Verify {
    std::string file, other, keys;
};

void print(const Context& context, const std::string& file, const LedgerFinding& finding) {
    if (context.json) {
        std::cout << contract::ObjectWriter()
                         .text("file", file)
                         .boolean("valid", false)
                         .integer("row", finding.row)
                         .text("reason", finding.reason)
                         .str()
                  << "\n";
    } else {
        std::cout << file << ": row " << finding.row << ": " << finding.reason << "\n";
    }
}

void print_good(const Context& context, const Verify& verify, std::size_t rows,
                const std::optional<Comparison>& comparison) {
    if (!context.json) {
        std::cout << verify.file << ": " << rows << " rows, whole\n";
        if (comparison) {
            std::cout << "against " << verify.other << ": " << comparison->matched
                      << " messages agree, " << comparison->anchors << " anchors hold, "
                      << comparison->on_the_way << " on the way\n";
        }
        return;
    }
    contract::ObjectWriter writer;
    writer.text("file", verify.file)
        .boolean("valid", true)
        .integer("rows", static_cast<std::int64_t>(rows));
    if (comparison) {
        writer.integer("matched", comparison->matched)
            .integer("anchors", comparison->anchors)
            .integer("on_the_way", comparison->on_the_way);
    }
    std::cout << writer.str() << "\n";
}

Result<std::vector<link::LedgerRow>> load(const std::string& file) {
    auto text = read_file(file, max_ledger_bytes);
    if (!text) return text.error();
    return read_ledger(*text);
}

// The first finding of each check; what is bad already is not compared any further.
Result<std::optional<LedgerFinding>> judge(const Verify& verify,
                                           const std::vector<link::LedgerRow>& rows) {
    const auto first = [](const std::vector<LedgerFinding>& findings) {
        return findings.empty() ? std::nullopt : std::optional(findings.front());
    };
    if (auto bad = first(chain_findings(rows))) return bad;
    if (verify.keys.empty()) return std::optional<LedgerFinding>();
    const auto text = read_file(verify.keys, max_key_bytes);
    if (!text) return text.error();
    const auto keys = read_keys(*text);
    if (!keys) return keys.error();
    return first(signature_findings(rows, *keys));
}

int run(const Verify& verify, const Context& context) {
    const auto rows = load(verify.file);
    if (!rows) return report(context, rows.error());
    const auto bad = judge(verify, *rows);
    if (!bad) return report(context, bad.error());
    if (*bad) {
        print(context, verify.file, **bad);
        return exit_failed;
    }
    std::optional<Comparison> comparison;
    if (!verify.other.empty()) {
        const auto other = load(verify.other);
        if (!other) return report(context, other.error());
        const auto broken = chain_findings(*other);
        if (!broken.empty()) {
            print(context, verify.other, broken.front());
            return exit_failed;
        }
        comparison = compare(*rows, *other);
        const auto back = compare(*other, *rows);
        if (!comparison->findings.empty()) {
            print(context, verify.file, comparison->findings.front());
            return exit_failed;
        }
        if (!back.findings.empty()) {
            print(context, verify.other, back.findings.front());
            return exit_failed;
        }
    }
    print_good(context, verify, rows->size(), comparison);
    return exit_ok;
}

}  // namespace

void add_ledger_verb(CLI::App& app, Context& context) {
    auto* ledger = app.add_subcommand("ledger", "Prove exported ledgers of commands and answers");
    ledger->require_subcommand(1);
    auto* command = ledger->add_subcommand(
        "verify", "Check a ledger file offline; names the first bad row and ends with 1");
    auto verify = std::make_shared<Verify>();  // shared: lives as long as the callback
    command->add_option("file", verify->file, "Ledger file, one row a line")->required();
    command->add_option("--with", verify->other,
                        "The other end's ledger: anchors and messages must agree");
    command->add_option("--keys", verify->keys, R"(Keys of the senders: {"keys":[{"kid","pem"}]})");
    add_json_flag(*command, context);
    command->callback([verify, &context] {
        context.action = [verify, &context] { return run(*verify, context); };
    });
}

}  // namespace vistter::cli
