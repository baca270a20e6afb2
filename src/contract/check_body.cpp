// Rules of meaning for message bodies, and what this implementation answers to lawful things it
// does not do.
#include <algorithm>

#include "contract/check.hpp"
#include "contract/json_text.hpp"
#include "contract/pointer.hpp"
#include "contract/registry.hpp"

namespace vistter::contract {
namespace {

using json::Array;
using json::Object;
using json::Value;

constexpr std::size_t max_inline_overlay = 65'536;

bool given(const Object& body, std::string_view member) {
    const Value* value = json::find(body, member);
    return value && !value->is_null();
}

void check_execute(const Object& body, Meaning& meaning) {
    const int targets = int(given(body, "cue_id")) + int(given(body, "cue_point_id")) +
                        int(given(body, "position_ms"));
    if (targets > 1) {
        meaning.fault(ErrorCode::VAL_SCHEMA, "",
                      "give only one of cue_id, cue_point_id and position_ms");
    }
    if (targets == 0 && json::text_at(body, "execution_mode") == "seek") {
        meaning.fault(ErrorCode::VAL_SCHEMA, "", "seek needs cue_id, cue_point_id or position_ms");
    }
}

void check_overlay_update(const Object& body, Meaning& meaning) {
    const Object& overlay = json::object_at(body, "ocl");
    if (overlay.empty()) return;
    if (json::text_at(overlay, "overlay_id") != json::text_at(body, "overlay_id")) {
        meaning.fault(ErrorCode::VAL_REFERENCE, "/ocl/overlay_id",
                      "is not the message's overlay_id");
    }
    if (boost::json::serialize(overlay).size() > max_inline_overlay) {
        meaning.fault(ErrorCode::VAL_TOO_BIG, "/ocl",
                      "an inline document may have at most 65536 bytes");
    }
    check_overlay(overlay, "/ocl", meaning);
}

void check_event(const Object& body, Meaning& meaning) {
    const EventType* type = find_event_type(json::text_at(body, "event_type"));
    if (!type) return;  // a newer sender's: shown generically
    const std::string severity = json::text_at(body, "severity");
    if (severity != type->severity &&
        std::find(type->also.begin(), type->also.end(), severity) == type->also.end()) {
        meaning.fault(ErrorCode::VAL_ENUM, "/severity",
                      type->type + " has the severity " + type->severity);
    }
}

void check_hello(const Object& body, Meaning& meaning) {
    const Array& offers = json::array_at(body, "protocol");
    for (std::size_t i = 0; i < offers.size(); ++i) {
        if (!offers[i].is_object()) continue;
        const Object& offer = offers[i].get_object();
        if (json::integer_at(offer, "min_minor", 0) > json::integer_at(offer, "max_minor", 0)) {
            meaning.fault(ErrorCode::VAL_RANGE, "/protocol/" + std::to_string(i) + "/max_minor",
                          "is below min_minor");
        }
    }
}

void check_digest_ids(const Object& digest, const std::string& at, Meaning& meaning) {
    for (const std::string_view list : {"timelines", "overlays", "streams", "runs", "cameras"}) {
        const Array& entries = json::array_at(digest, list);
        const std::string member = std::string(list.substr(0, list.size() - 1)) + "_id";
        std::vector<std::pair<std::string, std::size_t>> ids;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (entries[i].is_object())
                ids.emplace_back(json::text_at(entries[i].get_object(), member), i);
        }
        std::sort(ids.begin(), ids.end());
        for (std::size_t i = 1; i < ids.size(); ++i) {
            if (ids[i].first != ids[i - 1].first) continue;
            meaning.fault(
                ErrorCode::VAL_DUPLICATE_ID,
                at + "/" + std::string(list) + "/" + std::to_string(ids[i].second) + "/" + member,
                ids[i].first + " appears twice");
        }
    }
}

void check_progress(const Object& body, Meaning& meaning) {
    const Object& bytes = json::object_at(body, "bytes");
    if (json::integer_at(bytes, "done", 0) > json::integer_at(bytes, "total", 0)) {
        meaning.fault(ErrorCode::VAL_RANGE, "/bytes/done", "is above total");
    }
}

void refuse_cue(const Object& cue, const std::string& at, Meaning& meaning) {
    if (json::find(cue, "sync")) {
        meaning.fault(ErrorCode::STA_UNSUPPORTED_ACTION, at + "/sync",
                      "this appliance cannot wait inside a run yet");
    }
    if (json::boolean_at(json::object_at(cue, "proof"), "required", false)) {
        meaning.fault(ErrorCode::STA_UNSUPPORTED_ACTION, at + "/proof",
                      "this appliance proves no play-outs yet");
    }
    if (json::find(json::object_at(cue, "action"), "crop")) {
        meaning.fault(ErrorCode::STA_UNSUPPORTED_ACTION, at + "/action/crop",
                      "this appliance crops no camera yet");
    }
}

void refuse_segments(const Object& body, Meaning& meaning) {
    const Array& segments = json::array_at(body, "segments");
    for (std::size_t s = 0; s < segments.size(); ++s) {
        if (!segments[s].is_object()) continue;
        const Array& tracks = json::array_at(segments[s].get_object(), "tracks");
        for (std::size_t t = 0; t < tracks.size(); ++t) {
            if (!tracks[t].is_object()) continue;
            const Array& cues = json::array_at(tracks[t].get_object(), "cues");
            for (std::size_t c = 0; c < cues.size(); ++c) {
                if (!cues[c].is_object()) continue;
                refuse_cue(cues[c].get_object(),
                           "/segments/" + std::to_string(s) + "/tracks/" + std::to_string(t) +
                               "/cues/" + std::to_string(c),
                           meaning);
            }
        }
    }
}

}  // namespace

