// Writes JSON by hand, because the shortest round-trip digits matter here and a generic serializer
// may choose others.
#include "cli/ocl_print.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>

namespace vistter::cli {

namespace {

std::string number(double value) {
    char buffer[32];
    const auto written = std::to_chars(buffer, buffer + sizeof buffer, value);
    std::string text(buffer, written.ptr);
    return text == "-0" ? "0" : text;
}

template <std::size_t n>
std::string numbers(const std::array<double, n>& values) {
    std::string text = "[";
    for (std::size_t i = 0; i < n; ++i) text += (i ? "," : "") + number(values[i]);
    return text + "]";
}

std::string color(contract::Color c) {
    return fmt::format("\"#{:02x}{:02x}{:02x}{:02x}\"", c.r, c.g, c.b, c.a);
}

std::string quoted(const std::string& text) {
    return boost::json::serialize(boost::json::string(text));
}

const char* boolean(bool value) {
    return value ? "true" : "false";
}

std::string layers_json(const std::vector<ocl::LayerState>& layers);

std::string layer_json(const ocl::LayerState& layer) {
    std::string text = fmt::format(
        R"({{"layer_id":{},"visible":{},"opacity":{},"position":{},"scale":{},"rotation":{})",
        quoted(layer.layer_id), boolean(layer.visible), number(layer.opacity),
        numbers(layer.position), numbers(layer.scale), number(layer.rotation));
    text += fmt::format(R"(,"size":{},"crop":{},"fill_color":{},"stroke_color":{})",
                        layer.size ? numbers(*layer.size) : "null", numbers(layer.crop),
                        color(layer.fill_color),
                        layer.stroke_color ? color(*layer.stroke_color) : "null");
    text +=
        fmt::format(R"(,"stroke_width":{},"corner_radius":{},"blur":{},"font_size":{},"reveal":{})",
                    number(layer.stroke_width), number(layer.corner_radius), number(layer.blur),
                    number(layer.font_size), number(layer.reveal));
    if (layer.font_size > 0) text += ",\"content\":" + quoted(layer.content);
    if (!layer.asset.empty()) {
        text += ",\"asset\":" + quoted(layer.asset) +
                ",\"media_frame\":" + std::to_string(layer.media_frame);
    }
    if (layer.fallback) text += ",\"fallback\":true";
    if (!layer.layers.empty()) text += ",\"layers\":" + layers_json(layer.layers);
    return text + "}";
}

std::string layers_json(const std::vector<ocl::LayerState>& layers) {
    std::string text = "[";
    for (const auto& layer : layers) text += (text.size() > 1 ? "," : "") + layer_json(layer);
    return text + "]";
}

void add_rows(std::string& text, std::int64_t frame, const std::vector<ocl::LayerState>& layers,
              int depth) {
    for (const auto& layer : layers) {
        text += fmt::format(
            "{:>7}  {:<24} {:<7} {:>8.5f}  {:>10.3f} {:>10.3f}  {:>7.3f} {:>7.3f}  {:>8.3f}  "
            "{:>6.3f}  {}\n",
            frame, std::string(static_cast<std::size_t>(depth) * 2, ' ') + layer.layer_id,
            layer.visible ? "yes" : "no", layer.opacity, layer.position[0], layer.position[1],
            layer.scale[0], layer.scale[1], layer.rotation, layer.reveal, layer.content);
        add_rows(text, frame, layer.layers, depth + 1);
    }
}

std::string cue_points_json(const EvaluatedFrame& frame) {
    std::string text = "[";
    for (const std::string& id : frame.cue_points)
        text += (text.size() > 1 ? "," : "") + quoted(id);
    return text + "]";
}

}  // namespace

std::string to_json(const std::vector<EvaluatedFrame>& frames) {
    std::string text = R"({"frames":[)";
    for (const auto& frame : frames) {
        text += fmt::format(
            R"({}{{"frame":{},"scene_frame":{},"paused":{},"cue_points":{},"finished":{},"layers":{}}})",
            &frame == frames.data() ? "" : ",", frame.frame, frame.scene_frame,
            boolean(frame.paused), cue_points_json(frame), boolean(frame.state.finished),
            layers_json(frame.state.layers));
    }
    return text + "]}";
}

std::string to_table(const std::vector<EvaluatedFrame>& frames) {
    std::string text =
        fmt::format("{:>7}  {:<24} {:<7} {:>8}  {:>10} {:>10}  {:>7} {:>7}  {:>8}  {:>6}  {}\n",
                    "frame", "layer", "visible", "opacity", "x", "y", "scale x", "scale y",
                    "rotation", "reveal", "content");
    for (const auto& frame : frames) {
        for (const std::string& id : frame.cue_points)
            text += fmt::format("{:>7}  cue point {}\n", frame.frame, id);
        add_rows(text, frame.frame, frame.state.layers, 0);
    }
    return text;
}

}  // namespace vistter::cli
