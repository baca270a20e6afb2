// Prints digests of evaluated documents and easings, bit for bit: each copy of this program has the
// room ocl compiled in another way, and all of them must print the same.
#include <bit>
#include <filesystem>
#include <iostream>
#include <set>

#include "base/file.hpp"
#include "contract/json.hpp"
#include "contract/messages.hpp"
#include "ocl/cue_points.hpp"
#include "ocl/evaluate.hpp"

namespace {

using namespace vistter;

// FNV-1a over the bits of everything a state holds.
class Digest {
  public:
    void add(std::uint64_t bits) {
        for (int i = 0; i < 8; ++i) add_byte(static_cast<std::uint8_t>(bits >> (8 * i)));
    }
    void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
    template <std::size_t n>
    void add(const std::array<double, n>& values) {
        for (const double value : values) add(value);
    }
    void add(const contract::Color& c) {
        for (const std::uint8_t byte : {c.r, c.g, c.b, c.a}) add_byte(byte);
    }
    void add(const std::string& text) {
        for (const char c : text) add_byte(static_cast<std::uint8_t>(c));
        add_byte(0);
    }
    void add(const ocl::LayerState& layer) {
        add(layer.layer_id);
        add_byte(layer.visible ? 1 : 0);
        for (const double value : {layer.opacity, layer.rotation, layer.stroke_width, layer.blur,
                                   layer.corner_radius, layer.font_size, layer.reveal})
            add(value);
        add(layer.position);
        add(layer.scale);
        add(layer.crop);
        add(layer.size.value_or(contract::Pair{-1, -1}));
        add(layer.fill_color);
        add(layer.stroke_color.value_or(contract::Color{}));
        add(layer.content);
        add(layer.asset);
        add(static_cast<std::uint64_t>(layer.media_frame));
        for (const ocl::LayerState& child : layer.layers) add(child);
    }
    std::uint64_t value() const { return value_; }

  private:
    void add_byte(std::uint8_t byte) { value_ = (value_ ^ byte) * 1'099'511'628'211U; }
    std::uint64_t value_ = 14'695'981'039'346'656'037U;
};

constexpr ocl::Rate rates[] = {{24000, 1001}, {25, 1},       {30000, 1001},
                               {50, 1},       {60000, 1001}, {60, 1}};

void print_document(const std::string& name, const contract::OverlayDocument& document) {
    for (const contract::Scene& scene : document.scenes) {
        for (const ocl::Rate rate : rates) {
            Digest digest;
            for (const std::int64_t hide_at : {1'000, 7}) {
                for (std::int64_t n = 0; n < 160; ++n) {
                    ocl::SceneClock clock{n, {}};
                    if (n >= hide_at) clock = {hide_at, n - hide_at};
                    const auto state = ocl::evaluate(document, scene.scene_id, clock, rate, {});
                    for (const ocl::LayerState& layer : state.value().layers) digest.add(layer);
                }
            }
            for (const ocl::PassedCue& cue : ocl::cue_points_passed(scene, rate, -1, 500))
                digest.add(static_cast<std::uint64_t>(cue.frame));
            std::cout << name << ' ' << scene.scene_id << ' ' << rate.num << '/' << rate.den << ' '
                      << std::hex << digest.value() << std::dec << '\n';
        }
    }
}

void print_text(const std::string& name, const std::string& text) {
    if (const auto document = contract::parse_overlay_document(text))
        print_document(name, *document);
}

void print_vectors(const std::filesystem::path& file) {
    namespace json = contract::json;
    const auto vectors = json::parse(read_file(file, 8 << 20).value(), 8 << 20).value();
    for (const json::Value& value : json::array_at(vectors.as_object(), "cases")) {
        const json::Object& test = value.as_object();
        print_text(json::text_at(test, "id"), boost::json::serialize(test.at("document")));
    }
}

void print_easings() {
    Digest digest;
    for (int x1 = 0; x1 <= 10; ++x1) {
        for (int y1 = -8; y1 <= 8; ++y1) {
            for (int k = 0; k <= 10; ++k) {
                contract::Ease ease;
                ease.kind = contract::Ease::Kind::cubic;
                ease.x1 = x1 / 10.0, ease.x2 = (10 - k) / 10.0;
                ease.y1 = y1 / 2.0, ease.y2 = k / 3.0;
                for (std::int64_t p = 0; p < 97; ++p) digest.add(ocl::ease_fraction(ease, p, 97));
            }
        }
    }
    std::cout << "easings " << std::hex << digest.value() << std::dec << '\n';
}

}  // namespace

// argument: the folder contract/.
int main(int count, char** arguments) {
    if (count != 2) return 2;
    const std::filesystem::path contract = arguments[1];
    print_vectors(contract / "vectors/ocl_eval.json");
    std::set<std::filesystem::path> samples;
    for (const auto& entry :
         std::filesystem::directory_iterator(contract / "samples/ocl/document/valid"))
        samples.insert(entry.path());
    for (const auto& sample : samples)
        print_text(sample.stem().string(), read_file(sample, 1 << 20).value());
    print_easings();
    return 0;
}
