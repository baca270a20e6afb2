// Secrets of command bodies (contract B.8): what is inside a sealed one, and how a body that was
// given with secrets in the open becomes one that may travel and be stored.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "contract/messages.hpp"

namespace vistter::contract {

// A secret names the address it is for: sealed text that is copied into another entry, or kept
// while the entry's address changes, opens nothing there.
struct DestinationSecret {
    std::string address;     // Destination::url
    std::string stream_key;  // the last part of the address: 1 to 512 visible ASCII characters
};
struct CameraSecret {
    std::string address;  // protocol://host:port
    std::string user;     // 1 to 128 characters
    std::string password;
};

std::string secret_address(const Destination& destination);
std::string secret_address(const CameraSpec& camera);

std::string write_secret(const DestinationSecret& secret);
std::string write_secret(const CameraSecret& secret);
// Errors: SEC_BAD_SEAL, without a word of what was read.
Result<DestinationSecret> parse_destination_secret(std::string_view json);
Result<CameraSecret> parse_camera_secret(std::string_view json);

using Seal = std::function<Result<std::string>(const std::string& secret)>;
// The body with every secret given in the open (`stream_key` of a destination, `credentials
// {user, password}` of a camera) replaced by its sealed form; the same text where there is none.
// What is no such secret is left for the schema to refuse. Errors: VAL_SCHEMA and VAL_DUPLICATE_ID
// (in the open and sealed) with the member's pointer, VAL_JSON, those of `seal`.
Result<std::string> seal_secrets(MessageType type, std::string_view body, const Seal& seal);
// JSON text without the members that hold secrets in the open, wherever they stand: what may be
// compared or remembered. Other text comes back as it is.
std::string without_secrets(std::string_view json);

}  // namespace vistter::contract
