#include "link/authority.hpp"

namespace vistter::link {

bool may_order(std::string_view role, contract::MessageType command) {
    using contract::MessageType;
    if (!contract::is_command(command)) return false;
    if (role == "admin" || role == "system") return true;
    switch (command) {
        case MessageType::CAMERA_ACTION:
            return role == "operator" || role == "producer";
        case MessageType::TIMELINE_EXECUTE:
        case MessageType::OVERLAY_UPDATE:
        case MessageType::STREAM_CONTROL:
        case MessageType::COMMAND_CANCEL:
            return role == "operator" || role == "producer" || role == "emergency";
        case MessageType::TIMELINE_LOAD:
            return role == "producer";
        default:
            return false;
    }
}

bool is_about_the_copy(ErrorCode code) {
    switch (code) {
        case ErrorCode::SEC_WRONG_DEVICE:
        case ErrorCode::SEC_STALE_SESSION:
        case ErrorCode::SEC_CLOCK_SKEW:
        case ErrorCode::VER_UNSUPPORTED:
        case ErrorCode::SYS_STORAGE:
        case ErrorCode::LIM_RATE:
            return true;
        default:
            return false;
    }
}

}  // namespace vistter::link
