// vistter-program: the picture process of the appliance.
#include <cstdio>

#include "base/log.hpp"
#include "program/program.hpp"

int main(int argc, char** argv) {
    using namespace vistter;
    log::open("vistter-program", log::Level::info);
    Result<program::Options> options = program::parse_options(argc, argv);
    if (!options) {
        std::fprintf(stderr, "vistter-program: %s\n%s", options.error().message.c_str(),
                     program::usage().c_str());
        return 2;
    }
    Result<int> ended = program::run_program(*options);
    if (ended) return *ended;
    log::error("{}", describe(ended.error()));
    return 1;
}
