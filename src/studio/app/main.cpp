// vistter-studio: the service.
#include <cstdio>

#include "base/log.hpp"
#include "studio/app/options.hpp"
#include "studio/app/studio.hpp"

int main(int argc, char** argv) {
    using namespace vistter;
    int exit_code = 0;
    const auto options = studio::read_options(argc, argv, exit_code);
    if (!options) return exit_code;
    log::open("vistter-studio", log::Level::info);
    auto service = studio::open_studio(*options);
    Status ended = service ? (*service)->run() : Status(service.error());
    if (ended) return 0;
    std::fprintf(stderr, "vistter-studio: %s\n", describe(ended.error()).c_str());
    return 1;
}
