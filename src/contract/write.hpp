// From structs to JSON text, one function a body. Inside this room; the world calls write_body.
#pragma once

#include <string>
#include <vector>

#include "contract/messages.hpp"
#include "contract/object_writer.hpp"

namespace vistter::contract {

std::string write(const DeviceConfig& config);
std::string write(const CameraAction& action);
std::string write(const TimelineLoad& load);
std::string write(const TimelineExecute& execute);
std::string write(const OverlayUpdate& update);
std::string write(const StreamControl& control);
std::string write(const CredentialRefresh& refresh);
std::string write(const CommandCancel& cancel);
std::string write(const Ack& ack);
std::string write(const Progress& progress);
std::string write(const Event& event);
std::string write(const Metrics& metrics);
std::string write(const Hello& hello);
std::string write(const Welcome& welcome);
std::string write(const Refuse& refuse);
std::string write(const StateReport& report);
std::string write(const Receipt& receipt);
std::string write(const Heartbeat& heartbeat);
std::string write(const Goodbye& goodbye);

// Adds segments, sequence, overlays and assets_manifest.
void write_timeline(ObjectWriter& out, const TimelineDocument& document);
std::string tokens_text(const std::map<std::string, TokenValue>& tokens);
std::string error_text(const Error& error);

// "[...]" of each entry's text.
template <class List, class Text>
std::string list_text(const List& list, Text text) {
    std::string out = "[";
    for (const auto& entry : list) {
        if (out.size() > 1) out += ',';
        out += text(entry);
    }
    return out + "]";
}

// `text`, or null when it is empty.
inline void text_or_null(ObjectWriter& out, std::string_view key, std::string_view text) {
    if (text.empty()) {
        out.null(key);
    } else {
        out.text(key, text);
    }
}

}  // namespace vistter::contract
