// Frames between the appliance's processes: however the stream is cut, the same messages come out.
#include "fuzz/target.hpp"
#include "ipc/messages.hpp"

namespace vistter::fuzz {
namespace {

std::vector<std::string> read(std::string_view input, std::size_t piece) {
    ipc::FrameReader reader;
    std::vector<std::string> messages;
    for (std::size_t at = 0; at < input.size(); at += piece) {
        reader.feed(input.substr(at, piece));
        while (true) {
            auto next = reader.next();
            if (!next) {
                messages.push_back("fault");
                return messages;
            }
            if (!next->has_value()) break;
            messages.push_back(ipc::encode(**next));
        }
    }
    return messages;
}

}  // namespace

void ipc_frame(std::string_view input) {
    const auto whole = read(input, input.size() + 1);
    must(read(input, 1 + input.size() % 7) == whole, "cutting changes nothing");
    std::string joined;
    for (const auto& message : whole) {
        if (message == "fault") return;
        joined += message;
    }
    must(input.starts_with(joined), "a message has one spelling");
}

std::vector<std::string> ipc_frame_examples() {
    ipc::AccessUnit unit;
    unit.data = Bytes(40, 3);
    ipc::RunChanged run;
    run.run_id = "run_1";
    run.state = "playing";
    return {ipc::encode(ipc::Hello{1, "control", 7}) + ipc::encode(ipc::RequestStatus{}),
            ipc::encode(unit), ipc::encode(run), ipc::encode(ipc::ProgramStats{}),
            ipc::encode(ipc::StreamInfo{})};
}

}  // namespace vistter::fuzz
