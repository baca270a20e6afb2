// vistter-output: holds the connection to one destination, whatever happens to the other processes.
#include <csignal>
#include <cstdio>

#include "base/log.hpp"
#include "output/output_process.hpp"

int main(int argc, char** argv) {
    using namespace vistter;
    std::signal(SIGPIPE, SIG_IGN);
    log::open("vistter-output", log::Level::info);
    Result<output::Options> options = output::parse_options(argc, argv);
    if (!options) {
        std::fprintf(stderr, "vistter-output: %s\n%s", options.error().message.c_str(),
                     output::usage().c_str());
        return 2;
    }
    Result<int> ended = output::run_output(*options);
    if (ended) return *ended;
    log::error("{}", describe(ended.error()));
    return 1;
}
