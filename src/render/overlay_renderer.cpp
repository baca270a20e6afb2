// The renderer's two sides: prepare() builds sprite sets under a lock of its own, draw() takes the
// newest table of sets through one atomic pointer and hands the old one back the same way.
#include "render/overlay_renderer.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "render/drawable.hpp"
#include "render/scene_compositor.hpp"

namespace vistter::render {

using contract::Layer;
using contract::OverlayDocument;

namespace {

constexpr std::size_t sets_per_scene = 3;

// Every prepared set, newest first. Shared: a new table keeps the sets of the one it replaces.
struct Table {
    std::vector<std::shared_ptr<const SceneSprites>> sets;
    Table* next_retired = nullptr;
};

class Renderer final : public OverlayRenderer {
  public:
    Renderer(OverlayDocument document, int width, int height)
        : document_(std::move(document)),
          width_(width),
          height_(height),
          mapping_(output_mapping(document_, width, height)),
          compositor_(document_, width, height) {}
    ~Renderer() override {
        delete current_;
        delete incoming_.load();
        free_retired();
    }

    Status load(const AssetSource& source);

    const OverlayDocument& document() const override { return document_; }
    const std::vector<Error>& faults() const override { return faults_; }
    std::int64_t stand_ins() const override { return stand_ins_.load(std::memory_order_relaxed); }
    std::size_t memory() const override { return memory_.load(std::memory_order_relaxed); }

    Status prepare(const std::string& scene_id, const ocl::Tokens& tokens, ocl::Rate rate) override;
    bool draw(Picture picture, const std::string& scene_id, ocl::SceneClock clock, ocl::Rate rate,
              const ocl::Tokens& tokens) override;

  private:
    Status load_scene(const contract::Scene& scene, const AssetSource& source);
    Status load_layer(const Layer& layer, const std::string& pointer, const AssetSource& source);
    const contract::Scene* fallback_for(const contract::Scene& scene, const AssetSource& source);
    // What is shown under that id; null if the document has no such scene.
    const contract::Scene* scene_of(const std::string& scene_id) const;
    Status load_asset(const Layer& layer, const std::string& key, const std::string& pointer,
                      const AssetSource& source);
    void publish(std::shared_ptr<const SceneSprites> made);
    void free_retired();
    const SceneSprites* find(const contract::Scene& scene, const ocl::Tokens& tokens);

    const OverlayDocument document_;
    const int width_, height_;
    const Matrix mapping_;
    AssetShelf shelf_;
    std::vector<Error> faults_;
    std::map<const contract::Scene*, Status> loads_;
    std::map<std::string, const contract::Scene*> replaced_;  // by scene_id, after load()
    contract::Scene image_scene_;                             // the fallback image alone

    std::mutex preparing_;  // workers only
    std::vector<std::shared_ptr<const SceneSprites>>
        latest_;                             // guarded by preparing_; shared with the tables
    std::atomic<Table*> incoming_{nullptr};  // worker -> tick
    std::atomic<Table*> retired_{nullptr};   // tick -> worker, a stack
    std::atomic<std::size_t> memory_{0};
    std::atomic<std::int64_t> stand_ins_{0};

