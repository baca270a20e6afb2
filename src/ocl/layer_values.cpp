// Every property of contract C.5 for one layer: from its track, or its props, or the default; then
// the clamp.
#include "ocl/layer_values.hpp"

#include <algorithm>
#include <limits>

#include "ocl/media_clock.hpp"

namespace vistter::ocl {

using contract::Color;
using contract::Layer;
using contract::Pair;
using contract::Phase;
using contract::Property;
using contract::PropertyTrack;
using contract::PropertyValue;
using contract::Quad;

namespace {

constexpr double unbounded = std::numeric_limits<double>::max();

// What mixing means for each type; discrete ones never get here with two different keys in force.
double between(double a, double b, double share) {
    return (1 - share) * a + share * b;
}
template <std::size_t n>
std::array<double, n> between(const std::array<double, n>& a, const std::array<double, n>& b,
                              double share) {
    std::array<double, n> mixed{};
    for (std::size_t i = 0; i < n; ++i) mixed[i] = between(a[i], b[i], share);
    return mixed;
}
Color between(Color a, Color b, double share) {
    return mix(a, b, share);
}

double clamped(double value, double low, double high) {
    return std::clamp(value, low, high);
}
template <std::size_t n>
std::array<double, n> clamped(std::array<double, n> value, double low, double high) {
    for (double& component : value) component = std::clamp(component, low, high);
    return value;
}

// Reads one layer's properties at one position. A value of another type than the property's
// (refused when the document was parsed) reads as absent.
class Reader {
  public:
    Reader(const Layer& layer, const ScenePosition* position) : layer_(layer), position_(position) {
        for (const auto& [property, value] : layer.props) given_ |= bit(property);
        for (const PropertyTrack& track : layer.tracks) given_ |= bit(track.property);
    }

    template <class T>
    std::optional<T> animated(Property property) const {
        if (!(given_ & bit(property))) return std::nullopt;
        const std::optional<T> body = on_track<T>(property, Phase::body);
        const std::optional<T> value = body ? body : in_props<T>(property);
        if (!position_ || !position_->outro) return value;
        const std::optional<T> outro = on_track<T>(property, Phase::outro);
        if (!outro) return value;
        if (!value || position_->outro_share >= 1) return outro;
        return between(*value, *outro, position_->outro_share);
    }

    // bool and string: the key in force, no mixing.
    template <class T>
    const T* discrete(Property property) const {
        if (!(given_ & bit(property))) return nullptr;
        if (position_ && position_->outro) {
            if (const T* value = discrete_on_track<T>(property, Phase::outro)) return value;
        }
        if (const T* value = discrete_on_track<T>(property, Phase::body)) return value;
        const auto found = layer_.props.find(property);
        return found == layer_.props.end() ? nullptr : std::get_if<T>(&found->second);
    }

    template <class T>
    T value(Property property, T otherwise, double low, double high) const {
        return clamped(animated<T>(property).value_or(otherwise), low, high);
    }

  private:
    static constexpr std::uint32_t bit(Property property) {
        return std::uint32_t{1} << static_cast<unsigned>(property);
    }

    TrackPlace place(Property property, Phase phase) const {
        if (!position_) return {};
        for (const PropertyTrack& track : layer_.tracks) {
            if (track.property != property || track.phase != phase) continue;
            return place_on_track(
                track, phase == Phase::outro ? *position_->outro : position_->body, position_->num);
        }
        return {};
    }

    template <class T>
    std::optional<T> on_track(Property property, Phase phase) const {
        const TrackPlace at = place(property, phase);
        if (!at.from) return std::nullopt;
        const T* from = std::get_if<T>(&at.from->value);
        const T* to = std::get_if<T>(&at.to->value);
        if (!from || !to) return std::nullopt;
        return at.from == at.to ? *from : between(*from, *to, at.share);
    }

    template <class T>
    const T* discrete_on_track(Property property, Phase phase) const {
        const TrackPlace at = place(property, phase);
        return at.from ? std::get_if<T>(&at.from->value) : nullptr;
    }