Meaning check_body(MessageType type, const Object& body) {
    Meaning meaning;
    switch (type) {
        case MessageType::TIMELINE_LOAD:
            check_timeline(body, "assets_manifest", meaning);
            break;
        case MessageType::TIMELINE_EXECUTE:
            check_execute(body, meaning);
            break;
        case MessageType::OVERLAY_UPDATE:
            check_overlay_update(body, meaning);
            break;
        case MessageType::HELLO:
            check_hello(body, meaning);
            check_digest_ids(json::object_at(body, "digest"), "/digest", meaning);
            break;
        case MessageType::STATE_REPORT:
            check_digest_ids(json::object_at(body, "state"), "/state", meaning);
            break;
        case MessageType::PROGRESS:
            check_progress(body, meaning);
            break;
        default:
            break;
    }
    return meaning;
}

void check_written(MessageType type, const Object& body, Meaning& meaning) {
    if (type == MessageType::EVENT) check_event(body, meaning);
}

void check_support(MessageType type, const Object& body, Meaning& meaning) {
    if (type == MessageType::OVERLAY_UPDATE)
        check_overlay_support(json::object_at(body, "ocl"), "/ocl", meaning);
    if (type != MessageType::TIMELINE_LOAD) return;
    if (json::find(body, "segments_uri")) {
        meaning.fault(ErrorCode::VER_FEATURE_UNSUPPORTED, "/segments_uri",
                      "send the segments inline");
    }
    refuse_segments(body, meaning);
    const Array& overlays = json::array_at(body, "overlays");
    for (std::size_t i = 0; i < overlays.size(); ++i) {
        if (!overlays[i].is_object()) continue;
        check_overlay_support(json::object_at(overlays[i].get_object(), "ocl"),
                              "/overlays/" + std::to_string(i) + "/ocl", meaning);
    }
}

void check_overlay_support(const Object& document, const std::string& at, Meaning& meaning) {
    const auto required = json::texts_at(document, "features_required");
    const auto& supported = supported_ocl_features();
    for (std::size_t i = 0; i < required.size(); ++i) {
        if (std::find(supported.begin(), supported.end(), required[i]) != supported.end()) continue;
        meaning.fault(ErrorCode::OCL_FEATURE_UNSUPPORTED,
                      at + "/features_required/" + std::to_string(i),
                      "this renderer has not the feature " + required[i]);
    }
}

}  // namespace vistter::contract
