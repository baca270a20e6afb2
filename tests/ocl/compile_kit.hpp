// Small authoring scenes for the compiler's tests, and what compiling them gives.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "ocl/compile/compile.hpp"

namespace vistter::ocl::test {

// An authoring scene of one scene with these layers (JSON, without brackets); `head`: further
// members of the file, each followed by a comma; `scene`: further members of the scene likewise.
inline std::string scene_text(const std::string& layers, const std::string& head = "",
                              const std::string& scene = "",
                              const std::string& rate = R"({"num":25,"den":1})") {
    return R"({"authoring_version":"1.0","kind":"authoring.scene","overlay_id":"ovl_test",)" +
           head + R"("revision":1,"rate":)" + rate + R"(,"scenes":[{"scene_id":"one",)" + scene +
           R"("layers":[)" + layers + "]}]}";
}

inline contract::CompileTarget everything() {
    contract::CompileTarget target;
    target.name = "Everything";
    target.features = {"layer.svg",   "layer.lottie", "layer.video", "layer.image_sequence",
                       "mask.alpha",  "blend.modes",  "effect.blur", "token.feed",
                       "token.image", "text.rtl",     "text.complex"};
    return target;
}

inline Compiled compiled(const std::string& text,
                         const contract::CompileTarget& target = everything(),
                         const std::map<std::string, AssetFacts>& facts = {}) {
    const auto scene = contract::parse_authoring(text);
    EXPECT_TRUE(scene.ok()) << (scene.ok() ? "" : describe(scene.error())) << "\n" << text;
    if (!scene.ok()) return {};
    return compile(*scene, facts, target);
}

inline std::string told(const Compiled& made) {
    return issues_text(made.report.issues());
}

// Compiled without an error; the layers of its one scene.
inline std::vector<contract::Layer> layers_of(const std::string& text) {
    const Compiled made = compiled(text);
    EXPECT_FALSE(made.report.failed()) << told(made);
    return made.report.failed() ? std::vector<contract::Layer>()
                                : made.document.scenes.front().layers;
}

// The only error, as "CODE /authoring/pointer".
inline std::string only_error(const Compiled& made) {
    std::string all;
    for (const Issue& issue : made.report.issues()) {
        if (issue.severity != Severity::error) continue;
        if (!all.empty()) all += "; ";
        all += std::string(vistter::to_string(issue.code)) + " " + issue.authoring;
    }
    return all;
}

template <class T>
T prop(const contract::Layer& layer, contract::Property property) {
    const auto found = layer.props.find(property);
    EXPECT_NE(found, layer.props.end());
    return found == layer.props.end() ? T{} : std::get<T>(found->second);
}

}  // namespace vistter::ocl::test
