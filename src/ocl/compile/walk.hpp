// Visits every layer of an authored document, groups before their children.
#pragma once

#include <vector>

#include "contract/authoring.hpp"

namespace vistter::ocl {

template <class Layers, class Visit>
void each_layer(Layers& layers, const Visit& visit) {
    for (auto& layer : layers) {
        visit(layer);
        each_layer(layer.layers, visit);
    }
}

template <class Document, class Visit>
void each_layer_of(Document& document, const Visit& visit) {
    for (auto& scene : document.scenes) each_layer(scene.layers, visit);
}

// Every text of a layer that may hold token references.
template <class Visit>
void each_content(contract::AuthoredLayer& layer, const Visit& visit) {
    visit(layer.ocl.text.content, layer.at + "/text/content");
    const auto still = layer.ocl.props.find(contract::Property::content);
    if (still != layer.ocl.props.end())
        visit(std::get<std::string>(still->second), layer.at + "/props/content");
    for (contract::AuthoredTrack& track : layer.tracks) {
        if (track.track.property != contract::Property::content) continue;
        for (std::size_t i = 0; i < track.keys.size(); ++i) {
            visit(std::get<std::string>(track.track.keyframes[i].value),
                  track.keys[i].at + "/value");
        }
    }
}

}  // namespace vistter::ocl
