// The simulated cameras' process, started on a free or given port.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/kit/child_process.hpp"

namespace vistter::kit {

struct CameraSim {
    sim::ChildProcess process;
    std::uint16_t port = 0;
    std::string url(const std::string& camera) const {
        return "rtsp://127.0.0.1:" + std::to_string(port) + "/" + camera;
    }
};

inline CameraSim start_cameras(std::vector<std::string> arguments, std::uint16_t port = 0) {
    CameraSim cameras;
    arguments.insert(arguments.begin(), std::string(VISTTER_BIN_DIR) + "/vistter-camera-sim");
    arguments.insert(arguments.end(), {"--port", std::to_string(port)});
    auto child =
        sim::ChildProcess::start({.argv = arguments, .log_file = {}, .extra_environment = {}});
    EXPECT_TRUE(child.ok());
    if (!child.ok()) return cameras;
    cameras.process = std::move(*child);
    auto line = cameras.process.read_line(30'000);
    EXPECT_TRUE(line.ok());
    if (!line.ok()) return cameras;
    const std::string mark = "\"port\":";
    std::size_t at = line->find(mark);
    EXPECT_NE(at, std::string::npos) << *line;
    if (at != std::string::npos)
        cameras.port = static_cast<std::uint16_t>(std::stoi(line->substr(at + mark.size())));
    return cameras;
}

}  // namespace vistter::kit
