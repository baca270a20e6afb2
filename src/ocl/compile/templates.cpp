// Stage 1: templates, styles and variables, on the tree.
#include <algorithm>
#include <array>

#include "ocl/compile/stages.hpp"

namespace vistter::ocl {
namespace {

using contract::AuthoringMember;
using contract::AuthoringNode;
using Variables = std::map<std::string, AuthoringNode>;

constexpr int max_depth = 16;               // templates in templates, styles on styles
constexpr std::size_t max_nodes = 200'000;  // what all templates together may grow to

Variables variables_of(const AuthoringNode* node, Variables known) {
    if (!node) return known;
    for (const AuthoringMember& member : std::get<AuthoringNode::Members>(node->value))
        known.insert_or_assign(member.name, member.node);
    return known;
}

// Members of `over` win; objects named in `deep` are merged member by member.
void lay_under(AuthoringNode& over, const AuthoringNode& under,
               const std::vector<std::string_view>& deep) {
    for (const AuthoringMember& member : std::get<AuthoringNode::Members>(under.value)) {
        AuthoringNode* there = over.find(member.name);
        if (!there) {
            over.set(member.name, member.node);
        } else if (there->is_object() && member.node.is_object() &&
                   std::find(deep.begin(), deep.end(), member.name) != deep.end()) {
            lay_under(*there, member.node, {});
        }
    }
}

class Resolver {
  public:
    Resolver(const AuthoringNode& scene, Report& report) : report_(report) {
        if (const AuthoringNode* styles = scene.find("styles")) styles_ = *styles;
        if (const AuthoringNode* templates = scene.find("templates")) templates_ = *templates;
    }

    void layers(AuthoringNode& parent, const Variables& variables, int depth) {
        AuthoringNode* list = parent.find("layers");
        if (!list || !list->is_list()) return;
        for (AuthoringNode& layer : std::get<AuthoringNode::List>(list->value))
            this->layer(layer, variables, depth);
    }

    // Replaces "$name" by its value, everywhere below; keeps the place of use.
    void replace(AuthoringNode& node, const Variables& variables, int depth = 0) {
        if (++nodes_ > max_nodes) return;
        if (auto* list = std::get_if<AuthoringNode::List>(&node.value)) {
            for (AuthoringNode& item : *list) replace(item, variables, depth);
        } else if (auto* members = std::get_if<AuthoringNode::Members>(&node.value)) {
            for (AuthoringMember& member : *members) replace(member.node, variables, depth);
        } else if (const std::string* text = node.text(); text && text->starts_with('$')) {
            replace_text(node, *text, variables, depth);
        }
    }

    bool too_big() const { return nodes_ > max_nodes; }

  private:
    void replace_text(AuthoringNode& node, const std::string& text, const Variables& variables,
                      int depth) {
        if (text.starts_with("$$")) {
            node.value = text.substr(1);
            return;
        }
        const auto name_end = std::find_if_not(text.begin() + 1, text.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        });
        const bool name = text.size() > 1 && name_end == text.end() && text[1] >= 'a';
        if (!name) return;  // "$5", "${token}"
        const auto it = variables.find(text.substr(1));
        if (it == variables.end() || depth >= max_depth) {
            report_.error(ErrorCode::VAL_REFERENCE, node.at,
                          it == variables.end() ? "There is no variable " + text + "."
                                                : "The variable " + text + " leads to itself.");
            node.value = std::string();
            return;
        }
        const std::string at = node.at;
        AuthoringNode value = it->second;
        replace(value, variables, depth + 1);
        place_at(value, at);
        node = std::move(value);
    }

    static void place_at(AuthoringNode& node, const std::string& at) {
        node.at = at;
        if (auto* list = std::get_if<AuthoringNode::List>(&node.value)) {
            for (AuthoringNode& item : *list) place_at(item, at);
        } else if (auto* members = std::get_if<AuthoringNode::Members>(&node.value)) {
            for (AuthoringMember& member : *members) place_at(member.node, at);
        }
    }

    void layer(AuthoringNode& layer, const Variables& variables, int depth) {
        if (too_big()) return;
        const AuthoringNode* use = layer.find("use");
        const Variables inner = use ? expand(layer, *use->text(), variables, depth) : variables;
        if (layer.find("use")) return;  // not expanded: said already
        style(layer, inner);
        for (AuthoringMember& member : std::get<AuthoringNode::Members>(layer.value)) {
            if (member.name != "layers") replace(member.node, inner);
        }
        layers(layer, inner, use_depth_after(depth, use != nullptr));
    }

