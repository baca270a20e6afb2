// The process that tests/road/executor_crash_test.cpp kills: takes a script of commands through the
// appliance's journal as if Studio were retrying them, lets them run, and leaves.
//
//   road_victim FOLDER COUNT [--forget]     --forget drops the journal's row before each retry: the
//   negative control
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "appliance/adapters/road/executor.hpp"
#include "road/scripted_commands.hpp"

namespace {

using namespace vistter;

void take(appliance::Executor& executor, appliance::Journal& journal,
          const contract::Envelope& envelope) {
    if (journal.knows(envelope.message_id)) return executor.repeat(envelope);
    const std::string payload = contract::write_envelope(envelope);
    executor.group([&] { executor.accept({envelope, payload, "unsigned"}); });
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const std::string folder = argv[1];
    const int count = std::atoi(argv[2]);
    const bool forget = argc > 3 && std::strcmp(argv[3], "--forget") == 0;

    auto database = test::open_road_database(folder + "/road.db", "appliance");
    async::Loop loop;
    appliance::RoadStore store(*database, machine_clock(), {});
    appliance::Journal& journal = store.journal;
    const link::StudioClock time(machine_clock());
    test::CountingHandler handler(*database);
    appliance::Executor executor(loop, store, time, machine_clock(), machine_random(),
                                 {[] {}, [](const contract::Body&, const std::string&) {}});
    handler.report = [&](const std::string& id, const char* state) {
        contract::Progress progress;
        progress.state = state;
        executor.progress(id, progress);
    };
    executor.use(handler);
    loop.post([&] {
        executor.resume_unfinished();
        for (const auto& envelope : test::scripted_commands(count)) {
            if (forget) {
                auto statement = database->prepare("DELETE FROM road_command WHERE message_id = ?");
                statement.bind(envelope.message_id).run();
            }
            take(executor, journal, envelope);
        }
    });
    const async::Handle watch = loop.every(2, [&] {
        if (journal.unfinished().empty()) loop.stop();
    });
    loop.run();
    std::cout << "done\n";
    return 0;
}
