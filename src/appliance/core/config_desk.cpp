// The configuration's rules: every member the patch names is checked before any is taken.
#include "appliance/core/config_desk.hpp"

#include <algorithm>

#include "appliance/core/address_policy.hpp"
#include "base/ids.hpp"
#include "contract/secrets.hpp"

namespace vistter::appliance {
namespace {

constexpr std::string_view lane = "config";
constexpr std::size_t most_entries = 32;

std::vector<std::string> named_paths(const contract::ConfigPatch& patch) {
    std::vector<std::string> paths;
    if (patch.device_name) paths.emplace_back("/device/name");
    for (const auto& [id, value] : patch.destinations) paths.push_back("/destinations/" + id);
    for (const auto& [id, value] : patch.encoding_profiles)
        paths.push_back("/encoding_profiles/" + id);
    return paths;
}

bool is_plain_file_name(const std::string& name) {
    if (name.empty() || name.size() > 120 || name.front() == '.') return false;
    return std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
    });
}

void judge_destination(const contract::Destination& destination, const std::string& at,
                       const AddressPolicy& policy, Faults& faults) {
    if (destination.kind == "file") {
        if (!is_plain_file_name(destination.path))
            faults.add(ErrorCode::CFG_INVALID, at + "/path",
                       "A recording's path is a plain file name: letters, digits, dot, dash and "
                       "underscore.");
        else if (!destination.path.ends_with(".ts") && !destination.path.ends_with(".flv") &&
                 !destination.path.ends_with(".mp4"))
            faults.add(ErrorCode::CFG_INVALID, at + "/path",
                       "A recording's name ends in .ts, .flv or .mp4.");
        return;
    }
    if (destination.kind != "rtmp") {
        faults.add(ErrorCode::CFG_UNSUPPORTED, at + "/kind",
                   "This appliance sends to rtmp and file.");
        return;
    }
    const auto address = parse_address(destination.url);
    if (!address || (address->scheme != "rtmp" && address->scheme != "rtmps")) {
        faults.add(ErrorCode::CFG_INVALID, at + "/url",
                   "An rtmp destination needs rtmp://host[:port]/app/name.");
    } else if (address->userinfo) {
        faults.add(ErrorCode::VAL_INLINE_SECRET, at + "/url",
                   "An address must not carry a user name or password.");
    } else if (const Status allowed = policy.may_connect(address->host); !allowed) {
        faults.add(ErrorCode::CFG_INVALID, at + "/url", allowed.error().message);
    }
}

void judge_profile(const contract::EncodingProfile& profile, const std::string& at,
                   Faults& faults) {
    const auto bad = [&](const char* member, const char* why) {
        faults.add(ErrorCode::CFG_INVALID, at + "/" + member, why);
    };
    if (profile.width < 160 || profile.width > 3840 || profile.width % 2 != 0)
        bad("width", "160 to 3840, even.");
    if (profile.height < 90 || profile.height > 2160 || profile.height % 2 != 0)
        bad("height", "90 to 2160, even.");
    if (profile.rate_den < 1 || profile.rate_num < profile.rate_den ||
        profile.rate_num > 120 * profile.rate_den)
        bad("frame_rate", "1 to 120 frames a second.");
    if (profile.video_bitrate_kbps < 200 || profile.video_bitrate_kbps > 20'000)
        bad("video_bitrate_kbps", "200 to 20000.");
    if (profile.keyframe_interval_s < 1 || profile.keyframe_interval_s > 10)
        bad("keyframe_interval_s", "1 to 10.");
}

template <class Map, class Patch>
void merge(Map& into, const Patch& patch) {
    for (const auto& [id, value] : patch) {
        if (value)
            into[id] = *value;
        else
            into.erase(id);
    }
}

Config merged(Config config, const contract::ConfigPatch& patch) {
    if (patch.device_name) config.device_name = *patch.device_name;
    merge(config.destinations, patch.destinations);
    for (auto& [id, destination] : config.destinations) destination.secret = {};  // kept apart
    merge(config.encoding_profiles, patch.encoding_profiles);
    ++config.revision;
    return config;
}

}  // namespace

