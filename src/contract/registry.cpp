// Registries, read once from the texts the program carries.
#include "contract/registry.hpp"

#include <algorithm>
#include <stdexcept>

#include "contract/embedded.hpp"
#include "contract/json.hpp"

namespace vistter::contract {
namespace {

// The rows of a registry file. The files are part of the build, so a fault in one is a bug.
json::Array rows_of(std::string_view file, std::string_view member) {
    for (const auto& [name, text] : embedded_registries()) {
        if (name != file) continue;
        auto value = json::parse(text, text.size());
        if (!value) throw std::logic_error(std::string(file) + ": " + describe(value.error()));
        return json::array_at(value->as_object(), member);
    }
    throw std::logic_error("no registry " + std::string(file));
}

std::vector<EventType> read_events() {
    std::vector<EventType> events;
    for (const json::Value& value : rows_of("events.json", "events")) {
        const json::Object& row = value.as_object();
        events.push_back({json::text_at(row, "type"), json::text_at(row, "severity"),
                          json::texts_at(row, "also"), json::boolean_at(row, "durable", false),
                          json::boolean_at(row, "high_volume", false),
                          json::texts_at(row, "context")});
    }
    return events;
}

std::vector<Feature> read_features() {
    std::vector<Feature> features;
    for (const json::Value& value : rows_of("features.json", "features")) {
        const json::Object& row = value.as_object();
        features.push_back({json::text_at(row, "id"), json::text_at(row, "family"),
                            json::boolean_at(row, "implemented", false)});
    }
    return features;
}

const std::vector<Feature>& all_features() {
    static const std::vector<Feature> features = read_features();
    return features;
}

}  // namespace

const std::vector<EventType>& all_event_types() {
    static const std::vector<EventType> events = read_events();
    return events;
}

const EventType* find_event_type(std::string_view type) {
    const auto& events = all_event_types();
    const auto it = std::find_if(events.begin(), events.end(),
                                 [&](const EventType& e) { return e.type == type; });
    return it == events.end() ? nullptr : &*it;
}

const Feature* find_feature(std::string_view id) {
    const auto& features = all_features();
    const auto it = std::find_if(features.begin(), features.end(),
                                 [&](const Feature& f) { return f.id == id; });
    return it == features.end() ? nullptr : &*it;
}

const std::vector<std::string>& supported_ocl_features() {
    static const std::vector<std::string> supported = [] {
        std::vector<std::string> ids;
        for (const Feature& feature : all_features()) {
            if (feature.implemented && feature.family == "ocl") ids.push_back(feature.id);
        }
        return ids;
    }();
    return supported;
}

}  // namespace vistter::contract
