// The appliance's journal under kill -9 at every step it owns: each command's effect once, one ACK,
// one end (drills R3).
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <csignal>
#include <map>
#include <string>
#include <vector>

#include "base/crash_point.hpp"
#include "kit/temporary_folder.hpp"
#include "road/scripted_commands.hpp"

extern char** environ;

namespace vistter {
namespace {

constexpr int commands = 8;

// Runs the victim to its end; the status as waitpid gives it.
int run_victim(const kit::TemporaryFolder& folder, const std::string& step,
               const char* option = nullptr) {
    const std::string program = std::string(VISTTER_BIN_DIR) + "/road_victim";
    const std::string path = folder.path().string(), count = std::to_string(commands);
    std::vector<char*> arguments = {
        const_cast<char*>(program.c_str()), const_cast<char*>(path.c_str()),
        const_cast<char*>(count.c_str()), const_cast<char*>(option), nullptr};
    std::vector<char*> environment;
    const std::string armed = "VISTTER_CRASH_AT=" + step;
    for (char** entry = environ; *entry != nullptr; ++entry) environment.push_back(*entry);
    if (!step.empty()) environment.push_back(const_cast<char*>(armed.c_str()));
    environment.push_back(nullptr);
    pid_t pid = -1;
    EXPECT_EQ(::posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments.data(),
                            environment.data()),
              0);
    int status = -1;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    return status;
}

// What is wrong with the trail that was left behind; empty: nothing.
std::string fault_in(const kit::TemporaryFolder& folder) {
    auto database = test::open_road_database((folder / "road.db").string(), "appliance");
    test::CountingHandler handler(*database);
    std::string faults;
    for (const auto& envelope : test::scripted_commands(commands)) {
        const std::string& id = envelope.message_id;
        const bool runs = envelope.type == contract::MessageType::CAMERA_ACTION;
        std::map<std::string, int> said;
        auto statement = database->prepare("SELECT type FROM road_outbox WHERE body LIKE ?");
        statement.bind("%" + id + "%");
        while (statement.step()) ++said[statement.text(0)];
        if (handler.effects_of(id) != 1)
            faults += id + ": " + std::to_string(handler.effects_of(id)) + " effects; ";
        if (said["ACK"] != 1) faults += id + ": " + std::to_string(said["ACK"]) + " ACKs; ";
        if (said["PROGRESS"] != (runs ? 1 : 0))
            faults += id + ": " + std::to_string(said["PROGRESS"]) + " ends; ";
    }
    return faults;
}

class ExecutorCrash : public ::testing::TestWithParam<CrashStep> {};

// G1.10, G2.27: killed at the step, started again, nothing is lost and nothing happens twice.
TEST_P(ExecutorCrash, LosesNothingAndRepeatsNothing) {
    const kit::TemporaryFolder folder;
    const int killed = run_victim(folder, std::string(to_string(GetParam())));
    ASSERT_TRUE(WIFSIGNALED(killed) && WTERMSIG(killed) == SIGKILL) << "the step was never reached";
    const int ended = run_victim(folder, "");
    ASSERT_TRUE(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
    EXPECT_EQ(fault_in(folder), "");
}

// Every appliance step but the one that needs Studio's RECEIPT; that one is killed in tests/crash.
std::vector<CrashStep> own_steps() {
    std::vector<CrashStep> steps;
    for (const CrashStep step : all_crash_steps()) {
        if (to_string(step).starts_with("appliance_") && step != CrashStep::appliance_after_receipt)
            steps.push_back(step);
    }
    return steps;
}

INSTANTIATE_TEST_SUITE_P(EveryStep, ExecutorCrash, ::testing::ValuesIn(own_steps()),
                         [](const auto& info) { return std::string(to_string(info.param)); });

TEST(ExecutorCrashControl, WithoutDedupeTheCheckFails) {
    const kit::TemporaryFolder folder;
    ASSERT_EQ(run_victim(folder, "", "--forget"), 0);
    EXPECT_EQ(fault_in(folder), "");
    ASSERT_EQ(run_victim(folder, "", "--forget"), 0);
    EXPECT_NE(fault_in(folder), "") << "a journal that forgets must be noticed";
}

}  // namespace
}  // namespace vistter