bool ConfigDesk::destination_in_use(const std::string& destination_id) {
    const auto streams = shop_.streams.all();
    return std::any_of(streams.begin(), streams.end(), [&](const StoredStream& stream) {
        return stream.wanted && std::count(stream.destination_ids.begin(),
                                           stream.destination_ids.end(), destination_id);
    });
}

void ConfigDesk::judge(const contract::ConfigPatch& patch, Faults& faults) {
    for (const std::string& pointer : patch.unsupported)
        faults.add(ErrorCode::CFG_UNSUPPORTED, pointer,
                   "Not configurable here; device name, destinations and encoding profiles are.");
    if (patch.device_name && (patch.device_name->empty() || patch.device_name->size() > 200))
        faults.add(ErrorCode::CFG_INVALID, "/config_patch/device/name",
                   "A name has 1 to 80 characters.");
    for (const auto& [id, destination] : patch.destinations) {
        const std::string at = "/config_patch/destinations/" + id;
        if (destination) judge_destination(*destination, at, shop_.addresses, faults);
        if (destination_in_use(id))
            faults.add(ErrorCode::STA_IN_USE, at, "A stream sends to it; stop the stream first.");
    }
    for (const auto& [id, profile] : patch.encoding_profiles) {
        if (profile) judge_profile(*profile, "/config_patch/encoding_profiles/" + id, faults);
    }
}

ConfigDesk::Changes ConfigDesk::judge_secrets(const contract::ConfigPatch& patch, Faults& faults) {
    Changes changes;
    for (const auto& [id, destination] : patch.destinations) {
        const std::string at = "/config_patch/destinations/" + id + "/secret_sealed";
        const std::string owner = secret_owner_of_destination(id);
        if (!destination) {
            changes[owner] = {SecretChange::What::is_forgotten, {}};
            continue;
        }
        if (destination->kind != "rtmp" && !destination->secret.text.empty()) {
            faults.add(ErrorCode::CFG_INVALID, at, "Only an rtmp destination has a stream key.");
            continue;
        }
        const auto change = judge_destination_secret(shop_.secrets, owner, destination->secret,
                                                     contract::secret_address(*destination), at);
        if (change)
            changes[owner] = *change;
        else
            faults.add(change.error().code, at, change.error().message);
    }
    return changes;
}

Decision ConfigDesk::decide(const contract::DeviceConfig& command) {
    const Config current = shop_.config.load();
    if (command.expected_revision && *command.expected_revision != current.revision) {
        Error error =
            fail_at(ErrorCode::STA_PRECONDITION, "/preconditions/config_revision",
                    "The configuration is at revision " + std::to_string(current.revision) + ".");
        error.details[0].expected = std::to_string(*command.expected_revision);
        error.details[0].actual = std::to_string(current.revision);
        return rejected(std::move(error));
    }
    if (command.apply_mode != "immediate")
        return rejected(unsupported("/apply_after/mode", command.apply_mode, "immediate"));
    Faults faults;
    judge(command.config_patch, faults);
    const Changes changes = judge_secrets(command.config_patch, faults);
    const Config config = merged(current, command.config_patch);
    if (config.destinations.size() > most_entries || config.encoding_profiles.size() > most_entries)
        faults.add(ErrorCode::LIM_CAPACITY, "/config_patch",
                   "At most 32 destinations and 32 encoding profiles.");
    if (!faults.none()) return rejected(faults.error());
    if (command.dry_run) return would_do(std::string(lane));
    shop_.config.save(config);
    for (const auto& [owner, change] : changes) apply_change(shop_.secrets, owner, change);
    return completed(std::string(lane),
                     contract::ObjectWriter().integer("config_revision", config.revision).str());
}

void ConfigDesk::committed(const contract::DeviceConfig& command,
                           const contract::Envelope& envelope) {
    if (command.dry_run) return;
    contract::ObjectWriter context;
    context.integer("revision", shop_.config.load().revision)
        .texts("paths", named_paths(command.config_patch));
    context.text("actor", envelope.actor ? envelope.actor->id : "");
    shop_.reports.event("config.applied", context, envelope.correlation_id);
}

}  // namespace vistter::appliance
