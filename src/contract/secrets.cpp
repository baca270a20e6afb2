// Reading, writing and replacing secrets.
#include "contract/secrets.hpp"

#include <algorithm>
#include <array>

#include "contract/json.hpp"
#include "contract/object_writer.hpp"
#include "contract/pointer.hpp"

namespace vistter::contract {
namespace {

using json::Object;
using json::Value;

constexpr std::size_t secret_limit = 4'096, body_limit = 1'048'576;
constexpr std::size_t longest_key = 512, longest_user = 128, longest_password = 256;
constexpr std::string_view key_member = "stream_key", credentials_member = "credentials";

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](unsigned char c) { return c < ' ' || c == 0x7F; });
}

bool is_stream_key(std::string_view key) {
    return !key.empty() && key.size() <= longest_key && is_visible(key);
}

bool is_login(std::string_view user, std::string_view password) {
    return !user.empty() && user.size() <= longest_user && !has_control(user) &&
           password.size() <= longest_password && !has_control(password);
}

Error unreadable() {
    return fail(ErrorCode::SEC_BAD_SEAL, "what is sealed is no secret of this kind");
}

// An object of exactly these members, all of them texts.
Result<Object> read_texts(std::string_view text, std::initializer_list<std::string_view> names) {
    const auto value = json::parse(text, secret_limit);
    if (!value || !value->is_object() || value->get_object().size() != names.size())
        return unreadable();
    for (const std::string_view name : names) {
        const Value* member = json::find(value->get_object(), name);
        if (member == nullptr || !member->is_string()) return unreadable();
    }
    return value->get_object();
}

// Takes the open member out and puts the sealed one in.
Status replace(Object& entry, const std::string& at, std::string_view open,
               std::string_view sealed_name, const std::string& secret, const Seal& seal) {
    if (json::find(entry, sealed_name) != nullptr)
        return fail_at(ErrorCode::VAL_DUPLICATE_ID, at, "give the secret in the open or sealed");
    const auto sealed = seal(secret);
    if (!sealed) return sealed.error();
    entry.erase(open);
    entry[sealed_name] = *sealed;
    return ok();
}

Result<bool> seal_destination(Object& entry, const std::string& at, const Seal& seal) {
    const Value* key = json::find(entry, key_member);
    if (key == nullptr || !key->is_string()) return false;
    const std::string pointer = at + "/" + std::string(key_member);
    const DestinationSecret secret{json::text_at(entry, "url"), json::text_at(entry, key_member)};
    if (secret.address.empty() || !is_stream_key(secret.stream_key))
        return fail_at(ErrorCode::VAL_SCHEMA, pointer,
                       "a stream key has 1 to 512 visible ASCII characters and stands beside an "
                       "rtmp url");
    const Status done =
        replace(entry, pointer, key_member, "secret_sealed", write_secret(secret), seal);
    if (!done) return done.error();
    return true;
}

Result<bool> seal_destinations(Object& body, const Seal& seal) {
    bool changed = false;
    Value* patch = body.if_contains("config_patch");
    Value* map = patch != nullptr && patch->is_object()
                     ? patch->get_object().if_contains("destinations")
                     : nullptr;
    if (map == nullptr || !map->is_object()) return false;
    for (auto& entry : map->get_object()) {
        if (!entry.value().is_object()) continue;
        const std::string id(entry.key().data(), entry.key().size());
        const auto done = seal_destination(entry.value().get_object(),
                                           "/config_patch/destinations/" + pointer_step(id), seal);
        if (!done) return done.error();
        changed = changed || *done;
    }
    return changed;
}

CameraSpec spec_of(const Object& payload) {
    CameraSpec spec;
    spec.protocol = json::text_at(payload, "protocol", spec.protocol);
    spec.host = json::text_at(payload, "host");
    spec.port = json::clamp_int(json::integer_at(payload, "port", spec.port));
    return spec;
}

Result<bool> seal_camera(Object& body, const Seal& seal) {
    Value* payload = body.if_contains("payload");
    if (payload == nullptr || !payload->is_object()) return false;
    Object& camera = payload->get_object();
    const Value* given = json::find(camera, credentials_member);
    if (given == nullptr || !given->is_object()) return false;
    const std::string pointer = "/payload/" + std::string(credentials_member);
    const Object& login = given->get_object();
    const CameraSecret secret{secret_address(spec_of(camera)), json::text_at(login, "user"),
                              json::text_at(login, "password")};
    const bool both = login.size() == 2 && json::find(login, "user") != nullptr &&
                      json::find(login, "password") != nullptr;
    if (!both || !is_login(secret.user, secret.password))
        return fail_at(ErrorCode::VAL_SCHEMA, pointer,
                       "credentials are a user of 1 to 128 and a password of up to 256 characters");
    const Status done = replace(camera, pointer, credentials_member, "credentials_sealed",
                                write_secret(secret), seal);
    if (!done) return done.error();
    return true;
}

bool may_hold_secret(std::string_view text) {
    return text.find(key_member) != text.npos || text.find(credentials_member) != text.npos ||
           text.find('\\') != text.npos;
}

void strip(Value& value) {
    if (value.is_array()) {
        for (Value& item : value.get_array()) strip(item);
    }
    if (!value.is_object()) return;
    value.get_object().erase(key_member);
    value.get_object().erase(credentials_member);
    for (auto& member : value.get_object()) strip(member.value());
}

}  // namespace

std::string secret_address(const Destination& destination) {
    return destination.url;
}

std::string secret_address(const CameraSpec& camera) {
    return camera.protocol + "://" + camera.host + ":" + std::to_string(camera.port);
}

std::string write_secret(const DestinationSecret& secret) {
    return ObjectWriter().text("for", secret.address).text(key_member, secret.stream_key).str();
}

std::string write_secret(const CameraSecret& secret) {
    return ObjectWriter()
        .text("for", secret.address)
        .text("user", secret.user)
        .text("password", secret.password)
        .str();
}

Result<DestinationSecret> parse_destination_secret(std::string_view text) {
    const auto object = read_texts(text, {"for", key_member});
    if (!object) return object.error();
    DestinationSecret secret{json::text_at(*object, "for"), json::text_at(*object, key_member)};
    if (!is_stream_key(secret.stream_key)) return unreadable();
    return secret;
}

Result<CameraSecret> parse_camera_secret(std::string_view text) {
    const auto object = read_texts(text, {"for", "user", "password"});
    if (!object) return object.error();
    CameraSecret secret{json::text_at(*object, "for"), json::text_at(*object, "user"),
                        json::text_at(*object, "password")};
    if (!is_login(secret.user, secret.password)) return unreadable();
    return secret;
}

Result<std::string> seal_secrets(MessageType type, std::string_view body, const Seal& seal) {
    const bool holds = type == MessageType::DEVICE_CONFIG || type == MessageType::CAMERA_ACTION;
    if (!holds || !may_hold_secret(body)) return std::string(body);
    auto value = json::parse(body, body_limit);
    if (!value) return value.error();
    if (!value->is_object()) return std::string(body);
    const auto changed = type == MessageType::DEVICE_CONFIG
                             ? seal_destinations(value->get_object(), seal)
                             : seal_camera(value->get_object(), seal);
    if (!changed) return changed.error();
    return *changed ? boost::json::serialize(*value) : std::string(body);
}

std::string without_secrets(std::string_view text) {
    if (!may_hold_secret(text)) return std::string(text);
    auto value = json::parse(text, body_limit);
    if (!value) return std::string(text);
    strip(*value);
    return boost::json::serialize(*value);
}

}  // namespace vistter::contract
