// The bench with a timeline document on it: the contract's own valid sample, made finite.
#pragma once

#include <fstream>
#include <sstream>

#include "appliance/core/fakes.hpp"
#include "contract/json_text.hpp"

namespace vistter::appliance::test {

inline std::string sample_body(bool endless = false) {
    std::ifstream file(std::string(VISTTER_SOURCE_DIR) +
                       "/contract/samples/protocol/timeline_load/valid/inline.json");
    std::stringstream text;
    text << file.rdbuf();
    std::string body(contract::text_at_pointer(text.str(), "/body").value());
    const std::string forever =
        R"({"segment_id": "seg_a", "repeat": 2}, {"segment_id": "seg_a", "repeat": null})";
    if (!endless)
        body.replace(body.find(forever), forever.size(), R"({"segment_id": "seg_a", "repeat": 1})");
    return body;
}

struct ShowBench : Bench {
    std::string body = sample_body();

    explicit ShowBench(bool picture = true) : Bench(picture) {
        for (const char* id : {"cam_a", "cam_b"}) cameras.put({id, camera_spec(id)});
    }
    contract::TimelineLoad load() const { return contract::parse_timeline_load(body).value(); }
    // Loads the sample: assets arrive, the programme takes it.
    Outcome make_ready() {
        const auto outcome = send(load(), body);
        if (!downloads.asked.empty()) arrive();
        shown();
        return outcome;
    }
    void arrive() {
        for (const auto& asset : downloads.asked) {
            library.assets[asset.sha256] = asset.size_bytes;
            downloads.events.cached(asset);
        }
        downloads.events.finished();
    }
    void shown(const std::string& code = {}) {
        appliance->on_show({load().timeline_id, load().revision, code, code});
    }
    contract::TimelineExecute execute(const std::string& mode) const {
        contract::TimelineExecute out;
        out.timeline_id = load().timeline_id;
        out.execution_mode = mode;
        return out;
    }
    void runs_as(const std::string& run_id, const std::string& state, std::int64_t output_frame,
                 std::int64_t run_frame, const std::string& request = {}) {
        appliance->on_run(
            {run_id, load().timeline_id, state, request, "", "", output_frame, run_frame});
    }
};

}  // namespace vistter::appliance::test
