// From a JSON value that its schema has accepted to the structs of this room. No function here
// judges: what is absent gets the contract's default. Text arguments are the JSON text the value
// was read from.
#pragma once

#include <string_view>

#include "contract/json.hpp"
#include "contract/messages.hpp"

namespace vistter::contract {

OverlayDocument decode_overlay(const json::Object& document);
Segment decode_segment(const json::Object& segment);
Transition decode_transition(const json::Object& transition);
std::map<std::string, TokenValue> decode_tokens(const json::Object& tokens);
TokenValue decode_token_value(const json::Value& value);
Color decode_color(std::string_view text);
std::optional<Property> property_from(std::string_view name);
std::string_view to_string(Property property);
PropertyValue decode_property(Property property, const json::Value& value);
Ease decode_ease(const json::Value& value);

DeviceConfig decode_device_config(const json::Object& body);
CameraAction decode_camera_action(const json::Object& body);
TimelineLoad decode_timeline_load(const json::Object& body, std::string_view text);
TimelineExecute decode_timeline_execute(const json::Object& body);
OverlayUpdate decode_overlay_update(const json::Object& body, std::string_view text);
StreamControl decode_stream_control(const json::Object& body);
CredentialRefresh decode_credential_refresh(const json::Object& body);
CommandCancel decode_command_cancel(const json::Object& body);
// `segments`, `sequence`, `overlays` and the assets under `assets_member`, as TIMELINE_LOAD and a
// timeline file hold them.
TimelineDocument decode_timeline(const json::Object& body, std::string_view text,
                                 std::string_view assets_member);

Ack decode_ack(const json::Object& body, std::string_view text);
Progress decode_progress(const json::Object& body, std::string_view text);
Event decode_event(const json::Object& body, std::string_view text);
Metrics decode_metrics(const json::Object& body);

Hello decode_hello(const json::Object& body);
Welcome decode_welcome(const json::Object& body);
Refuse decode_refuse(const json::Object& body);
StateReport decode_state_report(const json::Object& body);
Receipt decode_receipt(const json::Object& body);
Heartbeat decode_heartbeat(const json::Object& body);
Goodbye decode_goodbye(const json::Object& body);

// The compact JSON text of the member `name` of the object written in `text`; empty when absent or
// null.
JsonText member_text(std::string_view text, std::string_view name);

}  // namespace vistter::contract