    template <class T>
    std::optional<T> in_props(Property property) const {
        const auto found = layer_.props.find(property);
        if (found == layer_.props.end()) return std::nullopt;
        const T* value = std::get_if<T>(&found->second);
        return value ? std::optional<T>(*value) : std::nullopt;
    }

    const Layer& layer_;
    const ScenePosition* position_;  // null: props only
    std::uint32_t given_ = 0;        // the properties that stand in props or tracks
};

bool has_text(const Layer& layer) {
    return layer.kind == contract::LayerKind::text || layer.kind == contract::LayerKind::clock;
}

bool is_timed_medium(const Layer& layer) {
    return layer.kind == contract::LayerKind::lottie || layer.kind == contract::LayerKind::video ||
           layer.kind == contract::LayerKind::image_sequence;
}

void read_playback(const Layer& layer, std::int64_t time, std::int64_t num, LayerValues& values) {
    values.media_time = time;
    const auto& playback = layer.playback;
    if (layer.kind != contract::LayerKind::image_sequence || playback.assets.empty()) return;
    const Rate rate{playback.rate_num, playback.rate_den};
    values.media_frame = media_frame(
        time, num, rate, static_cast<std::int64_t>(playback.assets.size()), playback.loop);
    values.asset = &playback.assets[static_cast<std::size_t>(values.media_frame)];
}

LayerValues read(const Layer& layer, const Reader& reader) {
    LayerValues values;
    values.opacity = reader.value<double>(Property::opacity, 1, 0, 1);
    values.position = reader.value<Pair>(Property::position, Pair{0, 0}, -32768, 32768);
    values.scale = reader.value<Pair>(Property::scale, Pair{1, 1}, -64, 64);
    values.rotation = reader.value<double>(Property::rotation, 0, -36000, 36000);
    if (const auto size = reader.animated<Pair>(Property::size))
        values.size = clamped(*size, 0, 16384);
    values.crop = reader.value<Quad>(Property::crop, Quad{0, 0, 0, 0}, 0, 1);
    values.fill_color = reader.animated<Color>(Property::fill_color).value_or(Color{});
    values.stroke_color = reader.animated<Color>(Property::stroke_color);
    values.stroke_width = reader.value<double>(Property::stroke_width, 0, 0, unbounded);
    values.corner_radius = reader.value<double>(Property::corner_radius, 0, 0, unbounded);
    values.blur = reader.value<double>(Property::blur, 0, 0, unbounded);
    if (has_text(layer)) {
        values.font_size = reader.value<double>(Property::font_size, layer.text.size_px, 4, 1024);
        values.content = &layer.text.content;
        if (const auto* content = reader.discrete<std::string>(Property::content))
            values.content = content;
    }
    if (layer.kind == contract::LayerKind::image) {
        values.asset = &layer.asset;
        if (const auto* asset = reader.discrete<std::string>(Property::asset)) values.asset = asset;
    }
    if (layer.kind == contract::LayerKind::svg || is_timed_medium(layer))
        values.asset = &layer.asset;
    values.reveal = reader.value<double>(Property::reveal, 1, 0, 1);
    if (const bool* visible = reader.discrete<bool>(Property::visible)) values.visible = *visible;
    return values;
}

}  // namespace

LayerValues layer_at(const Layer& layer, const ScenePosition& position) {
    LayerValues values = read(layer, Reader(layer, &position));
    if (is_timed_medium(layer))
        read_playback(layer, media_time(layer, position), position.num, values);
    const bool entered = layer.in_ms * position.num <= position.body;
    const bool left = layer.out_ms && position.body >= *layer.out_ms * position.num;
    values.visible = values.visible && entered && !left && !position.finished;
    return values;
}

LayerValues unanimated(const Layer& layer) {
    LayerValues values = read(layer, Reader(layer, nullptr));
    if (is_timed_medium(layer)) read_playback(layer, 0, 1, values);
    return values;
}

}  // namespace vistter::ocl