    Table* current_ = nullptr;    // tick thread
    SceneCompositor compositor_;  // tick thread
};

Status Renderer::load(const AssetSource& source) {
    faults_ = find_ignored(document_);
    for (const contract::Scene& scene : document_.scenes) {
        Status loaded = load_scene(scene, source);
        if (loaded) continue;
        const contract::Scene* other = fallback_for(scene, source);
        if (!other) return loaded;
        replaced_[scene.scene_id] = other;
        faults_.push_back(std::move(loaded).error());
    }
    return ok();
}

Status Renderer::load_scene(const contract::Scene& scene, const AssetSource& source) {
    const auto [known, first] = loads_.try_emplace(&scene, ok());
    if (!first) return known->second;
    const std::string pointer =
        "/scenes/" + std::to_string(&scene - document_.scenes.data()) + "/layers/";
    for (std::size_t i = 0; i < scene.layers.size(); ++i) {
        Status status = load_layer(scene.layers[i], pointer + std::to_string(i), source);
        if (!status) return known->second = std::move(status);
    }
    return ok();
}

// Contract C.12: the document's fallback scene, else its fallback image alone, else nothing.
const contract::Scene* Renderer::fallback_for(const contract::Scene& scene,
                                              const AssetSource& source) {
    const contract::DocumentFallbacks& fallbacks = document_.fallbacks;
    if (fallbacks.policy == "hide_all") return nullptr;
    const contract::Scene* other = ocl::find_scene(document_, fallbacks.scene);
    if (other && other != &scene && load_scene(*other, source)) return other;
    if (fallbacks.image.empty()) return nullptr;
    if (!shelf_.has(fallbacks.image) && !shelf_.load(document_, fallbacks.image, source))
        return nullptr;
    Layer image;
    image.kind = contract::LayerKind::image;
    image.asset = fallbacks.image;
    image.anchor = {"canvas", "center"};
    image_scene_.layers = {image};
    return &image_scene_;
}

const contract::Scene* Renderer::scene_of(const std::string& scene_id) const {
    const auto replaced = replaced_.find(scene_id);
    return replaced != replaced_.end() ? replaced->second : ocl::find_scene(document_, scene_id);
}

// Keys a layer may show: its own, those of its tracks and props, its fallback's, its font.
std::vector<std::string> asset_keys(const Layer& layer) {
    std::vector<std::string> keys;
    if (layer.kind == contract::LayerKind::text || layer.kind == contract::LayerKind::clock) {
        keys.push_back(layer.text.font);
    }
    const bool has_picture = layer.kind == contract::LayerKind::image ||
                             layer.kind == contract::LayerKind::svg ||
                             layer.kind == contract::LayerKind::image_sequence;
    if (has_picture) {
        keys.push_back(layer.asset);
        keys.insert(keys.end(), layer.playback.assets.begin(), layer.playback.assets.end());
        const auto add = [&](const contract::PropertyValue& value) {
            if (const auto* key = std::get_if<std::string>(&value)) keys.push_back(*key);
        };
        if (const auto own = layer.props.find(contract::Property::asset); own != layer.props.end())
            add(own->second);
        for (const auto& track : layer.tracks) {
            if (track.property != contract::Property::asset) continue;
            for (const auto& key : track.keyframes) add(key.value);
        }
    }
    if (layer.on_missing.starts_with("asset:")) keys.push_back(layer.on_missing.substr(6));
    std::erase(keys, "");
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
}

Status Renderer::load_layer(const Layer& layer, const std::string& pointer,
                            const AssetSource& source) {
    if (layer.kind == contract::LayerKind::lottie || layer.kind == contract::LayerKind::video) {
        Error error = fail_at(ErrorCode::OCL_FEATURE_UNSUPPORTED, pointer,
                              "This kind of layer is not drawn; its fallback is.");
        if (layer.on_missing == "fail_scene") return error;
        faults_.push_back(std::move(error));
    }
    for (const std::string& key : asset_keys(layer)) {
        if (Status status = load_asset(layer, key, pointer, source); !status) return status;
    }
    for (std::size_t i = 0; i < layer.layers.size(); ++i) {
        Status status =
            load_layer(layer.layers[i], pointer + "/layers/" + std::to_string(i), source);
        if (!status) return status;
    }
    return ok();
}

Status Renderer::load_asset(const Layer& layer, const std::string& key, const std::string& pointer,
                            const AssetSource& source) {
    if (shelf_.has(key)) return ok();
    Status loaded = shelf_.load(document_, key, source);
    if (loaded) return ok();
    Error error = fail_at(loaded.error().code, pointer, loaded.error().message);
    if (layer.on_missing == "fail_scene") return error;
    faults_.push_back(std::move(error));
    return ok();
}

void Renderer::free_retired() {
    for (Table* table = retired_.exchange(nullptr); table != nullptr;) {
        Table* next = table->next_retired;
        delete table;
        table = next;
    }
}

void Renderer::publish(std::shared_ptr<const SceneSprites> made) {
    std::size_t of_scene = 0;
    const contract::Scene* scene = made->scene;
    latest_.insert(latest_.begin(), std::move(made));
    std::erase_if(latest_, [&](const auto& set) {
        return set->scene == scene && ++of_scene > sets_per_scene;
    });
    std::size_t memory = 0;
    for (const auto& set : latest_) memory += set->memory;
    memory_.store(memory, std::memory_order_relaxed);
    auto table = std::make_unique<Table>();
    table->sets = latest_;
    delete incoming_.exchange(table.release(),
                              std::memory_order_acq_rel);  // one the tick thread never saw
    free_retired();
}

Status Renderer::prepare(const std::string& scene_id, const ocl::Tokens& tokens, ocl::Rate rate) {
    const std::lock_guard lock(preparing_);
    const contract::Scene* scene = scene_of(scene_id);
    if (!scene) {
        return fail(ErrorCode::RES_NOT_FOUND,
                    "Overlay " + document_.overlay_id + " has no scene '" + scene_id + "'.");
    }
    const bool there = std::any_of(latest_.begin(), latest_.end(), [&](const auto& set) {
        return set->scene == scene && set->tokens == tokens;
    });
    if (there) return ok();
    const std::string pointer = scene == &image_scene_
                                    ? std::string("/fallbacks/image")
                                    : "/scenes/" + std::to_string(scene - document_.scenes.data());
    Result<SceneSprites> made =
        make_scene_sprites(document_, *scene, pointer, shelf_, tokens, mapping_, rate);
    if (!made) return std::move(made).error();
    publish(std::make_shared<const SceneSprites>(std::move(*made)));
    return ok();
}

const SceneSprites* Renderer::find(const contract::Scene& scene, const ocl::Tokens& tokens) {
    if (Table* table = incoming_.exchange(nullptr, std::memory_order_acq_rel)) {
        if (current_) {
            current_->next_retired = retired_.load(std::memory_order_relaxed);
            while (!retired_.compare_exchange_weak(current_->next_retired, current_,
                                                   std::memory_order_acq_rel)) {
            }
        }
        current_ = table;
    }
    if (!current_) return nullptr;
    const SceneSprites* other = nullptr;
    for (const auto& set : current_->sets) {
        if (set->scene != &scene) continue;
        if (set->tokens == tokens) return set.get();
        if (!other) other = set.get();
    }
    return other;
}

bool Renderer::draw(Picture picture, const std::string& scene_id, ocl::SceneClock clock,
                    ocl::Rate rate, const ocl::Tokens& tokens) {
    const contract::Scene* scene = scene_of(scene_id);
    if (!scene || picture.width != width_ || picture.height != height_) return true;
    const ocl::ScenePosition position = ocl::locate(*scene, clock, rate);
    const SceneSprites* sprites = find(*scene, tokens);
    if (position.finished) return true;
    if (!sprites) {
        stand_ins_.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    const int stand_ins = compositor_.draw(picture, *sprites, position);
    if (stand_ins > 0) stand_ins_.fetch_add(stand_ins, std::memory_order_relaxed);
    return false;
}

}  // namespace

Result<std::unique_ptr<OverlayRenderer>> OverlayRenderer::open(OverlayDocument document,
                                                               const AssetSource& assets,
                                                               int output_width,
                                                               int output_height) {
    std::vector<ErrorDetail> undrawable = find_undrawable(document);
    if (!undrawable.empty()) {
        Error error =
            fail(ErrorCode::OCL_FEATURE_UNSUPPORTED,
                 "Overlay " + document.overlay_id + " uses what this version does not draw.");
        error.details = std::move(undrawable);
        return error;
    }
    auto renderer = std::make_unique<Renderer>(std::move(document), output_width, output_height);
    if (Status status = renderer->load(assets); !status) return std::move(status).error();
    return std::unique_ptr<OverlayRenderer>(std::move(renderer));
}

}  // namespace vistter::render
