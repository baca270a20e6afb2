// `vistter contract validate|decode|verify`: contract files and captured messages, judged by the
// code both ends run.
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "cli/verb.hpp"
#include "contract/json_text.hpp"
#include "contract/object_writer.hpp"
#include "contract/validate.hpp"
#include "crypto/jws.hpp"
#include "crypto/keys.hpp"

namespace vistter::cli {
namespace {

constexpr std::uint64_t max_file_bytes =
    1'048'577;  // one more than a document may have, so that it is judged
constexpr std::size_t max_jws_bytes =
    524'288;  // a message of 256 KiB grows by a third in base64url
constexpr std::uint64_t max_key_bytes = 65'536;

// The file's text; "-" is standard input.
Result<std::string> read_input(const std::string& file, std::uint64_t limit) {
    if (file != "-") return read_file(file, limit);
    std::string text;
    char block[4096];
    while (std::cin.read(block, sizeof block) || std::cin.gcount() > 0) {
        text.append(block, static_cast<std::size_t>(std::cin.gcount()));
        if (text.size() > limit)
            return fail(ErrorCode::VAL_TOO_BIG, "Standard input is larger than allowed.");
    }
    return text;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string finding_text(const contract::Finding& finding) {
    return contract::ObjectWriter()
        .text("code", to_string(finding.code))
        .text("pointer", finding.pointer)
        .text("reason", finding.reason)
        .str();
}

// One line a fault: FILE: CODE POINTER reason. The whole document's pointer is empty, so it is
// written as "".
void print_findings(const std::string& file, const std::vector<contract::Finding>& findings) {
    if (findings.empty()) std::cout << file << ": valid\n";
    for (const contract::Finding& finding : findings) {
        std::cout << file << ": " << to_string(finding.code) << ' '
                  << (finding.pointer.empty() ? "\"\"" : finding.pointer) << ' ' << finding.reason
                  << '\n';
    }
}

std::string file_text(const std::string& file, const std::vector<contract::Finding>& findings) {
    std::string list = "[";
    for (const contract::Finding& finding : findings)
        list += (list.size() > 1 ? "," : "") + finding_text(finding);
    return contract::ObjectWriter()
        .text("file", file)
        .boolean("valid", findings.empty())
        .raw("findings", list + "]")
        .str();
}

int validate(const Context& context, const std::vector<std::string>& files) {
    bool all_valid = true;
    std::string list = "[";
    for (const std::string& file : files) {
        Result<std::string> text = read_input(file, max_file_bytes);
        if (!text) return report(context, text.error());
        const auto findings = contract::validate_file(*text);
        all_valid = all_valid && findings.empty();
        if (context.json) {
            list += (list.size() > 1 ? "," : "") + file_text(file, findings);
        } else {
            print_findings(file, findings);
        }
    }
    if (context.json) std::cout << "{\"files\":" << list << "]}" << std::endl;
    return all_valid ? exit_ok : exit_failed;
}

std::string header_text(const crypto::Jws& jws) {
    return contract::ObjectWriter()
        .text("alg", "ES256")
        .text("kid", jws.kid)
        .text("typ", jws.typ)
        .str();
}

Result<crypto::Jws> read_captured(const std::string& file) {
    Result<std::string> text = read_input(file, max_jws_bytes);
    if (!text) return std::move(text).error();
    return crypto::read_jws(trimmed(*text), crypto::message_typ, max_jws_bytes);
}

int decode(const Context& context, const std::string& file) {
    const Result<crypto::Jws> jws = read_captured(file);
    if (!jws) return report(context, jws.error());
    const auto findings = contract::validate_file(jws->payload);
    if (!findings.empty() && findings.front().code == ErrorCode::VAL_JSON) {
        return report(context, fail(ErrorCode::VAL_JSON,
                                    "The payload is not JSON: " + findings.front().reason));
    }
    if (context.json) {
        std::cout << contract::ObjectWriter()
                         .raw("header", header_text(*jws))
                         .raw("payload", contract::canonical_text(jws->payload))
                         .str()
                  << std::endl;
    } else {
        std::cout << contract::indented_text(header_text(*jws)) << '\n'
                  << contract::indented_text(jws->payload) << std::endl;
        std::cerr << "The signature was not checked; `vistter contract verify` does that.\n";
    }
    return exit_ok;
}

int verify(const Context& context, const std::string& file, const std::string& key_file) {
    Result<std::string> pem = read_file(key_file, max_key_bytes);
    if (!pem) return report(context, pem.error());
    const Result<crypto::PublicKey> key = crypto::PublicKey::from_pem(*pem);
    if (!key) return report(context, key.error());
    const Result<crypto::Jws> jws = read_captured(file);
    if (!jws) return report(context, jws.error());
    if (!crypto::verify_jws(*jws, *key)) {
        Error error =
            fail(ErrorCode::SEC_UNAUTHORISED,
                 "The signature is not by this key: the message was altered or signed by another.");
        report(context, error);
        return exit_failed;
    }
    if (context.json) {
        std::cout << contract::ObjectWriter().boolean("verified", true).text("kid", jws->kid).str()
                  << std::endl;
    } else {
        std::cout << file << ": signature good, kid " << jws->kid << std::endl;
    }
    return exit_ok;
}

struct Options {
    std::vector<std::string> files;
    std::string file, key;
};

}  // namespace

void add_contract_verbs(CLI::App& app, Context& context) {
    CLI::App* group = app.add_subcommand("contract", "Check contract files and captured messages");
    group->require_subcommand(1);
    auto options = std::make_shared<Options>();  // shared: the callbacks outlive this function

    CLI::App* check =
        group->add_subcommand("validate", "Judge messages and documents by the contract");
    check->add_option("FILE", options->files, "JSON files; - is standard input")->required();
    add_json_flag(*check, context);
    check->callback([&context, options] {
        context.action = [&context, options] { return validate(context, options->files); };
    });

    CLI::App* show =
        group->add_subcommand("decode", "Show header and payload of a captured message");
    show->add_option("FILE", options->file, "A compact JWS; - is standard input")->required();
    add_json_flag(*show, context);
    show->callback([&context, options] {
        context.action = [&context, options] { return decode(context, options->file); };
    });

    CLI::App* prove = group->add_subcommand("verify", "Check a captured message's signature");
    prove->add_option("FILE", options->file, "A compact JWS; - is standard input")->required();
    prove->add_option("--key", options->key, "PEM file of the sender's public key")->required();
    add_json_flag(*prove, context);
    prove->callback([&context, options] {
        context.action = [&context, options] {
            return verify(context, options->file, options->key);
        };
    });
}

}  // namespace vistter::cli
