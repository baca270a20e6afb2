// Stage 5: token names and the tokens nobody declared.
#include "ocl/compile/token_names.hpp"

#include <algorithm>
#include <set>

#include "ocl/compile/stages.hpp"
#include "ocl/compile/walk.hpp"

namespace vistter::ocl {
namespace {

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string type_for(std::string_view filters) {
    std::string type = "string";
    while (!filters.empty()) {
        filters.remove_prefix(1);  // the bar
        const std::size_t bar = std::min(filters.find('|'), filters.size());
        const std::string_view filter = trimmed(filters.substr(0, bar));
        const std::string_view name = filter.substr(0, filter.find(':'));
        if (name == "fixed" || name == "int" || name == "sign" || name == "unit" ||
            name == "plural")
            type = "number";
        if (name == "date" || name == "time") type = "datetime";
        filters.remove_prefix(bar);
    }
    return type;
}

std::map<std::string, contract::TokenSpec> renamed(
    std::map<std::string, contract::TokenSpec> tokens, Report& report) {
    std::map<std::string, contract::TokenSpec> out;
    for (auto& [name, spec] : tokens) {
        const bool fresh = out.emplace(token_name(name), std::move(spec)).second;
        if (fresh) continue;
        report.error(
            ErrorCode::OCL_TOKEN, "/tokens/" + name,
            "Is the same token as another one once it is called " + token_name(name) + ".");
    }
    return out;
}

}  // namespace

std::string token_name(std::string_view authored) {
    std::string name;
    for (const char c : authored) {
        if (is_upper(c)) {
            if (!name.empty() && name.back() != '_') name += '_';
            name += static_cast<char>(c - 'A' + 'a');
        } else {
            name += c;
        }
    }
    return name;
}

std::string normalised_text(std::string_view text, std::vector<TokenUse>& uses) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = text.substr(at);
        const bool braces = rest.starts_with("{{"), dollar = rest.starts_with("${");
        const std::string_view end_mark = braces ? "}}" : "}";
        const std::size_t end = rest.find(end_mark, 2);
        if (rest.starts_with("\\${")) {
            out += "${";
            at += 3;
            continue;
        }
        if (rest.starts_with("\\{{")) {
            out += "\\{{";
            at += 3;
            continue;
        }
        if ((!braces && !dollar) || end == rest.npos) {
            out += text[at++];
            continue;
        }
        const std::string_view inside = rest.substr(2, end - 2);
        const std::size_t bar = std::min(inside.find('|'), inside.size());
        const std::string name = token_name(trimmed(inside.substr(0, bar)));
        uses.push_back({name, type_for(inside.substr(bar))});
        out += "{{" + name + std::string(inside.substr(bar)) + "}}";
        at += end + end_mark.size();
    }
    return out;
}

void normalise_tokens(contract::AuthoredDocument& document, Report& report) {
    auto& tokens = document.ocl.tokens = renamed(std::move(document.ocl.tokens), report);
    std::set<std::string> told;
    each_layer_of(document, [&](contract::AuthoredLayer& layer) {
        each_content(layer, [&](std::string& content, const std::string& at) {
            std::vector<TokenUse> uses;
            content = normalised_text(content, uses);
            for (const TokenUse& use : uses) {
                const auto there = tokens.find(use.name);
                if (there == tokens.end()) {
                    contract::TokenSpec spec;
                    spec.type = use.type;
                    tokens.emplace(use.name, spec);
                    told.insert(use.name);
                    report.warning(ErrorCode::OCL_TOKEN, at,
                                   "The token " + use.name + " is declared nowhere; it becomes a " +
                                       use.type + " without a default.");
                } else if (told.contains(use.name) && there->second.type == "string") {
                    there->second.type = use.type;
                }
            }
        });
    });
}

}  // namespace vistter::ocl
