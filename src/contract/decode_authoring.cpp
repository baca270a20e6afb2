// Resolved authoring scenes to structs. What OCL says the same way is read by OCL's own decoder;
// the rest is picked up beside it, in the same order.
#include <charconv>

#include "contract/authoring.hpp"
#include "contract/authoring_json.hpp"
#include "contract/decode.hpp"

namespace vistter::contract {
namespace {

const AuthoringNode::List& list_at(const AuthoringNode& node, std::string_view name) {
    static const AuthoringNode::List empty;
    const AuthoringNode* member = node.find(name);
    const auto* list = member ? std::get_if<AuthoringNode::List>(&member->value) : nullptr;
    return list ? *list : empty;
}

double number_in(const AuthoringNode& node) {
    if (const auto* integer = std::get_if<std::int64_t>(&node.value))
        return static_cast<double>(*integer);
    const auto* number = std::get_if<double>(&node.value);
    return number ? *number : 0;
}

double number_at(const AuthoringNode& node, std::string_view name, double fallback) {
    const AuthoringNode* member = node.find(name);
    return member ? number_in(*member) : fallback;
}

std::string text_at(const AuthoringNode& node, std::string_view name) {
    const AuthoringNode* member = node.find(name);
    return member && member->text() ? *member->text() : std::string();
}

Length length_of(const AuthoringNode& node) {
    const std::string* text = node.text();
    if (!text) return {number_in(node), false};
    Length length{0, true};  // "12.5%"
    std::from_chars(text->data(), text->data() + text->size(), length.value);
    return length;
}

std::optional<Lengths> lengths_of(const AuthoringNode* node) {
    const auto* list = node ? std::get_if<AuthoringNode::List>(&node->value) : nullptr;
    if (!list || list->size() != 2) return std::nullopt;
    return Lengths{length_of((*list)[0]), length_of((*list)[1])};
}

AuthoredTime time_of(const AuthoringNode& node) {
    AuthoredTime time{node.at, std::int64_t{0}};
    if (const auto* ms = std::get_if<std::int64_t>(&node.value)) time.value = *ms;
    if (const std::string* text = node.text()) time.value = *text;
    return time;
}

std::optional<AuthoredTime> time_at(const AuthoringNode& node, std::string_view name) {
    const AuthoringNode* member = node.find(name);
    if (!member || std::holds_alternative<std::monostate>(member->value)) return std::nullopt;
    return time_of(*member);
}

bool is_ocl_name(std::string_view name) {
    return name == "hold" || name == "linear" || name == "ease" || name == "ease-in" ||
           name == "ease-out" || name == "ease-in-out";
}

AuthoredEase ease_of(const AuthoringNode& node) {
    AuthoredEase ease;
    ease.at = node.at;
    if (const std::string* name = node.text(); name && !is_ocl_name(*name)) ease.name = *name;
    if (const AuthoringNode* spring = node.find("spring")) {
        ease.name = "spring";
        ease.spring.mass = number_at(*spring, "mass", ease.spring.mass);
        ease.spring.stiffness = number_at(*spring, "stiffness", ease.spring.stiffness);
        ease.spring.damping = number_at(*spring, "damping", ease.spring.damping);
        ease.spring.velocity = number_at(*spring, "velocity", ease.spring.velocity);
    }
    if (ease.name.empty()) ease.ocl = decode_ease(json_of(node));
    return ease;
}

std::optional<AuthoredTransition> transition_at(const AuthoringNode& node, std::string_view name) {
    const AuthoringNode* member = node.find(name);
    if (!member) return std::nullopt;
    AuthoredTransition transition;
    transition.at = member->at;
    transition.name = member->text() ? *member->text() : text_at(*member, "name");
    transition.duration = time_at(*member, "duration");
    if (const AuthoringNode* ease = member->find("ease")) transition.ease = ease_of(*ease);
    return transition;
}

std::optional<Stack> stack_at(const AuthoringNode& node) {
    const AuthoringNode* member = node.find("stack");
    if (!member) return std::nullopt;
    Stack stack;
    stack.at = member->at;
    stack.column = text_at(*member, "direction") == "column";
    if (const AuthoringNode* gap = member->find("gap")) stack.gap = length_of(*gap);
    if (const AuthoringNode* padding = member->find("padding")) stack.padding = length_of(*padding);
    if (const AuthoringNode* align = member->find("align")) stack.align = *align->text();
    return stack;
}

AuthoredTrack track_of(const AuthoringNode& node, PropertyTrack track) {
    AuthoredTrack authored{node.at, std::move(track), {}};
    for (const AuthoringNode& key : list_at(node, "keyframes")) {
        AuthoredKey one;
        one.at = key.at;
        one.t = time_of(*key.find("t"));
        one.lengths = lengths_of(key.find("value"));
        if (const AuthoringNode* ease = key.find("ease")) {
            AuthoredEase given = ease_of(*ease);
            if (!given.name.empty()) one.ease = std::move(given);
        }
        authored.keys.push_back(std::move(one));
    }
    return authored;
}

AuthoredLayer layer_of(const AuthoringNode& node, Layer ocl) {
    AuthoredLayer layer;
    layer.at = node.at;
    layer.in = time_at(node, "in");
    layer.out = time_at(node, "out");
    if (const AuthoringNode* props = node.find("props")) {
        layer.position = lengths_of(props->find("position"));
        layer.size = lengths_of(props->find("size"));
    }
    if (const AuthoringNode* text = node.find("text")) layer.box = lengths_of(text->find("box"));
    layer.stack = stack_at(node);
    layer.enter = transition_at(node, "enter");
    layer.leave = transition_at(node, "leave");
    const AuthoringNode* essential = node.find("essential");
    layer.essential = essential && std::get<bool>(essential->value);
    layer.has_fallback = node.find("fallback") != nullptr;
    const auto& tracks = list_at(node, "tracks");
    for (std::size_t i = 0; i < tracks.size(); ++i)
        layer.tracks.push_back(track_of(tracks[i], std::move(ocl.tracks[i])));
    const auto& layers = list_at(node, "layers");
    for (std::size_t i = 0; i < layers.size(); ++i)
        layer.layers.push_back(layer_of(layers[i], std::move(ocl.layers[i])));
    ocl.tracks.clear();
    ocl.layers.clear();
    layer.ocl = std::move(ocl);
    return layer;
}

AuthoredScene scene_of(const AuthoringNode& node, Scene ocl) {
    AuthoredScene scene;
    scene.at = node.at;
    scene.duration = time_at(node, "duration");
    if (const AuthoringNode* phases = node.find("phases")) {
        scene.intro = time_at(*phases, "intro");
        scene.outro = time_at(*phases, "outro");
        scene.body_end = time_at(*phases, "body_end");
    }
    for (const AuthoringNode& point : list_at(node, "cue_points"))
        scene.cue_times.push_back(time_of(*point.find("t")));
    scene.enter = transition_at(node, "enter");
    scene.leave = transition_at(node, "leave");
    const auto& layers = list_at(node, "layers");
    for (std::size_t i = 0; i < layers.size(); ++i)
        scene.layers.push_back(layer_of(layers[i], std::move(ocl.layers[i])));
    ocl.layers.clear();
    scene.ocl = std::move(ocl);
    return scene;
}

}  // namespace

AuthoredDocument decode_authoring(const AuthoringNode& resolved, std::vector<Finding>& findings) {
    const json::Value value = json_of(resolved);
    AuthoredDocument document;
    for (Finding& finding : judge_authoring(value)) {
        finding.pointer = origin_of(resolved, finding.pointer);
        findings.push_back(std::move(finding));
    }
    if (!findings.empty()) return document;
    document.ocl = decode_overlay(value.get_object());
    const json::Object& rate = json::object_at(value.get_object(), "rate");
    document.ocl.authored_rate = {json::integer_at(rate, "num", 30),
                                  json::integer_at(rate, "den", 1)};
    document.has_canvas = resolved.find("canvas") != nullptr;
    if (const AuthoringNode* assets = resolved.find("assets")) {
        for (const AuthoringMember& member : std::get<AuthoringNode::Members>(assets->value)) {
            const std::string file = text_at(member.node, "file");
            if (!file.empty()) document.asset_files.emplace(member.name, file);
        }
    }
    const auto& scenes = list_at(resolved, "scenes");
    for (std::size_t i = 0; i < scenes.size(); ++i)
        document.scenes.push_back(scene_of(scenes[i], std::move(document.ocl.scenes[i])));
    document.ocl.scenes.clear();
    return document;
}

}  // namespace vistter::contract
