// vistter-program: the picture process of the appliance.
#include <cstdio>
#include <string_view>

#include "base/log.hpp"
#include "media/elements.hpp"
#include "program/program.hpp"

int main(int argc, char** argv) {
    using namespace vistter;
    log::open("vistter-program", log::Level::info);
    if (argc == 2 && std::string_view(argv[1]) == "--check") {
        const std::string missing = media::missing_elements();
        std::puts(missing.empty() ? "ok" : missing.c_str());
        return missing.empty() ? 0 : 1;
    }
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
