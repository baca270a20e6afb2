// Folding patches.
#include "studio/webapi/config_view.hpp"

#include "contract/json.hpp"

namespace vistter::studio {
namespace {

enum class Effect { none, under_way, in_effect };

Effect effect_of(const ConfigOrder& order) {
    if (order.state == "completed" || order.state == "succeeded") return Effect::in_effect;
    return order.terminal ? Effect::none : Effect::under_way;
}

std::string escaped(std::string_view name) {
    std::string text;
    for (const char symbol : name) {
        if (symbol == '~') {
            text += "~0";
        } else if (symbol == '/') {
            text += "~1";
        } else {
            text.push_back(symbol);
        }
    }
    return text;
}

const json::value* member(const json::value* value, std::string_view name) {
    return value && value->is_object() ? value->as_object().if_contains(name) : nullptr;
}

void compare(const std::string& pointer, const json::value* desired, const json::value* reported,
             json::array& diff) {
    if (desired && reported && *desired == *reported) return;
    const bool inside = (desired && desired->is_object()) || (reported && reported->is_object());
    const bool plain = (desired && !desired->is_object()) || (reported && !reported->is_object());
    if (!inside || plain) {
        diff.push_back(json::object{{"pointer", pointer},
                                    {"desired", desired ? *desired : json::value(nullptr)},
                                    {"reported", reported ? *reported : json::value(nullptr)}});
        return;
    }
    std::set<std::string> names;
    for (const json::value* side : {desired, reported}) {
        if (!side) continue;
        for (const auto& each : side->as_object()) names.emplace(each.key());
    }
    for (const std::string& name : names) {
        compare(pointer + "/" + escaped(name), member(desired, name), member(reported, name), diff);
    }
}

}  // namespace

void apply_merge_patch(json::value& target, const json::value& patch) {
    if (!patch.is_object()) {
        target = patch;
        return;
    }
    if (!target.is_object()) target = json::object{};
    for (const auto& each : patch.as_object()) {
        if (each.value().is_null()) {
            target.as_object().erase(each.key());
        } else {
            apply_merge_patch(target.as_object()[each.key()], each.value());
        }
    }
}

ConfigView view_config(const std::vector<ConfigOrder>& orders) {
    json::value desired = json::object{};
    json::value reported = json::object{};
    for (const ConfigOrder& order : orders) {
        const Effect effect = effect_of(order);
        const json::value body = stored_json(order.body);
        if (effect == Effect::none || !body.is_object()) continue;
        const json::value* dry_run = body.as_object().if_contains("dry_run");
        if (dry_run && dry_run->is_bool() && dry_run->as_bool()) continue;
        const json::object& patch = contract::json::object_at(body.as_object(), "config_patch");
        apply_merge_patch(desired, patch);
        if (effect == Effect::in_effect) apply_merge_patch(reported, patch);
    }
    ConfigView view{desired.as_object(), reported.as_object(), {}};
    compare("", &desired, &reported, view.diff);
    return view;
}

}  // namespace vistter::studio
