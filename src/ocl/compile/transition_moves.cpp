// The table of named transitions.
#include "ocl/compile/transition_moves.hpp"

namespace vistter::ocl {
namespace {

using contract::AuthoredLayer;
using contract::Pair;
using contract::Property;
using contract::PropertyValue;

template <class T>
T prop(const AuthoredLayer& layer, Property property, T fallback) {
    const auto found = layer.ocl.props.find(property);
    return found == layer.ocl.props.end() ? fallback : std::get<T>(found->second);
}

Move between(Property property, PropertyValue away, PropertyValue here, bool in) {
    Move move;
    move.property = property;
    move.from = in ? away : here;
    move.to = in ? here : away;
    return move;
}

Move fade(const AuthoredLayer& layer, bool in) {
    return between(Property::opacity, 0.0, prop(layer, Property::opacity, 1.0), in);
}

Move scaled(const AuthoredLayer& layer, double factor, bool in) {
    const Pair here = prop(layer, Property::scale, Pair{1, 1});
    return between(Property::scale, Pair{here[0] * factor, here[1] * factor}, here, in);
}

// How far to go against (in) or along (out) the direction to be off the canvas.
Pair way_off(std::string_view direction, const Box& box, const Box& canvas, bool in) {
    const double left = -(box.x + box.width), right = canvas.width - box.x;
    const double up = -(box.y + box.height), down = canvas.height - box.y;
    if (direction == "left") return {in ? right : left, 0};
    if (direction == "right") return {in ? left : right, 0};
    if (direction == "up") return {0, in ? down : up};
    return {0, in ? up : down};
}

Move slide(const AuthoredLayer& layer, std::string_view direction, const Box& box,
           const Box& canvas, bool in) {
    const Pair here = prop(layer, Property::position, Pair{0, 0});
    const Pair off = way_off(direction, box, canvas, in);
    return between(Property::position, Pair{here[0] + off[0], here[1] + off[1]}, here, in);
}

std::string opposite(std::string_view direction) {
    if (direction == "left") return "right";
    if (direction == "right") return "left";
    return direction == "up" ? "down" : "up";
}

// `reveal` shows what lies against `reveal_direction`: growing moves the edge that way, shrinking
// moves it back.
Move wipe(const AuthoredLayer& layer, const std::string& direction, bool in) {
    Move move = between(Property::reveal, 0.0, prop(layer, Property::reveal, 1.0), in);
    move.reveal_direction = in ? direction : opposite(direction);
    const bool wiped_in = layer.enter && layer.enter->name.starts_with("wipe_");
    if (!in && wiped_in && layer.enter->name.substr(5) != *move.reveal_direction) {
        move.fault = "A layer that enters by " + layer.enter->name + " can be wiped out by wipe_" +
                     opposite(layer.enter->name.substr(5)) + " only.";
    }
    return move;
}

std::vector<Move> moves(const std::string& name, const AuthoredLayer& layer,
                        const std::optional<Box>& box, const Box& canvas, bool in) {
    if (name == "fade") return {fade(layer, in)};
    // A layer whose size nobody knows yet goes as far as the canvas reaches.
    if (name.starts_with("slide_"))
        return {slide(layer, name.substr(6), box.value_or(canvas), canvas, in)};
    if (name.starts_with("wipe_")) return {wipe(layer, name.substr(5), in)};
    if (name.starts_with("scale_")) return {scaled(layer, 0, in)};
    if (name == "zoom_in") return {fade(layer, in), scaled(layer, in ? 0.5 : 1.5, in)};
    if (name == "zoom_out") return {fade(layer, in), scaled(layer, in ? 1.5 : 0.5, in)};
    return {};
}

}  // namespace

std::vector<Move> moves_in(const std::string& name, const AuthoredLayer& layer,
                           const std::optional<Box>& box, const Box& canvas) {
    return moves(name, layer, box, canvas, true);
}

std::vector<Move> moves_out(const std::string& name, const AuthoredLayer& layer,
                            const std::optional<Box>& box, const Box& canvas) {
    return moves(name, layer, box, canvas, false);
}

}  // namespace vistter::ocl
