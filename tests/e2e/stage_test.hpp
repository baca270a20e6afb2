// A whole Vistter on loopback for one test: the sandbox's stage at 640x360, and ways to look at it
// until something holds. The folder stays when the test fails.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "cli/sandbox/stage.hpp"

namespace vistter::cli {

namespace json = boost::json;
namespace fs = std::filesystem;

class StageTest : public ::testing::Test {
  protected:
    StageTest() {
        std::string shape = (fs::temp_directory_path() / "vistter-e2e-XXXXXX").string();
        folder_ = ::mkdtemp(shape.data());
        StageOptions options;
        options.state = folder_;
        options.programs = VISTTER_BIN_DIR;
        options.demo = fs::path(VISTTER_SOURCE_DIR) / "sim/demo";
        options.width = 640;
        options.height = 360;
        adopt_orphans();
        stage_.emplace(options, interrupt_, [](const std::string&) {});
    }
    ~StageTest() override {
        stage_.reset();
        end_orphans(5'000);
        if (!HasFailure()) fs::remove_all(folder_);
    }

    // Everything runs, is paired and shows the demo's show; nothing, with a failure, when not.
    std::optional<OnAir> on_air() {
        Status ready = stage_->start_everything();
        if (ready.ok()) ready = stage_->pair();
        if (!ready.ok()) {
            ADD_FAILURE() << describe(ready.error());
            return std::nullopt;
        }
        auto shown = stage_->go_on_air();
        if (!shown.ok()) {
            ADD_FAILURE() << describe(shown.error());
            return std::nullopt;
        }
        return *shown;
    }
    json::value local(const std::string& path) {
        auto answer = stage_->appliance().get("/local/v1/" + path);
        EXPECT_TRUE(answer.ok()) << path;
        return answer.ok() ? answer.value() : json::value(json::object{});
    }
    json::value status() { return local("status"); }

    // Looks until `good` holds, at most 20 s.
    bool reaches(const std::function<bool()>& good) {
        const std::int64_t deadline = machine_clock().steady().ns + 20'000'000'000;
        while (machine_clock().steady().ns < deadline) {
            if (good()) return true;
            if (interrupt_.wait_ms(50)) return false;
        }
        return false;
    }

    fs::path folder_;
    Interrupt interrupt_;
    std::optional<Stage> stage_;
};

// The output frame the programme is at.
inline std::int64_t frame_of(const json::value& status) {
    return status.at("program").at("frame").to_number<std::int64_t>();
}

}  // namespace vistter::cli