    static int use_depth_after(int depth, bool used) { return used ? depth + 1 : depth; }

    // The layer becomes the template's layer with its own members on top; returns the variables
    // that hold inside.
    Variables expand(AuthoringNode& layer, const std::string name, const Variables& variables,
                     int depth) {
        const AuthoringNode* found = templates_.find(name);
        if (!found || depth >= max_depth) {
            report_.error(ErrorCode::VAL_REFERENCE, layer.find("use")->at,
                          found ? "The template " + name + " uses itself."
                                : "There is no template " + name + ".");
            return variables;
        }
        Variables given = variables_of(found->find("variables"), variables);
        if (AuthoringNode* with = layer.find("with")) {
            replace(*with, variables);
            given = variables_of(with, std::move(given));
        }
        AuthoringNode body = *found->find("layer");
        prefix_ids(body, *layer.find("layer_id")->text());
        layer.erase("use");
        layer.erase("with");
        for (AuthoringMember& member : std::get<AuthoringNode::Members>(layer.value)) {
            if (member.name != "layers") replace(member.node, variables);
        }
        lay_under(layer, body, {"text", "props", "anchor"});
        // A template may stand on another one.
        if (const AuthoringNode* next = layer.find("use"))
            return expand(layer, *next->text(), given, depth + 1);
        return given;
    }

    // Layers inside an instance are named after it, so that two instances do not clash; what they
    // say about each other follows.
    static void prefix_ids(AuthoringNode& layer, const std::string& instance) {
        AuthoringNode* list = layer.find("layers");
        if (!list || !list->is_list()) return;
        for (AuthoringNode& child : std::get<AuthoringNode::List>(list->value)) {
            rename(child.find("layer_id"), "", instance);
            if (AuthoringNode* anchor = child.find("anchor"))
                rename(anchor->find("area"), "layer:", instance);
            if (AuthoringNode* mask = child.find("mask"))
                rename(mask->find("layer_id"), "", instance);
            prefix_ids(child, instance);
        }
    }

    static void rename(AuthoringNode* node, std::string_view lead, const std::string& instance) {
        const std::string* text = node ? node->text() : nullptr;
        if (!text || !text->starts_with(lead)) return;
        node->value = std::string(lead) + instance + "." + text->substr(lead.size());
    }

    void style(AuthoringNode& layer, const Variables& variables) {
        const AuthoringNode* wanted = layer.find("style");
        if (!wanted) return;
        AuthoringNode name = *wanted;
        replace(name, variables);
        layer.erase("style");
        if (!name.text())
            return report_.error(ErrorCode::VAL_REFERENCE, name.at, "A style is named by a text.");
        for (int depth = 0; name.text(); ++depth) {
            const AuthoringNode* style = styles_.find(*name.text());
            if (!style || depth >= max_depth) {
                report_.error(ErrorCode::VAL_REFERENCE, name.at,
                              style ? "The style " + *name.text() + " extends itself."
                                    : "There is no style " + *name.text() + ".");
                return;
            }
            lay_under_style(layer, *style);
            const AuthoringNode* next = style->find("extends");
            if (!next) return;
            name = *next;
        }
    }

    // A style speaks of text to layers that have text only.
    static void lay_under_style(AuthoringNode& layer, const AuthoringNode& style) {
        AuthoringNode under = style;
        under.erase("extends");
        if (!layer.find("text")) under.erase("text");
        lay_under(layer, under, {"text", "props"});
    }

    Report& report_;
    AuthoringNode styles_, templates_;
    std::size_t nodes_ = 0;
};

}  // namespace

AuthoringNode resolve_templates(AuthoringNode scene, Report& report) {
    Resolver resolver(scene, report);
    const Variables variables = variables_of(scene.find("variables"), {});
    for (const std::string_view name : {"styles", "templates", "variables"}) scene.erase(name);
    for (AuthoringMember& member : std::get<AuthoringNode::Members>(scene.value)) {
        if (member.name != "scenes") {
            resolver.replace(member.node, variables);
            continue;
        }
        for (AuthoringNode& one : std::get<AuthoringNode::List>(member.node.value)) {
            for (AuthoringMember& part : std::get<AuthoringNode::Members>(one.value)) {
                if (part.name != "layers") resolver.replace(part.node, variables);
            }
            resolver.layers(one, variables, 0);
        }
    }
    if (resolver.too_big())
        report.error(ErrorCode::VAL_TOO_BIG, "", "The templates grow past 200000 values.");
    return scene;
}

}  // namespace vistter::ocl
